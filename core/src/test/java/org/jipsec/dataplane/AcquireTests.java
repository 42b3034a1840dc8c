package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.A6;
import static org.jipsec.dataplane.TestPackets.B4;
import static org.jipsec.dataplane.TestPackets.B6;
import static org.jipsec.dataplane.TestSas.policy;
import static org.jipsec.dataplane.TestSas.transport;
import static org.jipsec.dataplane.TestSas.tunnel;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

class AcquireTests {
    private static final PolicyRule ESP = transport(IpsecProtocol.ESP);
    private static final PolicyRule OPTIONAL = transport(IpsecProtocol.ESP, PolicyLevel.USE);

    private final TwoHosts hosts = new TwoHosts(A4, B4);
    private final TwoHosts.Side left = hosts.left;

    private void ping(int sequence) {
        left.send(TestPings.request(A4, B4, sequence));
    }

    private List<SadbEvent.Acquire> acquires() {
        return left.events.stream()
                .filter(SadbEvent.Acquire.class::isInstance)
                .map(SadbEvent.Acquire.class::cast)
                .toList();
    }

    private List<SaSnapshot> dump() {
        return ((SadbReply.Sas) left.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .snapshots();
    }

    @Test
    void asksOnceAndHoldsTheFirstPacketsUntilTheSaComes() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        ping(2);
        assertThat(hosts.wire).isEmpty();
        assertThat(acquires())
                .containsExactly(
                        new SadbEvent.Acquire(
                                1, IpsecProtocol.ESP, A4, B4, SaMode.TRANSPORT, 0, 1));
        assertThat(dump())
                .singleElement()
                .satisfies(
                        larval -> {
                            assertThat(larval.state()).isEqualTo(SaState.LARVAL);
                            assertThat(larval.association().spi().value()).isZero();
                        });
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201));
        hosts.run();
        assertThat(hosts.wire).hasSize(2);
        assertThat(hosts.right.received())
                .containsExactly(TestPings.request(A4, B4, 1), TestPings.request(A4, B4, 2));
        assertThat(dump())
                .singleElement()
                .satisfies(sa -> assertThat(sa.state()).isEqualTo(SaState.MATURE));
        assertThat(left.count(PacketCounters.Event.HELD)).isEqualTo(2);
    }

    @Test
    void asksForTheSasOfABundleOneAfterTheOther() {
        left.add(policy(Direction.OUT, A4, B4, ESP, transport(IpsecProtocol.AH)));
        ping(1);
        left.add(TestSas.esp(A4, B4, 0x201));
        left.stack.poll();
        left.add(TestSas.ah(A4, B4, 0x200));
        left.stack.poll();
        assertThat(acquires())
                .extracting(SadbEvent.Acquire::protocol)
                .containsExactly(IpsecProtocol.ESP, IpsecProtocol.AH);
        assertThat(hosts.wire).hasSize(1);
    }

    /// As Linux: whoever sends what, an SA of a tunnel is between the tunnel's ends.
    @Test
    void asksForTheSaOfATunnelBetweenItsEnds() {
        InetAddress inner = InetAddress.ofLiteral("172.16.2.10");
        left.add(policy(Direction.OUT, A4, inner, tunnel(IpsecProtocol.ESP, A4, B4)));
        left.send(TestPings.request(A4, inner, 1));
        left.send(TestPings.request(A4, inner, 2));
        assertThat(acquires())
                .containsExactly(
                        new SadbEvent.Acquire(1, IpsecProtocol.ESP, A4, B4, SaMode.TUNNEL, 0, 1));
        left.add(TestSas.esp(A4, B4, 0x201).mode(SaMode.TUNNEL));
        assertThat(dump()).as("the acquire is answered").hasSize(1);
        left.stack.poll();
        assertThat(hosts.wire).hasSize(2).allMatch(line -> line.contains("spi=0x00000201"));
    }

    /// One SA serves both, as neither policy is `unique`: it is asked for once.
    @Test
    void asksOnceForTheTunnelOfSeveralPolicies() {
        InetAddress first = InetAddress.ofLiteral("172.16.2.10");
        InetAddress second = InetAddress.ofLiteral("172.16.2.11");
        left.add(policy(Direction.OUT, A4, first, tunnel(IpsecProtocol.ESP, A4, B4)));
        left.add(policy(Direction.OUT, A4, second, tunnel(IpsecProtocol.ESP, A4, B4)));
        left.send(TestPings.request(A4, first, 1));
        left.send(TestPings.request(A4, second, 2));
        assertThat(acquires()).hasSize(1);
        left.add(TestSas.esp(A4, B4, 0x201).mode(SaMode.TUNNEL));
        left.stack.poll();
        assertThat(hosts.wire).hasSize(2);
    }

    @Test
    void asksForEachUniqueTunnel() {
        InetAddress first = InetAddress.ofLiteral("172.16.2.10");
        InetAddress second = InetAddress.ofLiteral("172.16.2.11");
        left.add(policy(Direction.OUT, A4, first, unique(tunnel(IpsecProtocol.ESP, A4, B4), 7)));
        left.add(policy(Direction.OUT, A4, second, unique(tunnel(IpsecProtocol.ESP, A4, B4), 8)));
        left.send(TestPings.request(A4, first, 1));
        left.send(TestPings.request(A4, second, 2));
        assertThat(acquires())
                .containsExactly(
                        new SadbEvent.Acquire(1, IpsecProtocol.ESP, A4, B4, SaMode.TUNNEL, 7, 1),
                        new SadbEvent.Acquire(2, IpsecProtocol.ESP, A4, B4, SaMode.TUNNEL, 8, 9));
        left.add(TestSas.esp(A4, B4, 0x208).mode(SaMode.TUNNEL).reqid(8));
        left.stack.poll();
        assertThat(hosts.wire).hasSize(1);
        left.add(TestSas.esp(A4, B4, 0x207).mode(SaMode.TUNNEL).reqid(7));
        left.stack.poll();
        assertThat(hosts.wire).hasSize(2).last().asString().contains("spi=0x00000207");
    }

    private static PolicyRule unique(PolicyRule rule, int reqid) {
        return new PolicyRule(
                rule.protocol(), rule.mode(), PolicyLevel.UNIQUE, reqid, rule.endpoints());
    }

    /// What a key manager does, some seconds later: a number for the way in, then both SAs.
    @Test
    void letsWhatWaitedGoInItsOrderWhenTheSasAreNegotiated() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        ping(2);
        ping(3);
        hosts.clock.seconds(2);
        left.stack.poll();
        left.execute(
                new SadbOperation.ReserveSpi(
                        Endpoint.of(B4),
                        Endpoint.of(A4),
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        0,
                        new Spi(0x300),
                        new Spi(0x300)));
        hosts.clock.seconds(1);
        left.execute(new SadbOperation.UpdateSa(TestSas.esp(B4, A4, 0x300).build()));
        left.stack.poll();
        assertThat(hosts.wire).as("there is none for the way out yet").isEmpty();
        assertThat(acquires()).as("it is asked for").hasSize(1);
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201));
        ping(4);
        hosts.run();
        assertThat(hosts.right.received())
                .containsExactlyInAnyOrder(
                        TestPings.request(A4, B4, 1),
                        TestPings.request(A4, B4, 2),
                        TestPings.request(A4, B4, 3),
                        TestPings.request(A4, B4, 4));
        assertThat(dump()).allMatch(sa -> sa.state() == SaState.MATURE).hasSize(2);
    }

    @Test
    void takesAReservedNumberBackAfterThirtySeconds() {
        left.execute(
                new SadbOperation.ReserveSpi(
                        Endpoint.of(B4),
                        Endpoint.of(A4),
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        0,
                        new Spi(0x300),
                        new Spi(0x300)));
        assertThat(left.stack.nextDeadline())
                .hasValue(Instant.ofEpochMilli(hosts.clock.millis() + 30_000));
        hosts.clock.seconds(29);
        left.stack.poll();
        assertThat(dump()).hasSize(1);
        hosts.clock.seconds(1);
        left.stack.poll();
        assertThat(dump()).isEmpty();
        assertThat(left.events)
                .as("a kernel tells it as a hard expiry, and racoon counts on it")
                .singleElement()
                .isInstanceOfSatisfying(
                        SadbEvent.Expire.class, expire -> assertThat(expire.hard()).isTrue());
    }

    @Test
    void dropsWhatHasWaitedThirtySecondsAndAsksAgain() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        assertThat(left.stack.nextDeadline())
                .hasValueSatisfying(
                        deadline ->
                                assertThat(deadline.toEpochMilli())
                                        .isEqualTo(hosts.clock.millis() + 30_000));
        hosts.clock.seconds(30);
        left.stack.poll();
        assertThat(left.drops(DropReason.ACQUIRE_TIMEOUT)).isEqualTo(1);
        assertThat(dump()).isEmpty();
        assertThat(left.stack.nextDeadline()).isEmpty();
        ping(2);
        assertThat(acquires()).hasSize(2);
        assertThat(left.events).noneMatch(SadbEvent.Expire.class::isInstance);
    }

    @Test
    void holdsOnlyAFewPackets() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        for (int i = 0; i < HeldPackets.LIMIT_EACH + 3; i++) {
            ping(i);
        }
        assertThat(left.drops(DropReason.HOLD_FULL)).isEqualTo(3);
        left.add(TestSas.esp(A4, B4, 0x201));
        left.stack.poll();
        assertThat(hosts.wire).hasSize(HeldPackets.LIMIT_EACH);
    }

    @Test
    void keepsAScanFromFillingTheDatabase() {
        Selector everywhere =
                Selector.between(Prefix.host(A4), new Prefix(InetAddress.ofLiteral("10.0.0.0"), 8));
        left.add(Policy.of(everywhere, Direction.OUT, PolicyAction.IPSEC, ESP));
        for (int i = 0; i < 2000; i++) {
            left.send(
                    TestPings.request(
                            A4, InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250), i));
        }
        assertThat(dump()).hasSize(1024);
        assertThat(left.count(PacketCounters.Event.ACQUIRES_SUPPRESSED)).isEqualTo(976);
        assertThat(left.count(PacketCounters.Event.HELD)).isEqualTo(HeldPackets.LIMIT);
    }

    @Test
    void goesInClearWhereTheSaIsOptionalAndAsksForIt() {
        left.add(policy(Direction.OUT, A4, B4, OPTIONAL));
        ping(1);
        assertThat(hosts.wire).hasSize(1);
        assertThat(acquires()).hasSize(1);
        left.add(TestSas.esp(A4, B4, 0x201));
        ping(2);
        assertThat(hosts.wire).last().asString().contains("ESP(spi=0x00000201");
    }

    @Test
    void readsDefaultAsRequire() {
        left.add(policy(Direction.OUT, A4, B4, transport(IpsecProtocol.ESP, PolicyLevel.DEFAULT)));
        ping(1);
        assertThat(hosts.wire).isEmpty();
        assertThat(acquires()).hasSize(1);
    }

    @Test
    void uniqueUsesOnlyTheSaOfItsReqid() {
        PolicyRule unique =
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        PolicyLevel.UNIQUE,
                        10,
                        Optional.empty());
        left.add(policy(Direction.OUT, A4, B4, unique));
        left.add(TestSas.esp(A4, B4, 0x201));
        left.add(TestSas.esp(A4, B4, 0x202).reqid(11));
        ping(1);
        assertThat(hosts.wire).isEmpty();
        assertThat(acquires())
                .singleElement()
                .satisfies(acquire -> assertThat(acquire.reqid()).isEqualTo(10));
        left.add(TestSas.esp(A4, B4, 0x203).reqid(10));
        left.stack.poll();
        assertThat(hosts.wire).singleElement().asString().contains("spi=0x00000203");
    }

    @Test
    void requireDoesNotTakeTheSaOfAnothersReqid() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        left.add(TestSas.esp(A4, B4, 0x202).reqid(11));
        ping(1);
        assertThat(hosts.wire).isEmpty();
    }

    @Test
    void sendsHeldPacketsInClearWhenThePolicyGoes() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        left.execute(new SadbOperation.FlushPolicies());
        left.stack.poll();
        assertThat(hosts.wire).hasSize(1);
    }

    @Test
    void anListenerMayAnswerAtOnce() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        left.engine.listen(
                event -> {
                    if (event instanceof SadbEvent.Acquire) {
                        left.add(TestSas.esp(A4, B4, 0x201));
                    }
                });
        ping(1);
        assertThat(hosts.wire).hasSize(1);
    }

    @Test
    void dropsWhatWaitsWhenAKeyManagerRefuses() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        ping(2);
        left.execute(new SadbOperation.RefuseAcquire(acquires().get(0).sequence(), 111));
        left.stack.poll();
        assertThat(left.drops(DropReason.ACQUIRE_REFUSED)).isEqualTo(2);
        assertThat(left.stack.nextDeadline()).as("of the refused acquire").isPresent();
        assertThat(dump())
                .as("as Linux shows it")
                .singleElement()
                .satisfies(refused -> assertThat(refused.state()).isEqualTo(SaState.DEAD));
    }

    @Test
    void asksAgainForWhatWasRefusedAfterThirtySecondsAsLinux() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        left.execute(new SadbOperation.RefuseAcquire(1, 111));
        hosts.clock.seconds(29);
        ping(2);
        assertThat(left.drops(DropReason.ACQUIRE_REFUSED)).isEqualTo(2);
        assertThat(left.count(PacketCounters.Event.HELD)).isEqualTo(1);
        assertThat(acquires()).hasSize(1);
        hosts.clock.seconds(1);
        left.stack.poll();
        assertThat(dump()).isEmpty();
        ping(3);
        assertThat(acquires()).hasSize(2);
        assertThat(left.count(PacketCounters.Event.HELD)).isEqualTo(2);
    }

    @Test
    void usesTheSaThatComesAllTheSame() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        ping(1);
        left.execute(new SadbOperation.RefuseAcquire(1, 111));
        left.stack.poll();
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201));
        ping(2);
        hosts.run();
        assertThat(hosts.right.received()).containsExactly(TestPings.request(A4, B4, 2));
        assertThat(dump())
                .singleElement()
                .satisfies(sa -> assertThat(sa.state()).isEqualTo(SaState.MATURE));
    }

    @Test
    void keepsWaitingWhereAnotherAcquireWasRefusedOrNone() {
        left.add(policy(Direction.OUT, A4, B4, ESP));
        InetAddress other = InetAddress.ofLiteral("192.0.2.9");
        left.add(policy(Direction.OUT, A4, other, ESP));
        ping(1);
        left.send(TestPings.request(A4, other, 2));
        left.execute(new SadbOperation.RefuseAcquire(77, 111));
        left.execute(new SadbOperation.RefuseAcquire(0, 111));
        left.execute(new SadbOperation.RefuseAcquire(1, 0));
        left.stack.poll();
        assertThat(left.drops(DropReason.ACQUIRE_REFUSED)).isZero();
        left.execute(new SadbOperation.RefuseAcquire(2, 111));
        left.stack.poll();
        assertThat(left.drops(DropReason.ACQUIRE_REFUSED)).isEqualTo(1);
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201));
        hosts.run();
        assertThat(hosts.right.received()).containsExactly(TestPings.request(A4, B4, 1));
    }

    @Test
    void anIpv6PacketThatCameInFragmentsStillLeavesInFragmentsAfterItHasWaited() {
        TwoHosts pair = new TwoHosts(A6, B6);
        pair.left.add(
                Policy.of(
                        new Selector(Prefix.host(A6), 0, Prefix.host(B6), 2000, IpHeaders.UDP),
                        Direction.OUT,
                        PolicyAction.IPSEC,
                        ESP));
        Bytes whole = TestPackets.udp(A6, B6, 1800);
        byte[] payload = Arrays.copyOfRange(whole.toArray(), 40, whole.length());
        pair.left.send(fragment(payload, 0, 1232, true));
        pair.left.send(fragment(payload, 1232, payload.length, false));
        assertThat(pair.left.count(PacketCounters.Event.HELD)).isEqualTo(1);

        pair.addToBoth(TestSas.esp(A6, B6, 0x201));
        pair.run();

        assertThat(pair.left.drops(DropReason.PACKET_TOO_BIG)).isZero();
        assertThat(pair.wire).hasSize(2);
        assertThat(pair.right.received()).containsExactly(whole);
    }

    private static Bytes fragment(byte[] payload, int from, int to, boolean more) {
        int offset = from | (more ? 1 : 0);
        byte[] header = {IpHeaders.UDP, 0, (byte) (offset >> 8), (byte) offset, 0, 0, 0, 9};
        byte[] part = Arrays.copyOfRange(payload, from, to);
        return TestPackets.ipv6(
                A6, B6, IpHeaders.FRAGMENT, 0, TestPackets.concat(header, part).toArray());
    }
}
