package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

class OutboundTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;
    private static final InetAddress GATE_A = TestPackets.GATE_A4;
    private static final InetAddress GATE_B = TestPackets.GATE_B4;

    private final TestHost host = new TestHost(A, A6);

    private void tunnel(InetAddress from, InetAddress to) {
        host.add(TestSas.esp(from, to, 0x1001).mode(SaMode.TUNNEL).build());
        var rule = TestSas.tunnel(IpsecProtocol.ESP, from, to);
        host.add(TestSas.policy(Direction.OUT, A, B, rule));
        host.add(TestSas.policy(Direction.OUT, A6, B6, rule));
    }

    private static Bytes packet(int tos, int fragmentation, int payload) {
        return TestPackets.ipv4(
                A, B, 17, tos, fragmentation, 7, new byte[0], TestPackets.text(payload));
    }

    @Test
    void asksForAnSaThatIsNotThereAndKeepsThePacket() {
        host.add(TestSas.esp(A, B, 0x201).build());
        var missing = TestSas.transport(IpsecProtocol.AH);
        host.add(
                TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP), missing));
        Bytes packet = TestPackets.udp(A, B, 10);

        Bytes after = host.send(packet);

        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.ACQUIRE);
        assertThat(host.verdict.wanted()).isEqualTo(missing);
        assertThat(Addresses.source(host.verdict.wantedFlow())).isEqualTo(A);
        assertThat(after).isEqualTo(packet);
        assertThat(host.sas.getFirst().packets()).isZero();
    }

    @Test
    void asksBetweenTheGatewaysForWhatGoesAroundATunnel() {
        tunnel(GATE_A, GATE_B);
        host.policies.clear();
        host.add(
                TestSas.policy(
                        Direction.OUT,
                        A,
                        B,
                        TestSas.tunnel(IpsecProtocol.ESP, GATE_A, GATE_B),
                        TestSas.transport(IpsecProtocol.AH)));

        host.send(TestPackets.udp(A, B, 10));

        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.ACQUIRE);
        assertThat(Addresses.source(host.verdict.wantedFlow())).isEqualTo(GATE_A);
        assertThat(TestHost.destination(host.verdict.wantedFlow())).isEqualTo(GATE_B);
    }

    @Test
    void sendsInClearWhereTheLevelIsUse() {
        var rule = TestSas.transport(IpsecProtocol.ESP, PolicyLevel.USE);
        host.add(TestSas.policy(Direction.OUT, A, B, rule));
        Bytes packet = TestPackets.udp(A, B, 10);

        Bytes after = host.send(packet);

        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        assertThat(host.verdict.wanted()).as("and wants an SA").isEqualTo(rule);
        assertThat(after).isEqualTo(packet);
    }

    @ParameterizedTest(name = "type of service {0}")
    @ValueSource(ints = {0, 1, 2, 3, 0xb8, 0xff})
    void copiesTypeOfServiceAndDoNotFragment(int tos) {
        tunnel(GATE_A, GATE_B);

        for (int flag : new int[] {0, 0x4000}) {
            Bytes outer = host.send(packet(tos, flag, 40));

            assertThat(outer.u8(1)).isEqualTo(tos);
            assertThat(outer.u8(6)).isEqualTo(flag >> 8);
            assertThat(outer.u8(8)).isEqualTo(64);
            assertThat(outer.hex().substring(24, 40)).isEqualTo("ac100101ac100201");
            assertThat(TestPackets.checksum(outer.toArray(), 0, 20, 0)).isZero();
        }
    }

    @Test
    void numbersItsOuterHeaders() {
        tunnel(GATE_A, GATE_B);

        Bytes first = host.send(packet(0, 0, 40));
        Bytes second = host.send(packet(0, 0, 40));

        assertThat(Bytes.of(first.toArray(), 4, 2)).isNotEqualTo(Bytes.of(second.toArray(), 4, 2));
    }

    @Test
    void carriesTrafficClassAndFlowLabelToIpv6() {
        tunnel(TestPackets.GATE_A6, TestPackets.GATE_B6);

        Bytes outer = host.send(TestPackets.ipv6(A6, B6, 17, 0xb9, TestPackets.text(20)));

        assertThat(outer.hex()).startsWith("6b954321");
        assertThat(outer.u8(7)).isEqualTo(64);
        assertThat(host.send(packet(0x28, 0, 20)).hex()).startsWith("62800000");
    }

    @ParameterizedTest(name = "path MTU {0}")
    @ValueSource(ints = {576, 1280, 1400, 1500})
    void tellsTheSenderTheLargestPacketThatFits(int mtu) {
        tunnel(GATE_A, GATE_B);
        host.mtu = mtu;

        host.send(packet(0, 0x4000, 1460));

        assertThat(host.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
        assertThat(host.verdict.extraCount()).isEqualTo(1);
        Bytes icmp = host.verdict.extra(0).toBytes();
        assertThat(icmp.hex().substring(24, 40))
                .as("from the packet's destination to its source")
                .isEqualTo("c0a80264c0a80164");
        assertThat(icmp.hex().substring(40, 44)).isEqualTo("0304");
        assertThat(TestPackets.checksum(icmp.toArray(), 0, 20, 0)).isZero();
        assertThat(TestPackets.checksum(icmp.toArray(), 20, icmp.length() - 20, 0)).isZero();
        int told = icmp.u8(26) << 8 | icmp.u8(27);

        Bytes fits = host.send(packet(0, 0x4000, told - 20));
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        assertThat(fits.length()).isLessThanOrEqualTo(mtu);
        host.send(packet(0, 0x4000, told - 19));
        assertThat(host.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
    }

    @Test
    void tellsAnIpv6Sender() {
        tunnel(TestPackets.GATE_A6, TestPackets.GATE_B6);

        host.send(TestPackets.udp(A6, B6, 1440));

        assertThat(host.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
        Bytes icmp = host.verdict.extra(0).toBytes();
        byte[] message = java.util.Arrays.copyOfRange(icmp.toArray(), 40, icmp.length());
        assertThat(TestPackets.pseudoChecksum(B6, A6, 58, message)).isZero();
        assertThat(icmp.u8(40)).isEqualTo(2);
        int told = icmp.u8(46) << 8 | icmp.u8(47);
        assertThat(host.send(TestPackets.udp(A6, B6, told - 48)).length())
                .isLessThanOrEqualTo(1500);
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
    }

    @Test
    void answersNoIcmpErrorWithAnother() {
        tunnel(GATE_A, GATE_B);
        byte[] unreachable = new byte[1460];
        unreachable[0] = 3;

        host.send(TestPackets.ipv4(A, B, 1, 0, 0x4000, 7, new byte[0], unreachable));

        assertThat(host.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
        assertThat(host.verdict.extraCount()).isZero();
    }

    @Test
    void putsAUdpChecksumWhereIpv6WantsOne() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            host.sas.clear();
            InetAddress a = ipv4 ? A : A6;
            InetAddress b = ipv4 ? B : B6;
            host.add(
                    TestSas.esp(a, b, 0x201)
                            .encapsulation(new UdpEncapsulation(4500, 4501, Optional.empty(), 0))
                            .build());
            host.add(TestSas.policy(Direction.OUT, a, b, TestSas.transport(IpsecProtocol.ESP)));

            Bytes wire = host.send(TestPackets.udp(a, b, 50));

            int at = ipv4 ? 20 : 40;
            assertThat(wire.hex().substring(2 * at, 2 * at + 8)).isEqualTo("11941195");
            byte[] udp = java.util.Arrays.copyOfRange(wire.toArray(), at, wire.length());
            if (ipv4) {
                assertThat(wire.u8(26) | wire.u8(27)).isZero();
            } else {
                assertThat(TestPackets.pseudoChecksum(a, b, 17, udp)).isZero();
            }
        }
    }

    @Test
    void putsEspBehindWhatRoutersRead() {
        host.add(TestSas.esp(A6, B6, 0x201).build());
        host.add(TestSas.policy(Direction.OUT, A6, B6, TestSas.transport(IpsecProtocol.ESP)));
        byte[] extensions =
                TestPackets.hex(
                        "3c00 0104 00000000" // hop by hop, then destination options
                                + "2b00 0104 00000000" // for each hop of the routing header
                                + "3c00 fe00 00000000" // routing header of an unknown type
                                + "1100 0104 00000000"); // destination options for the receiver
        Bytes packet =
                TestPackets.ip(
                        A6, B6, 0, TestPackets.concat(extensions, TestPackets.text(16)).toArray());

        Bytes wire = host.send(packet);

        assertThat(wire.u8(40 + 16)).as("named by the routing header").isEqualTo(50);
        assertThat(wire.hex().substring(2 * 64, 2 * 64 + 8)).isEqualTo("00000201");
        TestHost receiver = new TestHost(B6);
        receiver.add(TestSas.esp(A6, B6, 0x201).build());
        assertThat(receiver.receive(wire)).isEqualTo(packet);
    }

    @Test
    void countsAndSignalsTheSoftLifetimeOnce() {
        ActiveSa sa =
                host.add(
                        TestSas.esp(A, B, 0x201)
                                .soft(new Lifetime(2, 0, Duration.ZERO, Duration.ZERO))
                                .build());
        host.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));

        host.send(packet(0, 0, 40));
        assertThat(sa.takeSoftCrossing()).isFalse();
        host.send(packet(0, 0, 40));
        assertThat(sa.takeSoftCrossing()).isTrue();
        host.send(packet(0, 0, 40));
        assertThat(sa.takeSoftCrossing()).isFalse();

        assertThat(sa.packets()).isEqualTo(3);
        assertThat(sa.bytes()).isEqualTo(120);
        assertThat(sa.sequence()).isEqualTo(3);
        assertThat(sa.firstUsedMillis()).isEqualTo(TestHost.NOW);
        assertThat(host.policies.getFirst().packets()).isEqualTo(3);
    }

    @Test
    void endsWithTheHardLifetimeInBytes() {
        host.add(
                TestSas.esp(A, B, 0x201)
                        .hard(new Lifetime(0, 100, Duration.ZERO, Duration.ZERO))
                        .build());
        host.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));

        host.send(packet(0, 0, 60));
        host.send(packet(0, 0, 60));
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        host.send(packet(0, 0, 60));

        assertThat(host.verdict.reason()).isEqualTo(DropReason.SA_EXPIRED);
        assertThat(host.verdict.failed()).isSameAs(host.sas.getFirst());
    }

    @Test
    void wrapsWhereTheSaMayAndSkipsZero() {
        ActiveSa sa =
                host.add(
                        TestSas.esp(A, B, 0x201)
                                .flags(new SaFlags(SaFlags.CYCLIC_SEQUENCE))
                                .build());
        host.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));
        sa.continueFrom(0xffff_ffffL);

        Bytes wire = host.send(packet(0, 0, 60));

        assertThat(wire.hex().substring(48, 56)).isEqualTo("00000001");
    }

    @ParameterizedTest(name = "{0} octets")
    @CsvSource({"60, false", "89, true", "500, true"})
    void compressesWhatShrinks(int payload, boolean compressed) {
        host.add(TestSas.ipcomp(A, B, 0x3000).build());
        host.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.IPCOMP)));

        Bytes wire = host.send(TestPackets.udp(A, B, payload));

        assertThat(wire.u8(9)).isEqualTo(compressed ? 108 : 17);
        if (compressed) {
            assertThat(wire.hex().substring(40, 48)).as("CPI").isEqualTo("11003000");
        }
    }

    @Test
    void leavesAloneWhatDoesNotShrink() {
        host.add(TestSas.ipcomp(A, B, 0x3000).build());
        host.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.IPCOMP)));
        byte[] noise = new byte[500];
        new java.util.Random(3).nextBytes(noise);
        Bytes packet = TestPackets.ip(A, B, 99, noise);

        assertThat(host.send(packet)).isEqualTo(packet);
    }
}
