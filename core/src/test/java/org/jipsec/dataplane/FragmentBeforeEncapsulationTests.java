package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `-esp_frag`: fragments in ESP in UDP, in place of fragments of ESP in UDP.
class FragmentBeforeEncapsulationTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;
    private static final InetAddress GATE_A = TestPackets.GATE_A4;
    private static final InetAddress GATE_B = TestPackets.GATE_B4;

    private final TestHost left = new TestHost(A, A6);
    private final TestHost right = new TestHost(B, B6, GATE_B);

    private static SecurityAssociation.Builder sa(InetAddress from, InetAddress to, int size) {
        return TestSas.esp(from, to, 0x1001)
                .encapsulation(new UdpEncapsulation(4500, 4500, Optional.empty(), size));
    }

    private ActiveSa tunnel(int size) {
        return tunnel(sa(GATE_A, GATE_B, size).mode(SaMode.TUNNEL).build());
    }

    private ActiveSa tunnel(SecurityAssociation association) {
        PolicyRule rule = TestSas.tunnel(IpsecProtocol.ESP, GATE_A, GATE_B);
        right.add(association);
        for (InetAddress[] ends : new InetAddress[][] {{A, B}, {A6, B6}}) {
            left.add(TestSas.policy(Direction.OUT, ends[0], ends[1], rule));
            right.add(TestSas.policy(Direction.IN, ends[0], ends[1], rule));
        }
        return left.add(association);
    }

    private List<Bytes> sent(Bytes packet) {
        List<Bytes> all = new ArrayList<>();
        all.add(left.send(packet));
        assertThat(left.verdict.kind())
                .as("%s", left.verdict.reason())
                .isEqualTo(Verdict.Kind.SEND);
        for (int i = 0; i < left.verdict.extraCount(); i++) {
            all.add(left.verdict.extra(i).toBytes());
        }
        return all;
    }

    @ParameterizedTest(name = "-esp_frag {0}: {2} packets of {1} octets of payload")
    @CsvSource({"552, 1400, 3", "1200, 1400, 2", "552, 524, 1", "552, 525, 2", "0, 1300, 1"})
    void sendsEachFragmentInAPacketOfItsOwn(int size, int payload, int packets) {
        ActiveSa sa = tunnel(size);
        Bytes packet = TestPackets.udp(A, B, payload);

        List<Bytes> wire = sent(packet);

        assertThat(wire).hasSize(packets);
        assertThat(sa.packets()).isEqualTo(packets);
        assertThat(left.verdict.stepCount()).isEqualTo(1);
        for (Bytes outer : wire) {
            assertThat(outer.u8(9)).isEqualTo(IpHeaders.UDP);
            assertThat(outer.u8(6) << 8 | outer.u8(7)).as("no fragment").isZero();
            if (size > 0) {
                int padded = (size + 2 + 15) / 16 * 16;
                assertThat(outer.length()).isLessThanOrEqualTo(20 + 8 + 8 + 16 + padded + 12);
            }
        }
        assertThat(arrived(wire)).containsExactly(packet);
    }

    /// What the other side makes of them, in whatever order they come.
    private List<Bytes> arrived(List<Bytes> wire) {
        List<Bytes> delivered = new ArrayList<>();
        for (Bytes outer : wire.reversed()) {
            Bytes inner = right.receive(outer);
            if (right.verdict.kind() == Verdict.Kind.DELIVER) {
                delivered.add(inner);
            } else {
                assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
            }
        }
        return delivered;
    }

    @Test
    void tellsTheSenderOfAPacketThatMayNotBeFragmented() {
        tunnel(552);

        left.send(TestPackets.ipv4(A, B, 17, 0, 0x4000, 1, new byte[0], TestPackets.text(600)));

        assertThat(left.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
        Bytes told = left.verdict.extra(0).toBytes();
        assertThat(told.hex().substring(40, 44)).isEqualTo("0304");
        assertThat(told.u8(26) << 8 | told.u8(27)).isEqualTo(552);
        sent(TestPackets.ipv4(A, B, 17, 0, 0x4000, 1, new byte[0], TestPackets.text(532)));
    }

    @Test
    void asksNoSenderOfIpv6ForLessThanItsMinimum() {
        tunnel(552);
        assertThat(sent(TestPackets.udp(A6, B6, 1232))).hasSize(1);

        left.send(TestPackets.udp(A6, B6, 1233));

        assertThat(left.verdict.reason()).isEqualTo(DropReason.PACKET_TOO_BIG);
        Bytes told = left.verdict.extra(0).toBytes();
        assertThat(told.u8(46) << 8 | told.u8(47)).isEqualTo(1280);
    }

    @Test
    void cutsNothingSmallerThanWhatAnyPathCarries() {
        tunnel(1);

        assertThat(sent(TestPackets.udp(A, B, 40))).hasSize(1);
        assertThat(sent(TestPackets.udp(A, B, 41))).hasSize(2);
    }

    @Test
    void leavesTransportModeAlone() {
        SecurityAssociation association = sa(A, B, 552).build();
        left.add(association);
        right.add(association);
        PolicyRule rule = TestSas.transport(IpsecProtocol.ESP);
        left.add(TestSas.policy(Direction.OUT, A, B, rule));
        right.add(TestSas.policy(Direction.IN, A, B, rule));
        Bytes packet = TestPackets.udp(A, B, 1400);

        List<Bytes> wire = sent(packet);

        assertThat(wire).hasSize(1);
        assertThat(right.receive(wire.get(0))).isEqualTo(packet);
    }

    @Test
    void cutsWhatIsStillTooLargeForThePath() {
        tunnel(552);
        left.mtu = 576;

        Bytes packet = TestPackets.udp(A, B, 700);
        List<Bytes> wire = sent(packet);

        assertThat(wire).hasSize(3).allMatch(part -> part.length() <= 576);
        assertThat(arrived(wire)).containsExactly(packet);
    }

    @Test
    void sendsNoneOfThemWhenTheSaEndsBetween() {
        ActiveSa sa =
                tunnel(
                        sa(GATE_A, GATE_B, 552)
                                .mode(SaMode.TUNNEL)
                                .hard(new Lifetime(2, 0, Duration.ZERO, Duration.ZERO))
                                .build());

        left.send(TestPackets.udp(A, B, 1400));

        assertThat(left.verdict.reason()).isEqualTo(DropReason.SA_EXPIRED);
        assertThat(left.verdict.failed()).isSameAs(sa);
        assertThat(left.verdict.extraCount()).isZero();
    }
}
