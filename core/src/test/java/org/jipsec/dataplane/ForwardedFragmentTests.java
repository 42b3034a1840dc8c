package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.B4;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// Fragments of IPv6 on their way through a gateway.
class ForwardedFragmentTests {
    private static final InetAddress FROM = InetAddress.ofLiteral("2001:db8:a::10");
    private static final InetAddress TO = InetAddress.ofLiteral("2001:db8:b::10");
    private static final PolicyRule TUNNEL = TestSas.tunnel(IpsecProtocol.ESP, A4, B4);

    private static Bytes fragment(int protocol, int from, boolean more, byte[] payload) {
        byte[] header = new byte[8];
        header[0] = (byte) protocol;
        Octets.put16(header, 2, from | (more ? 1 : 0));
        header[7] = 9;
        return TestPackets.ipv6(
                FROM, TO, IpHeaders.FRAGMENT, 0, TestPackets.concat(header, payload).toArray());
    }

    private static Policy ofProtocol(Direction direction, int protocol, PolicyRule... rules) {
        return Policy.of(
                new Selector(Prefix.host(FROM), 0, Prefix.host(TO), 0, protocol),
                direction,
                rules.length == 0 ? PolicyAction.NONE : PolicyAction.IPSEC,
                rules);
    }

    /// TCP may pass in clear. What says that it is TCP may still be the rest of a datagram of which
    /// the first fragment came through the tunnel.
    @Test
    void passesNoneForTheProtocolItClaims() {
        TestHost gateway = new TestHost(B4);
        gateway.add(ofProtocol(Direction.FWD, IpHeaders.UDP, TUNNEL));
        gateway.add(ofProtocol(Direction.FWD, IpHeaders.TCP));

        gateway.receive(fragment(IpHeaders.TCP, 8, false, new byte[8]));
        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);

        gateway.receive(fragment(IpHeaders.UDP, 0, true, new byte[8]));
        assertThat(gateway.verdict.reason()).isEqualTo(DropReason.POLICY_UNPROTECTED);
    }

    @Test
    void sendsNoneForTheProtocolItClaims() {
        TestHost gateway = new TestHost(A4);
        gateway.add(ofProtocol(Direction.OUT, IpHeaders.UDP, TUNNEL));
        gateway.add(ofProtocol(Direction.OUT, IpHeaders.TCP));

        gateway.send(fragment(IpHeaders.TCP, 8, false, new byte[8]));

        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
    }

    /// RFC 6946: a packet in one piece may have a fragment header.
    @Test
    void cutsAnAtomicFragmentByTheHeaderItHas() {
        TestHost sender = new TestHost(FROM);
        sender.mtu = 1280;
        sender.add(TestSas.esp(FROM, TO, 0x201).build());
        sender.add(ofProtocol(Direction.OUT, IpHeaders.UDP, TestSas.transport(IpsecProtocol.ESP)));
        byte[] udp = TestPackets.udp(FROM, TO, 1192).toArray();
        Bytes packet = fragment(IpHeaders.UDP, 0, false, Arrays.copyOfRange(udp, 40, udp.length));

        Bytes first = sender.send(packet);

        assertThat(sender.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        assertThat(sender.verdict.extraCount()).isEqualTo(1);
        Bytes second = sender.verdict.extra(0).toBytes();
        assertThat(first.u8(6)).isEqualTo(IpHeaders.FRAGMENT);
        assertThat(first.u8(40)).isEqualTo(50);
        assertThat(first.u8(43) & 1).as("more").isEqualTo(1);
        assertThat(second.u8(40)).isEqualTo(50);
        assertThat(Bytes.of(second.toArray(), 44, 4)).isEqualTo(Bytes.of(first.toArray(), 44, 4));
        TestHost receiver = new TestHost(TO);
        receiver.add(TestSas.esp(FROM, TO, 0x201).build());
        receiver.receive(first);
        assertThat(receiver.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        Bytes arrived = receiver.receive(second);
        assertThat(receiver.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(Bytes.of(arrived.toArray(), arrived.length() - 1200, 1200))
                .isEqualTo(Bytes.of(udp, 40, 1200));
    }

    @Test
    void cutsAgainWhatItHadToPutTogether() {
        TwoHosts hosts =
                new TwoHosts(A4, B4, IpsecStack.Settings::asGateway, UnaryOperator.identity());
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201).mode(SaMode.TUNNEL));
        hosts.left.add(TestSas.policy(Direction.OUT, FROM, TO, TUNNEL));
        hosts.right.add(ofProtocol(Direction.FWD, IpHeaders.UDP, TUNNEL));
        byte[] udp = TestPackets.udp(FROM, TO, 1992).toArray();
        byte[] whole = Arrays.copyOfRange(udp, 40, udp.length);

        hosts.left.send(fragment(IpHeaders.UDP, 0, true, Arrays.copyOf(whole, 1000)));
        hosts.left.send(
                fragment(IpHeaders.UDP, 1000, false, Arrays.copyOfRange(whole, 1000, 2000)));
        hosts.run();

        List<Bytes> received = hosts.right.received();
        assertThat(received).hasSize(2).allMatch(packet -> packet.length() <= 1500);
        TestHost end = new TestHost(TO);
        end.receive(received.get(0));
        assertThat(end.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        Bytes arrived = end.receive(received.get(1));
        assertThat(end.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(Bytes.of(arrived.toArray(), 40, 2000)).isEqualTo(Bytes.of(whole));
    }

    @Test
    void countsThePoliciesThatLookAtTheProtocol() {
        PolicyDatabase policies = new PolicyDatabase();
        assertThat(policies.selectsByProtocol(Direction.FWD)).isFalse();

        PolicyRecord one = policies.add(ofProtocol(Direction.FWD, IpHeaders.UDP, TUNNEL), 0);
        assertThat(policies.selectsByProtocol(Direction.FWD)).isTrue();
        assertThat(policies.selectsByProtocol(Direction.IN)).isFalse();
        policies.remove(one);
        assertThat(policies.selectsByProtocol(Direction.FWD)).isFalse();

        policies.add(ofProtocol(Direction.FWD, IpHeaders.UDP, TUNNEL), 0);
        policies.clear();
        assertThat(policies.selectsByProtocol(Direction.FWD)).isFalse();
    }
}
