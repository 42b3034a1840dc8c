package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// ESP in UDP from behind a NAT: whose packet it is, and what the NAT did to checksums.
class NatTraversalTests {
    private static final PolicyRule ESP = TestSas.transport(IpsecProtocol.ESP);

    /// A road warrior, its NAT, the server as the road warrior sees it, and the server.
    private record Road(
            InetAddress warrior,
            InetAddress nat,
            InetAddress seen,
            InetAddress server,
            InetAddress other) {
        static Road of(boolean ipv4) {
            return ipv4
                    ? new Road(
                            TestPackets.A4,
                            TestPackets.address("203.0.113.9"),
                            TestPackets.address("203.0.113.80"),
                            TestPackets.B4,
                            TestPackets.address("203.0.113.66"))
                    : new Road(
                            TestPackets.A6,
                            TestPackets.address("2001:db8:9::9"),
                            TestPackets.address("2001:db8:9::80"),
                            TestPackets.B6,
                            TestPackets.address("2001:db8:9::66"));
        }

        int header() {
            return warrior.getAddress().length == 4 ? 20 : 40;
        }
    }

    private static SecurityAssociation.Builder encapsulated(
            InetAddress from, InetAddress to, Optional<InetAddress> original) {
        return TestSas.esp(from, to, 0x201)
                .encapsulation(new UdpEncapsulation(4500, 4500, original, 0));
    }

    private final TestHost left = new TestHost();
    private final TestHost right = new TestHost(TestPackets.B4, TestPackets.B6);

    /// What the road warrior's packet to `seen` becomes on its way to the server.
    private Bytes travels(Road road, Bytes packet, InetAddress from, int port) {
        byte[] wire = left.send(packet).toArray();
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        byte[] esp = Arrays.copyOfRange(wire, road.header() + 8, wire.length);
        return TestPackets.udp(from, road.server(), port, 4500, esp);
    }

    private void warrior(Road road, PolicyRule... rules) {
        left.add(encapsulated(road.warrior(), road.seen(), Optional.empty()).build());
        left.add(TestSas.policy(Direction.OUT, road.warrior(), road.seen(), rules));
    }

    private Bytes datagramTravels(Road road, InetAddress from, int port) {
        return travels(road, TestPackets.udp(road.warrior(), road.seen(), 33), from, port);
    }

    private ActiveSa server(Road road, Optional<InetAddress> original) {
        return right.add(encapsulated(road.nat(), road.server(), original).build());
    }

    /// ESP of what comes from that address.
    private void serverWants(Road road, InetAddress from) {
        right.add(TestSas.policy(Direction.IN, from, road.server(), ESP));
    }

    private static InetAddress source(Bytes packet) {
        return TestPackets.source(packet);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void letsNoPeerAnswerToTheNameOfAnother(boolean ipv4) {
        Road road = Road.of(ipv4);
        warrior(road, ESP);
        server(road, Optional.empty());
        serverWants(road, road.other());

        Bytes arrived = right.receive(datagramTravels(road, road.other(), 4500));

        assertThat(right.verdict.policy()).as("the policy for the other").isNull();
        assertThat(source(arrived)).isEqualTo(road.nat());
    }

    @Test
    void asksThePolicyForThePeerWhateverItsPacketSays() {
        Road road = Road.of(true);
        warrior(road, ESP);
        server(road, Optional.empty());
        serverWants(road, road.other());
        right.add(TestSas.discard(Direction.IN, road.nat(), road.server()));

        right.receive(datagramTravels(road, road.other(), 4500));

        assertThat(right.verdict.reason()).isEqualTo(DropReason.POLICY_DISCARD);
    }

    @ParameterizedTest(name = "IPv4 {0}, port {1}")
    @CsvSource({"true, 4500", "true, 61000", "false, 4500", "false, 61000"})
    void deliversWhatComesFromTheNat(boolean ipv4, int port) {
        Road road = Road.of(ipv4);
        warrior(road, ESP);
        server(road, Optional.of(road.warrior()));
        serverWants(road, road.nat());

        Bytes arrived = right.receive(datagramTravels(road, road.nat(), port));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.policy()).isNotNull();
        assertThat(source(arrived)).isEqualTo(road.nat());
        assertThat(right.verdict.remapped()).isEqualTo(port != 4500);
    }

    /// Until the key manager has renewed the SA the connections above go on as they were.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWhenTheNatTakesAnotherAddress(boolean ipv4) {
        Road road = Road.of(ipv4);
        warrior(road, ESP);
        ActiveSa sa = server(road, Optional.empty());
        serverWants(road, road.nat());

        Bytes arrived = right.receive(datagramTravels(road, road.other(), 999));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.policy()).isNotNull();
        assertThat(right.verdict.remapped()).isTrue();
        assertThat(sa.mappedAddress()).isEqualTo(road.other());
        assertThat(sa.mappedPort()).isEqualTo(999);
        assertThat(source(arrived)).isEqualTo(road.nat());
        assertThat(upperChecksum(arrived)).isZero();
    }

    @Test
    void takesAnySourceWhereTheSaSaysSo() {
        Road road = Road.of(true);
        warrior(road, ESP);
        right.add(
                encapsulated(TestPackets.address("0.0.0.0"), road.server(), Optional.empty())
                        .build());
        serverWants(road, road.nat());

        Bytes arrived = right.receive(datagramTravels(road, road.nat(), 4500));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.policy()).isNotNull();
        assertThat(source(arrived)).isEqualTo(road.nat());
    }

    @Test
    void believesNoMappingWithoutIntegrity() {
        Road road = Road.of(true);
        ActiveSa sa =
                right.add(
                        TestSas.sa(IpsecProtocol.ESP, road.nat(), road.server(), 0x300)
                                .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                                .encapsulation(
                                        new UdpEncapsulation(4500, 4500, Optional.empty(), 0))
                                .build());
        byte[] esp =
                TestPackets.concat(
                                TestPackets.hex("00000300 00000001"),
                                TestPackets.hex("03e8 07d0 000a 0000 4142"),
                                TestPackets.hex("01 02 03 04 04 11"))
                        .toArray();

        right.receive(TestPackets.udp(road.other(), road.server(), 999, 4500, esp));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.remapped()).isFalse();
        assertThat(sa.mappedAddress()).isNull();
    }

    /// The sender computed it over its own address and the server's as it saw it; neither is in the
    /// packet that arrives.
    @ParameterizedTest(name = "IPv4 {0}, protocol {1}, NAT-OA {2}")
    @CsvSource({
        "true, 6, true",
        "true, 6, false",
        "true, 17, true",
        "true, 17, false",
        "false, 6, true",
        "false, 6, false",
        "false, 17, true",
        "false, 17, false",
        "false, 58, true",
    })
    void rightsTheChecksumBehindNatsAtBothEnds(
            boolean ipv4, int protocol, boolean isOriginalKnown) {
        Road road = Road.of(ipv4);
        warrior(road, ESP);
        Optional<InetAddress> original =
                isOriginalKnown ? Optional.of(road.warrior()) : Optional.empty();
        server(road, original);

        Bytes arrived =
                right.receive(travels(road, segment(road, protocol, 41, true), road.nat(), 4500));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(upperChecksum(arrived)).isZero();
        Bytes sent = segment(road, protocol, 41, true);
        int field = road.header() + (protocol == 6 ? 16 : protocol == 17 ? 6 : 2);
        assertThat(Bytes.of(arrived.toArray(), field + 2, arrived.length() - field - 2))
                .isEqualTo(Bytes.of(sent.toArray(), field + 2, sent.length() - field - 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesADatagramWithoutAChecksumWithout(boolean ipv4) {
        Road road = Road.of(ipv4);
        warrior(road, ESP);
        server(road, Optional.empty());

        Bytes arrived =
                right.receive(travels(road, segment(road, 17, 41, false), road.nat(), 4500));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(Octets.u16(arrived.toArray(), road.header() + 6)).isZero();
    }

    /// ESP may carry padding behind a datagram, which tells its length itself (RFC 4303 2.7).
    @ParameterizedTest(name = "length {0} of 22")
    @CsvSource({"22, true", "14, true", "23, false", "7, false"})
    void countsOnlyWhatTheDatagramSaysIsInIt(int length, boolean isRepaired) {
        Road road = Road.of(true);
        warrior(road, ESP);
        server(road, Optional.empty());
        byte[] udp = new byte[22];
        Octets.put16(udp, 0, 1000);
        Octets.put16(udp, 2, 2000);
        Octets.put16(udp, 4, length);
        Octets.put16(udp, 6, 0xabcd);

        Bytes arrived =
                right.receive(
                        travels(
                                road,
                                TestPackets.ip(road.warrior(), road.seen(), 17, udp),
                                road.nat(),
                                4500));

        byte[] datagram = Arrays.copyOfRange(arrived.toArray(), 20, 20 + Math.min(length, 22));
        assertThat(
                        datagram.length >= 8
                                && TestPackets.pseudoChecksum(
                                                road.nat(), road.server(), 17, datagram)
                                        == 0)
                .isEqualTo(isRepaired);
        assertThat(Octets.u16(arrived.toArray(), 26) == 0xabcd).isEqualTo(!isRepaired);
    }

    @Test
    void rightsTheChecksumOfWhatWasCompressedToo() {
        Road road = Road.of(true);
        left.add(TestSas.ipcomp(road.warrior(), road.seen(), 0x1234).build());
        warrior(road, TestSas.transport(IpsecProtocol.IPCOMP), ESP);
        right.add(TestSas.ipcomp(road.nat(), road.server(), 0x1234).build());
        server(road, Optional.empty());

        Bytes arrived = right.receive(travels(road, segment(road, 6, 600, true), road.nat(), 4500));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.stepCount()).isEqualTo(2);
        assertThat(upperChecksum(arrived)).isZero();
    }

    /// A tunnel's inside is as its sender made it, right or wrong.
    @Test
    void touchesNothingInsideATunnel() {
        Road road = Road.of(true);
        InetAddress gateway = TestPackets.GATE_B4;
        SecurityAssociation.Builder sa =
                encapsulated(TestPackets.GATE_A4, road.server(), Optional.empty())
                        .mode(SaMode.TUNNEL);
        PolicyRule rule = TestSas.tunnel(IpsecProtocol.ESP, TestPackets.GATE_A4, road.server());
        left.add(sa.build());
        left.add(TestSas.policy(Direction.OUT, road.warrior(), gateway, rule));
        right.add(sa.build());
        right.add(TestSas.policy(Direction.FWD, road.warrior(), gateway, rule));
        byte[] wrong = TestPackets.udp(road.warrior(), gateway, 20).toArray();
        wrong[26] ^= 1;

        Bytes arrived = right.receive(travels(road, Bytes.of(wrong), road.nat(), 4500));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(arrived).isEqualTo(Bytes.of(wrong));
    }

    @Test
    void asksThePolicyOfIkeThatComesThroughATunnel() {
        var sa = TestSas.esp(TestPackets.GATE_A4, TestPackets.B4, 0x400).mode(SaMode.TUNNEL);
        left.add(sa.build());
        right.add(sa.build());
        InetAddress claimed = TestPackets.address("10.9.8.7");
        left.add(
                TestSas.policy(
                        Direction.OUT,
                        claimed,
                        TestPackets.B4,
                        TestSas.tunnel(IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.B4)));
        byte[] message = TestPackets.concat(new byte[4], TestPackets.text(40)).toArray();

        right.receive(left.send(TestPackets.udp(claimed, TestPackets.B4, 4500, 4500, message)));

        assertThat(right.verdict.reason()).isEqualTo(DropReason.POLICY_UNWANTED_TUNNEL);
    }

    @Test
    void handsOverIkeAsItCame() {
        byte[] datagram = TestPackets.hex("1194 1194 0010 0000 00000000 41424344 99999999");
        Bytes packet = TestPackets.ip(TestPackets.A4, TestPackets.B4, 17, datagram);

        Bytes arrived = right.receive(packet);

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.IKE);
        assertThat(arrived).isEqualTo(packet);
    }

    /// TCP, UDP or ICMPv6 from the road warrior to the server as it sees it.
    private static Bytes segment(Road road, int protocol, int payload, boolean checksum) {
        byte[] upper = new byte[(protocol == 6 ? 20 : 8) + payload];
        Arrays.fill(upper, (byte) 'x');
        Octets.put16(upper, 0, protocol == 58 ? 0x8000 : 1000);
        int field = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
        if (protocol == 17) {
            Octets.put16(upper, 4, upper.length);
        }
        Octets.put16(upper, field, 0);
        if (checksum) {
            Octets.put16(
                    upper,
                    field,
                    TestPackets.pseudoChecksum(road.warrior(), road.seen(), protocol, upper));
        }
        return TestPackets.ip(road.warrior(), road.seen(), protocol, upper);
    }

    /// Over the addresses that are in the packet now; 0 when it is right.
    private static int upperChecksum(Bytes packet) {
        boolean ipv4 = packet.u8(0) >> 4 == 4;
        int header = ipv4 ? 20 : 40;
        return TestPackets.pseudoChecksum(
                source(packet),
                TestPackets.destination(packet),
                packet.u8(ipv4 ? 9 : 6),
                Arrays.copyOfRange(packet.toArray(), header, packet.length()));
    }
}
