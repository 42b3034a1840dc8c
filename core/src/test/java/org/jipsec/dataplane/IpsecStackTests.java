package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.B4;
import static org.jipsec.dataplane.TestSas.policy;
import static org.jipsec.dataplane.TestSas.transport;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

class IpsecStackTests {
    private static final InetAddress RIGHT_HOST = InetAddress.ofLiteral("172.16.2.10");
    private static final PolicyRule ESP = transport(IpsecProtocol.ESP);
    private static final PolicyRule AH = transport(IpsecProtocol.AH);

    /// HOWTO 4.2.1: AH over ESP between two hosts.
    private static void howtoTransport(TwoHosts hosts, int window) {
        Secret[] md5 = {Secret.of(new byte[16]), TestSas.key(16)};
        Secret[] des = {
            TestSas.key(24),
            Secret.of("another key of 24 octets".getBytes(StandardCharsets.US_ASCII))
        };
        InetAddress[][] ways = {{A4, B4}, {B4, A4}};
        for (int i = 0; i < 2; i++) {
            hosts.addToBoth(
                    TestSas.sa(IpsecProtocol.AH, ways[i][0], ways[i][1], 0x200 + i * 0x100)
                            .replayWindow(window)
                            .authentication(AuthAlgorithm.HMAC_MD5, md5[i]));
            hosts.addToBoth(
                    TestSas.sa(IpsecProtocol.ESP, ways[i][0], ways[i][1], 0x201 + i * 0x100)
                            .replayWindow(window)
                            .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, des[i]));
        }
        policies(hosts, ESP, AH);
    }

    /// The same rules both ways, on both sides.
    private static void policies(TwoHosts hosts, PolicyRule... rules) {
        hosts.left.add(policy(Direction.OUT, A4, B4, rules));
        hosts.left.add(policy(Direction.IN, B4, A4, rules));
        hosts.right.add(policy(Direction.OUT, B4, A4, rules));
        hosts.right.add(policy(Direction.IN, A4, B4, rules));
    }

    @Test
    void pingsAcrossTheHowtosTransport() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        howtoTransport(hosts, 0);
        for (int i = 1; i <= 2; i++) {
            Bytes request = TestPings.request(A4, B4, i);
            hosts.left.send(request);
            hosts.run();
            assertThat(hosts.right.received()).containsExactly(request);
            Bytes reply = TestPings.reply(B4, A4, i);
            hosts.right.send(reply);
            hosts.run();
            assertThat(hosts.left.received()).containsExactly(reply);
        }
        assertThat(hosts.wire)
                .containsExactly(
                        "192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x1):"
                                + " ESP(spi=0x00000201,seq=0x1) (DF)",
                        "192.168.2.100 > 192.168.1.100: AH(spi=0x00000300,seq=0x1):"
                                + " ESP(spi=0x00000301,seq=0x1) (DF)",
                        "192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x2):"
                                + " ESP(spi=0x00000201,seq=0x2) (DF)",
                        "192.168.2.100 > 192.168.1.100: AH(spi=0x00000300,seq=0x2):"
                                + " ESP(spi=0x00000301,seq=0x2) (DF)");
        assertThat(sas(hosts.right))
                .allSatisfy(sa -> assertThat(sa.current().packets()).isEqualTo(2));
        assertThat(
                        ((SadbReply.Policies) hosts.left.execute(new SadbOperation.DumpPolicies()))
                                .snapshots())
                .allSatisfy(policy -> assertThat(policy.current().firstUsed()).isPresent());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void deliversOnABadRoadEachPacketOnceAndUnchangedOrNotAtAll(long seed) {
        LossyLink.Rates rates = new LossyLink.Rates(0.05, 0.1, 0.2, 0.1);
        List<LossyLink> roads = new ArrayList<>();
        TwoHosts hosts =
                new TwoHosts(
                        A4,
                        B4,
                        UnaryOperator.identity(),
                        link -> {
                            roads.add(
                                    new LossyLink(
                                            link,
                                            rates,
                                            new SplittableRandom(seed + roads.size())));
                            return roads.get(roads.size() - 1);
                        });
        howtoTransport(hosts, 64);
        List<Bytes> sent = new ArrayList<>();
        List<Bytes> arrived = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sent.add(TestPings.request(A4, B4, i));
            hosts.left.send(sent.get(i));
            hosts.run();
            arrived.addAll(hosts.right.received());
        }
        LossyLink road = roads.get(0);
        road.flush();
        hosts.run();
        arrived.addAll(hosts.right.received());
        assertThat(arrived).doesNotHaveDuplicates().isSubsetOf(sent);
        assertThat(arrived).hasSize((int) (500 - road.lost() - road.corrupted()));
        assertThat(road.lost()).isPositive();
        assertThat(road.corrupted()).isPositive();
        assertThat(road.duplicated()).isPositive();
        assertThat(road.reordered()).isPositive();
        assertThat(allDrops(hosts.right))
                .isEqualTo(hosts.right.count(PacketCounters.Event.FROM_WIRE) - arrived.size());
        assertThat(hosts.right.drops(DropReason.BAD_ICV)).isPositive();
        assertThat(hosts.right.drops(DropReason.REPLAYED)).isPositive();
    }

    private static long allDrops(TwoHosts.Side side) {
        long sum = 0;
        for (DropReason reason : DropReason.values()) {
            sum += side.drops(reason);
        }
        return sum;
    }

    @Test
    void dropsWhatShouldHaveBeenProtected() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.right.add(policy(Direction.IN, A4, B4, ESP));
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.POLICY_UNPROTECTED)).isEqualTo(1);
    }

    @Test
    void dropsHalfABundle() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        howtoTransport(hosts, 0);
        hosts.left.execute(new SadbOperation.FlushPolicies());
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.POLICY_UNPROTECTED)).isEqualTo(1);
    }

    @Test
    void passesInClearWhatNoPolicyOrPolicyNoneIsFor() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.left.add(policy(Direction.OUT, A4, B4));
        hosts.right.add(policy(Direction.IN, A4, B4));
        hosts.left.send(TestPings.request(A4, B4, 2));
        hosts.run();
        assertThat(hosts.right.received()).hasSize(2);
        assertThat(hosts.left.count(PacketCounters.Event.SENT_CLEAR)).isEqualTo(2);
        assertThat(hosts.right.count(PacketCounters.Event.RECEIVED_CLEAR)).isEqualTo(2);
    }

    @Test
    void discardsOnEitherWay() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(TestSas.discard(Direction.OUT, A4, B4));
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.right.send(TestPings.request(B4, A4, 1));
        hosts.left.add(TestSas.discard(Direction.IN, B4, A4));
        hosts.run();
        assertThat(hosts.left.received()).isEmpty();
        assertThat(hosts.wire).hasSize(1);
        assertThat(hosts.left.drops(DropReason.POLICY_DISCARD)).isEqualTo(2);
    }

    @Test
    void aHostThatIsNoGatewayPassesNothingOn() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.send(TestPings.request(A4, RIGHT_HOST, 1));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.NOT_FORWARDING)).isEqualTo(1);
    }

    @Test
    void tellsTheHostHowLargeAPacketMayBe() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        howtoTransport(hosts, 0);
        hosts.left.send(
                TestPackets.ipv4(A4, B4, 17, 0, 0x4000, 1, new byte[0], TestPackets.text(1470)));
        hosts.run();
        assertThat(hosts.wire).isEmpty();
        assertThat(hosts.left.drops(DropReason.PACKET_TOO_BIG)).isEqualTo(1);
        List<Bytes> told = hosts.left.received();
        assertThat(told).hasSize(1);
        assertThat(PacketText.line(PacketBuffer.of(told.get(0))))
                .startsWith("192.168.2.100 > 192.168.1.100: ICMP type 3 code 4");
    }

    @Test
    void sendsTheFragmentsOfWhatHasGrownTooLarge() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        howtoTransport(hosts, 0);
        Bytes packet = TestPackets.ipv4(A4, B4, 17, 0, 0, 1, new byte[0], TestPackets.text(1470));
        hosts.left.send(packet);
        hosts.run();
        assertThat(hosts.wire).hasSize(2);
        assertThat(hosts.right.received()).containsExactly(packet);
    }

    @Test
    void expiresByPacketsAndTellsTwice() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(
                TestSas.esp(A4, B4, 0x201)
                        .soft(new Lifetime(2, 0, Duration.ZERO, Duration.ZERO))
                        .hard(new Lifetime(3, 0, Duration.ZERO, Duration.ZERO)));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.events.clear();
        for (int i = 1; i <= 5; i++) {
            hosts.left.send(TestPings.request(A4, B4, i));
        }
        assertThat(hosts.wire).hasSize(3);
        assertThat(hosts.left.drops(DropReason.SA_EXPIRED)).isEqualTo(1);
        assertThat(hosts.left.count(PacketCounters.Event.HELD)).isEqualTo(1);
        assertThat(hosts.left.events)
                .hasExactlyElementsOfTypes(
                        SadbEvent.Expire.class, SadbEvent.Expire.class, SadbEvent.Acquire.class);
        assertThat(((SadbEvent.Expire) hosts.left.events.get(0)).hard()).isFalse();
        assertThat(((SadbEvent.Expire) hosts.left.events.get(1)).hard()).isTrue();
    }

    @Test
    void expiresByBytes() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        Lifetime bytes = new Lifetime(0, 100, Duration.ZERO, Duration.ZERO);
        hosts.left.add(TestSas.esp(A4, B4, 0x201).soft(bytes).hard(bytes));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        for (int i = 1; i <= 3; i++) {
            hosts.left.send(TestPings.request(A4, B4, i));
        }
        assertThat(hosts.wire).hasSize(2);
        assertThat(hosts.left.drops(DropReason.SA_EXPIRED)).isEqualTo(1);
        assertThat(mature(hosts.left)).isEmpty();
    }

    @Test
    void usesTheNewestSaThatIsNotDying() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        Lifetime soft = Lifetime.ofSeconds(10);
        Lifetime hard = Lifetime.ofSeconds(100);
        hosts.left.add(TestSas.esp(A4, B4, 1).soft(hard).hard(hard));
        hosts.left.add(TestSas.esp(A4, B4, 2).soft(soft).hard(hard));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.clock.seconds(10);
        hosts.left.stack.poll();
        hosts.left.send(TestPings.request(A4, B4, 2));
        hosts.left.add(TestSas.esp(A4, B4, 3).soft(hard).hard(hard));
        hosts.left.send(TestPings.request(A4, B4, 3));
        assertThat(hosts.wire)
                .extracting(line -> line.replaceAll(".*spi=0x0*([0-9]).*", "$1"))
                .containsExactly("2", "1", "3");
    }

    @Test
    void handsDatagramsOfIkeToTheHostAndSwallowsKeepalives() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        Bytes ike = TestPackets.udp(A4, B4, 4500, 4500, new byte[40]);
        hosts.left.send(ike);
        hosts.left.send(TestPackets.udp(A4, B4, 4500, 4500, new byte[] {-1}));
        hosts.run();
        assertThat(hosts.right.received()).containsExactly(ike);
        assertThat(allDrops(hosts.right)).isZero();
    }

    @Test
    void tellsWhenThePeersNatHasMoved() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        UdpEncapsulation usual = new UdpEncapsulation(4500, 4500, Optional.empty(), 0);
        UdpEncapsulation moved = new UdpEncapsulation(1027, 4500, Optional.empty(), 0);
        hosts.left.add(TestSas.esp(A4, B4, 0x201).encapsulation(moved));
        hosts.right.add(TestSas.esp(A4, B4, 0x201).encapsulation(usual));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.right.events.clear();
        hosts.left.send(TestPings.request(A4, B4, 1));
        hosts.left.send(TestPings.request(A4, B4, 2));
        hosts.run();
        assertThat(hosts.wire)
                .first()
                .isEqualTo(
                        "192.168.1.100.1027 > 192.168.2.100.4500: UDP-encap:"
                                + " ESP(spi=0x00000201,seq=0x1) (DF)");
        assertThat(hosts.right.received()).hasSize(2);
        assertThat(hosts.right.events)
                .singleElement()
                .isInstanceOfSatisfying(
                        SadbEvent.Mapping.class,
                        mapping -> assertThat(mapping.now().port()).isEqualTo(1027));
    }

    @Test
    void countsEveryReasonThereIs() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(TestSas.discard(Direction.OUT, A4, B4));
        hosts.left.send(TestPings.request(A4, B4, 1));
        Statistics statistics =
                ((SadbReply.Counted) hosts.left.execute(new SadbOperation.GetStatistics()))
                        .statistics();
        assertThat(statistics.drops()).hasSize(DropReason.values().length);
        assertThat(statistics.drops())
                .contains(
                        new Statistics.Drop(
                                "policy-discard", DropReason.POLICY_DISCARD.sentence(), 1));
        assertThat(statistics.counters())
                .contains(
                        new Statistics.Counter("security-policies", 1),
                        new Statistics.Counter("packets-from-host", 1));
    }

    @Test
    void refusesABatchThatIsNotItsOwn() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        assertThatThrownBy(() -> hosts.left.stack.sendFromHost(new PacketBatch(1, 100)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<SaSnapshot> sas(TwoHosts.Side side) {
        return ((SadbReply.Sas) side.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .snapshots().stream()
                        .filter(sa -> sa.association().destination().address().equals(B4))
                        .toList();
    }

    private static List<SaSnapshot> mature(TwoHosts.Side side) {
        return sas(side).stream().filter(sa -> sa.association().spi().value() != 0).toList();
    }

    @Test
    void givesUpAnSaWithoutSequenceNumbersAndAsksForAnother() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.add(TestSas.esp(A4, B4, 0x201));
        hosts.left.send(TestPings.request(A4, B4, 1));
        FlowKey flow = new FlowKey();
        Addresses.put(A4, B4, flow);
        ActiveSa sa = hosts.left.engine.associations().outbound(ESP, flow);
        assertThat(sa).isNotNull();
        sa.continueFrom(0xffff_ffffL);

        hosts.left.send(TestPings.request(A4, B4, 2));
        assertThat(hosts.left.drops(DropReason.SEQUENCE_OVERFLOW)).isEqualTo(1);
        hosts.left.send(TestPings.request(A4, B4, 3));

        assertThat(hosts.left.events)
                .anyMatch(event -> event instanceof SadbEvent.Expire(_, boolean hard) && hard)
                .anyMatch(SadbEvent.Acquire.class::isInstance);
    }
}
