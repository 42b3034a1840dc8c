package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.B4;
import static org.jipsec.dataplane.TestSas.transport;
import static org.jipsec.dataplane.TestSas.tunnel;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// Two gateways between two networks.
class GatewayTests {
    private static final InetAddress LEFT_HOST = InetAddress.ofLiteral("172.16.1.10");
    private static final InetAddress RIGHT_HOST = InetAddress.ofLiteral("172.16.2.10");
    private static final InetAddress LEFT_HOST6 = InetAddress.ofLiteral("2001:db8:a::10");
    private static final InetAddress RIGHT_HOST6 = InetAddress.ofLiteral("2001:db8:b::10");
    private static final PolicyRule THERE = tunnel(IpsecProtocol.ESP, A4, B4);
    private static final PolicyRule BACK = tunnel(IpsecProtocol.ESP, B4, A4);
    private static final int TIME_TO_LIVE = 8;
    private static final int HOP_LIMIT = 7;

    /// HOWTO 4.2.2: an ESP tunnel between two gateways.
    private static TwoHosts howtoTunnel() {
        TwoHosts hosts =
                new TwoHosts(A4, B4, IpsecStack.Settings::asGateway, UnaryOperator.identity());
        hosts.addToBoth(TestSas.esp(A4, B4, 0x201).mode(SaMode.TUNNEL));
        hosts.addToBoth(TestSas.esp(B4, A4, 0x301).mode(SaMode.TUNNEL));
        tunnelBetween(hosts, LEFT_HOST, RIGHT_HOST);
        tunnelBetween(hosts, LEFT_HOST6, RIGHT_HOST6);
        return hosts;
    }

    private static void tunnelBetween(TwoHosts hosts, InetAddress one, InetAddress other) {
        hosts.left.add(networks(Direction.OUT, one, other, THERE));
        hosts.left.add(networks(Direction.IN, other, one, BACK));
        hosts.left.add(networks(Direction.FWD, other, one, BACK));
        hosts.right.add(networks(Direction.OUT, other, one, BACK));
        hosts.right.add(networks(Direction.IN, one, other, THERE));
        hosts.right.add(networks(Direction.FWD, one, other, THERE));
    }

    private static Policy networks(
            Direction direction, InetAddress from, InetAddress to, PolicyRule... rules) {
        int length = from instanceof Inet4Address ? 24 : 64;
        return Policy.of(
                Selector.between(new Prefix(from, length), new Prefix(to, length)),
                direction,
                PolicyAction.IPSEC,
                rules);
    }

    @Test
    void pingsThroughTheHowtosTunnel() {
        TwoHosts hosts = howtoTunnel();
        Bytes request = TestPings.request(LEFT_HOST, RIGHT_HOST, 1);
        hosts.left.send(request);
        hosts.run();
        List<Bytes> received = hosts.right.received();
        assertThat(received).hasSize(1);
        assertThat(received.get(0).u8(TIME_TO_LIVE)).isEqualTo(request.u8(TIME_TO_LIVE) - 1);
        Bytes reply = TestPings.reply(RIGHT_HOST, LEFT_HOST, 1);
        hosts.right.send(reply);
        hosts.run();
        assertThat(hosts.left.received()).hasSize(1);
        assertThat(hosts.wire)
                .containsExactly(
                        "192.168.1.100 > 192.168.2.100: ESP(spi=0x00000201,seq=0x1) (DF)",
                        "192.168.2.100 > 192.168.1.100: ESP(spi=0x00000301,seq=0x1) (DF)");
        assertThat(hosts.right.count(PacketCounters.Event.FORWARDED)).isEqualTo(1);
    }

    @Test
    void dropsWhatShouldHaveBeenProtectedOnItsWayThrough() {
        TwoHosts hosts = howtoTunnel();
        hosts.left.execute(new SadbOperation.FlushPolicies());
        hosts.left.send(TestPings.request(LEFT_HOST, RIGHT_HOST, 1));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.POLICY_UNPROTECTED)).isEqualTo(1);
    }

    @Test
    void aGatewayDropsWhatHasTravelledTooFar() {
        TwoHosts hosts = howtoTunnel();
        byte[] request = TestPings.request(LEFT_HOST, RIGHT_HOST, 1).toArray();
        request[TIME_TO_LIVE] = 1;
        IpHeaders.renewChecksum(request, 0);
        hosts.left.send(Bytes.of(request));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.HOP_LIMIT)).isEqualTo(1);
    }

    @Test
    void aGatewaySendsOnThroughAnotherTunnelWhereAPolicySaysSo() {
        TwoHosts hosts = howtoTunnel();
        hosts.right.execute(new SadbOperation.FlushPolicies());
        hosts.right.add(
                networks(Direction.FWD, LEFT_HOST, RIGHT_HOST, tunnel(IpsecProtocol.ESP, A4, B4)));
        hosts.right.add(
                networks(Direction.OUT, LEFT_HOST, RIGHT_HOST, tunnel(IpsecProtocol.ESP, B4, A4)));
        hosts.left.execute(new SadbOperation.FlushPolicies());
        hosts.left.add(
                networks(Direction.OUT, LEFT_HOST, RIGHT_HOST, tunnel(IpsecProtocol.ESP, A4, B4)));
        hosts.left.send(TestPings.request(LEFT_HOST, RIGHT_HOST, 1));
        assertThat(hosts.right.receive()).isTrue();
        assertThat(hosts.wire)
                .last()
                .isEqualTo("192.168.2.100 > 192.168.1.100: ESP(spi=0x00000301,seq=0x1) (DF)");
        assertThat(hosts.right.received()).isEmpty();
    }

    @Test
    void aGatewayPassesOnInClearWhatAnUnmetRuleOfLevelUseLetsGo() {
        TwoHosts hosts = howtoTunnel();
        hosts.right.add(
                networks(
                        Direction.OUT,
                        LEFT_HOST,
                        RIGHT_HOST,
                        transport(IpsecProtocol.ESP, PolicyLevel.USE)));
        hosts.left.send(TestPings.request(LEFT_HOST, RIGHT_HOST, 1));
        hosts.run();
        assertThat(hosts.wire).as("back it must not go").hasSize(1);
        assertThat(hosts.right.received()).hasSize(1);
    }

    @Test
    void aGatewayPassesOnWhatItHeldWhenThePolicyThatHeldItHasGone() {
        TwoHosts hosts = howtoTunnel();
        Policy waiting =
                networks(Direction.OUT, LEFT_HOST, RIGHT_HOST, transport(IpsecProtocol.ESP));
        hosts.right.add(waiting);
        hosts.left.send(TestPings.request(LEFT_HOST, RIGHT_HOST, 1));
        hosts.run();
        assertThat(hosts.right.count(PacketCounters.Event.HELD)).isEqualTo(1);
        hosts.right.execute(new SadbOperation.DeletePolicy(waiting));
        hosts.right.stack.poll();
        hosts.run();
        assertThat(hosts.wire).as("back it must not go").hasSize(1);
        assertThat(hosts.right.received()).hasSize(1);
    }

    @Test
    void aGatewayJudgesFragmentsByThePortsOfTheFirst() {
        TwoHosts hosts = howtoTunnel();
        hosts.right.add(
                Policy.of(
                        new Selector(
                                new Prefix(LEFT_HOST, 24), 0, new Prefix(RIGHT_HOST, 24), 2000, 17),
                        Direction.OUT,
                        PolicyAction.DISCARD));
        byte[] whole = TestPackets.udp(LEFT_HOST, RIGHT_HOST, 92).toArray();
        hosts.left.send(
                TestPackets.ipv4(
                        LEFT_HOST,
                        RIGHT_HOST,
                        17,
                        0,
                        64 / 8,
                        1,
                        new byte[0],
                        Arrays.copyOfRange(whole, 20 + 64, 120)));
        hosts.left.send(
                TestPackets.ipv4(
                        LEFT_HOST,
                        RIGHT_HOST,
                        17,
                        0,
                        0x2000,
                        1,
                        new byte[0],
                        Arrays.copyOfRange(whole, 20, 20 + 64)));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.right.drops(DropReason.POLICY_DISCARD)).isEqualTo(1);
    }

    /// The right gateway passes on what comes through the tunnel by a further one, in which less
    /// fits.
    private static TwoHosts narrowBehindTheTunnel(InetAddress from, InetAddress to) {
        TwoHosts hosts = howtoTunnel();
        hosts.right.add(networks(Direction.OUT, from, to, BACK, transport(IpsecProtocol.AH)));
        return hosts;
    }

    private static Bytes large(InetAddress from, InetAddress to) {
        return from instanceof Inet4Address
                ? TestPackets.ipv4(from, to, 17, 0, 0x4000, 1, new byte[0], TestPackets.text(1400))
                : TestPackets.ipv6(from, to, 17, 0, TestPackets.text(1380));
    }

    private static InetAddress left(boolean ipv4) {
        return ipv4 ? LEFT_HOST : LEFT_HOST6;
    }

    private static InetAddress right(boolean ipv4) {
        return ipv4 ? RIGHT_HOST : RIGHT_HOST6;
    }

    @ParameterizedTest(name = "IPv4: {0}")
    @ValueSource(booleans = {true, false})
    void aGatewayTellsTheSenderBehindTheTunnelHowLargeAPacketMayBe(boolean ipv4) {
        InetAddress from = left(ipv4);
        InetAddress to = right(ipv4);
        TwoHosts hosts = narrowBehindTheTunnel(from, to);
        hosts.right.add(TestSas.ah(B4, A4, 0x400));
        hosts.left.send(large(from, to));
        hosts.run();
        assertThat(hosts.right.drops(DropReason.PACKET_TOO_BIG)).isEqualTo(1);
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.wire)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("192.168.2.100 > 192.168.1.100: ESP(spi=0x00000301,seq=0x1)");
        assertTooBig(hosts, from, to);
    }

    private static void assertTooBig(TwoHosts hosts, InetAddress from, InetAddress to) {
        boolean ipv4 = from instanceof Inet4Address;
        List<Bytes> told = hosts.left.received();
        assertThat(told).hasSize(1);
        Bytes message = told.get(0);
        assertThat(PacketText.line(PacketBuffer.of(message)))
                .startsWith(
                        to.getHostAddress().replaceAll("(:0)+:", "::")
                                + " > "
                                + from.getHostAddress().replaceAll("(:0)+:", "::")
                                + (ipv4 ? ": ICMP type 3 code 4" : ": ICMP6, type 2 code 0"));
        int at = (ipv4 ? 20 : 40) + 6;
        int mtu = message.u8(at) << 8 | message.u8(at + 1);
        assertThat(mtu).isBetween(1280, 1419);
        assertThat(hosts.right.count(PacketCounters.Event.ERRORS_TO_SENDERS)).isEqualTo(1);
        assertThat(hosts.right.count(PacketCounters.Event.ERRORS_TO_HOST)).isZero();
    }

    @Test
    void aGatewayTellsTheSenderAlsoOfAPacketThatHadToWait() {
        TwoHosts hosts = narrowBehindTheTunnel(LEFT_HOST, RIGHT_HOST);
        hosts.left.send(large(LEFT_HOST, RIGHT_HOST));
        hosts.run();
        assertThat(hosts.right.count(PacketCounters.Event.HELD)).isEqualTo(1);
        hosts.right.add(TestSas.ah(B4, A4, 0x400));
        hosts.run();
        assertThat(hosts.right.received()).isEmpty();
        assertTooBig(hosts, LEFT_HOST, RIGHT_HOST);
    }

    @ParameterizedTest(name = "IPv4: {0}")
    @ValueSource(booleans = {true, false})
    void aGatewayTellsTheSenderThatAPacketHasTravelledTooFar(boolean ipv4) {
        TwoHosts hosts = howtoTunnel();
        Bytes request = exhausted(ipv4, 1);
        hosts.left.send(request);
        hosts.run();
        assertThat(hosts.right.drops(DropReason.HOP_LIMIT)).isEqualTo(1);
        assertThat(hosts.right.received()).isEmpty();
        assertThat(hosts.wire)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("192.168.2.100 > 192.168.1.100: ESP(spi=0x00000301,seq=0x1)");
        List<Bytes> told = hosts.left.received();
        assertThat(told).hasSize(1);
        assertThat(PacketText.line(PacketBuffer.of(told.get(0))))
                .contains(ipv4 ? "ICMP type 11 code 0" : "ICMP6, type 3 code 0");
        int quote = (ipv4 ? 20 : 40) + 8;
        byte[] octets = told.get(0).toArray();
        assertThat(Bytes.of(octets, quote, octets.length - quote))
                .as("it quotes the packet")
                .isEqualTo(request);
        byte[] icmp = Arrays.copyOfRange(octets, quote - 8, octets.length);
        assertThat(
                        ipv4
                                ? TestPackets.checksum(icmp, 0, icmp.length, 0)
                                : TestPackets.pseudoChecksum(RIGHT_HOST6, LEFT_HOST6, 58, icmp))
                .isZero();
    }

    private static Bytes exhausted(boolean ipv4, int sequence) {
        byte[] request = TestPings.request(left(ipv4), right(ipv4), sequence).toArray();
        request[ipv4 ? TIME_TO_LIVE : HOP_LIMIT] = 1;
        if (ipv4) {
            IpHeaders.renewChecksum(request, 0);
        }
        return Bytes.of(request);
    }

    @Test
    void aGatewayTellsNoFasterThanItsRate() {
        TwoHosts hosts = howtoTunnel();
        for (int i = 0; i < MessageRate.BURST + 7; i++) {
            hosts.left.send(exhausted(true, i));
            hosts.run();
        }
        assertThat(hosts.left.received()).hasSize(MessageRate.BURST);
        assertThat(hosts.right.count(PacketCounters.Event.ERRORS_SUPPRESSED)).isEqualTo(7);
        hosts.clock.seconds(1);
        hosts.left.send(exhausted(true, 1000));
        hosts.run();
        assertThat(hosts.left.received()).hasSize(1);
    }

    @Test
    void aGatewayTellsNothingThatThePolicyDiscards() {
        TwoHosts hosts = howtoTunnel();
        hosts.right.execute(
                new SadbOperation.DeletePolicy(
                        networks(Direction.OUT, RIGHT_HOST, LEFT_HOST, BACK)));
        hosts.right.add(TestSas.discard(Direction.OUT, RIGHT_HOST, LEFT_HOST));
        hosts.left.send(exhausted(true, 1));
        hosts.run();
        assertThat(hosts.wire).hasSize(1);
        assertThat(hosts.right.drops(DropReason.POLICY_DISCARD)).isEqualTo(1);
    }

    @Test
    void aGatewayHoldsWhatItTellsUntilThereIsAnSaForIt() {
        TwoHosts hosts = howtoTunnel();
        hosts.right.execute(new SadbOperation.FlushSas(IpsecProtocol.ESP));
        hosts.right.add(TestSas.esp(A4, B4, 0x201).mode(SaMode.TUNNEL));
        hosts.left.send(exhausted(true, 1));
        hosts.run();
        assertThat(hosts.right.count(PacketCounters.Event.HELD)).isEqualTo(1);
        hosts.right.add(TestSas.esp(B4, A4, 0x301).mode(SaMode.TUNNEL));
        hosts.run();
        assertThat(hosts.left.received()).hasSize(1);
    }
}
