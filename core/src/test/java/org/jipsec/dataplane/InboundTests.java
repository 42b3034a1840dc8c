package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

class InboundTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress GATE_A = TestPackets.GATE_A4;
    private static final InetAddress GATE_B = TestPackets.GATE_B4;
    private static final InetAddress NAT = TestPackets.address("203.0.113.9");

    private final TestHost left = new TestHost(A);
    private final TestHost right = new TestHost(B, GATE_B);

    private void out(PolicyRule... rules) {
        left.add(TestSas.policy(Direction.OUT, A, B, rules));
    }

    private void in(PolicyRule... rules) {
        right.add(TestSas.policy(Direction.IN, A, B, rules));
    }

    private ActiveSa both(SecurityAssociation sa) {
        left.add(sa);
        return right.add(sa);
    }

    private String outcome(Bytes wire) {
        right.receive(wire);
        DropReason reason = right.verdict.reason();
        return reason == null ? right.verdict.kind().name() : reason.word();
    }

    private static PolicyRule esp() {
        return TestSas.transport(IpsecProtocol.ESP);
    }

    private static PolicyRule ah() {
        return TestSas.transport(IpsecProtocol.AH);
    }

    private static PolicyRule tunnel() {
        return TestSas.tunnel(IpsecProtocol.ESP, GATE_A, GATE_B);
    }

    private void sas() {
        both(TestSas.esp(A, B, 0x201).reqid(5).build());
        both(TestSas.ah(A, B, 0x200).build());
        both(TestSas.esp(GATE_A, GATE_B, 0x1001).mode(SaMode.TUNNEL).build());
    }

    @Test
    void takesMoreTransportThanThePolicyAsksFor() {
        sas();
        out(esp(), ah());
        in(esp());

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo("DELIVER");
    }

    @Test
    void wantsTheRulesInTheirOrder() {
        sas();
        out(ah(), esp());
        in(esp(), ah());

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo("policy-unprotected");
    }

    @Test
    void wantsEveryRuleThatIsNotOptional() {
        sas();
        out(esp());
        in(esp(), ah());

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo("policy-unprotected");
    }

    @Test
    void doesWithoutARuleOfLevelUse() {
        in(TestSas.transport(IpsecProtocol.ESP, PolicyLevel.USE));

        assertThat(outcome(TestPackets.udp(A, B, 9))).isEqualTo("DELIVER");
    }

    @Test
    void takesTheProtectionAnOptionalRuleAskedFor() {
        sas();
        out(esp());
        in(TestSas.transport(IpsecProtocol.ESP, PolicyLevel.USE));

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo("DELIVER");
    }

    @ParameterizedTest(name = "reqid {0}")
    @CsvSource({"0, DELIVER", "5, DELIVER", "6, policy-unprotected"})
    void wantsTheReqidOfTheRule(int reqid, String outcome) {
        sas();
        out(esp());
        in(
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        PolicyLevel.UNIQUE,
                        reqid,
                        Optional.empty()));

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo(outcome);
    }

    @Test
    void wantsTheEndpointsOfATunnel() {
        sas();
        out(tunnel());
        in(TestSas.tunnel(IpsecProtocol.ESP, NAT, GATE_B));

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9)))).isEqualTo("policy-unprotected");
    }

    @Test
    void wantsNoTunnelBesideThoseOfThePolicy() {
        sas();
        out(tunnel());
        in(TestSas.transport(IpsecProtocol.ESP, PolicyLevel.USE));

        assertThat(outcome(left.send(TestPackets.udp(A, B, 9))))
                .isEqualTo("policy-unwanted-tunnel");
    }

    @Test
    void takesClearTextWhereThePolicyIsNone() {
        in();

        assertThat(outcome(TestPackets.udp(A, B, 9))).isEqualTo("DELIVER");
    }

    @Test
    void dropsWhatThePolicyDiscards() {
        right.add(TestSas.discard(Direction.IN, A, B));

        assertThat(outcome(TestPackets.udp(A, B, 9))).isEqualTo("policy-discard");
    }

    @Test
    void asksTheForwardPolicyForWhatIsNotForThisHost() {
        InetAddress behind = TestPackets.address("192.168.2.7");
        sas();
        left.add(TestSas.policy(Direction.OUT, A, behind, tunnel()));
        right.add(TestSas.policy(Direction.FWD, A, behind, tunnel()));
        Bytes packet = TestPackets.udp(A, behind, 9);

        assertThat(outcome(left.send(packet))).isEqualTo("DELIVER");
        assertThat(right.verdict.direction()).isEqualTo(Direction.FWD);
        assertThat(outcome(packet)).isEqualTo("policy-unprotected");
    }

    @Test
    void letsTheEspOfOthersPass() {
        Bytes packet = TestPackets.ip(A, NAT, 50, new byte[64]);

        assertThat(outcome(packet)).isEqualTo("DELIVER");
        assertThat(right.verdict.direction()).isEqualTo(Direction.FWD);
    }

    @Test
    void marksCongestionThatTheTunnelMet() {
        sas();
        out(tunnel());
        in(tunnel());
        Bytes packet = TestPackets.ipv4(A, B, 17, 2, 0, 1, new byte[0], TestPackets.text(30));
        byte[] wire = left.send(packet).toArray();
        wire[1] |= 3;
        Octets.put16(wire, 10, 0);
        Octets.put16(wire, 10, TestPackets.checksum(wire, 0, 20, 0));

        Bytes arrived = right.receive(Bytes.of(wire));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(arrived.u8(1)).isEqualTo(3);
        assertThat(TestPackets.checksum(arrived.toArray(), 0, 20, 0)).isZero();
    }

    @Test
    void absorbsKeepalives() {
        assertThat(outcome(TestPackets.udp(A, B, 4500, 4500, new byte[] {-1})))
                .isEqualTo("ABSORBED");
    }

    @Test
    void handsOverWhatIsForTheIkeDaemon() {
        byte[] message = TestPackets.concat(new byte[4], TestPackets.text(40)).toArray();

        assertThat(outcome(TestPackets.udp(A, B, 4500, 4500, message))).isEqualTo("IKE");
        assertThat(right.verdict.payloadOffset()).isEqualTo(32);
    }

    @Test
    void leavesOtherPortsAlone() {
        byte[] message = TestPackets.concat(new byte[4], TestPackets.text(40)).toArray();

        assertThat(outcome(TestPackets.udp(A, B, 4500, 4501, message))).isEqualTo("DELIVER");
    }

    private static SecurityAssociation.Builder natted(Optional<InetAddress> original) {
        return TestSas.esp(NAT, B, 0x201)
                .encapsulation(new UdpEncapsulation(4500, 4500, original, 0));
    }

    /// The packet of the host behind the NAT, as the NAT lets it out.
    private Bytes throughNat(int port) {
        left.add(
                TestSas.esp(A, B, 0x201)
                        .encapsulation(new UdpEncapsulation(4500, 4500, Optional.empty(), 0))
                        .build());
        out(esp());
        byte[] wire = left.send(TestPackets.udp(A, B, 33)).toArray();
        byte[] udp = Arrays.copyOfRange(wire, 20, wire.length);
        Octets.put16(udp, 0, port);
        return TestPackets.ip(NAT, B, 17, udp);
    }

    @Test
    void repairsTheChecksumThatANatMadeWrong() {
        for (Optional<InetAddress> original :
                java.util.List.of(Optional.of(A), Optional.<InetAddress>empty())) {
            right.sas.clear();
            left.sas.clear();
            right.add(natted(original).build());

            Bytes arrived = right.receive(throughNat(4500));

            assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
            byte[] udp = Arrays.copyOfRange(arrived.toArray(), 20, arrived.length());
            assertThat(TestPackets.pseudoChecksum(NAT, B, 17, udp)).isZero();
        }
    }

    @Test
    void noticesThatTheNatHasChangedItsMind() {
        ActiveSa sa = right.add(natted(Optional.of(A)).build());

        right.receive(throughNat(4500));
        assertThat(right.verdict.remapped()).isFalse();
        Bytes moved = throughNat(61000);
        right.receive(moved);
        assertThat(right.verdict.remapped()).isTrue();
        assertThat(sa.mappedPort()).isEqualTo(61000);
        assertThat(sa.mappedAddress()).isEqualTo(NAT);
        right.receive(throughNat(61000));
        assertThat(right.verdict.remapped()).as("told once").isFalse();
    }

    @Test
    void doesNotBelieveAForgedMapping() {
        ActiveSa sa = right.add(natted(Optional.of(A)).build());
        byte[] forged = throughNat(61000).toArray();
        forged[forged.length - 1] ^= 1;

        assertThat(outcome(Bytes.of(forged))).isEqualTo("bad-icv");
        assertThat(sa.mappedAddress()).isNull();
    }

    @Test
    void ignoresTrafficFlowPadding() {
        both(
                TestSas.sa(IpsecProtocol.ESP, GATE_A, GATE_B, 0x300)
                        .encryption(
                                org.jipsec.sadb.EncryptionAlgorithm.NULL,
                                org.jipsec.wire.Secret.EMPTY)
                        .mode(SaMode.TUNNEL)
                        .build());
        in(tunnel());
        Bytes packet = TestPackets.udp(A, B, 10);
        byte[] esp =
                TestPackets.concat(
                                TestPackets.hex("00000300 00000001"),
                                packet.toArray(),
                                new byte[40],
                                new byte[] {0, 4})
                        .toArray();

        assertThat(right.receive(TestPackets.ip(GATE_A, GATE_B, 50, esp))).isEqualTo(packet);
    }

    @Test
    void endsABombOfNestedHeaders() {
        both(
                TestSas.sa(IpsecProtocol.ESP, A, B, 0x300)
                        .encryption(
                                org.jipsec.sadb.EncryptionAlgorithm.NULL,
                                org.jipsec.wire.Secret.EMPTY)
                        .replayWindow(0)
                        .build());
        byte[] body = TestPackets.hex("01 02 02 11");
        for (int i = 0; i < 20; i++) {
            body =
                    TestPackets.concat(
                                    TestPackets.hex("00000300 00000001"),
                                    body,
                                    i == 0 ? new byte[0] : TestPackets.hex("01 02 02 32"))
                            .toArray();
        }

        assertThat(outcome(TestPackets.ip(A, B, 50, body))).isEqualTo("too-many-transformations");
    }

    @Test
    void takesAhThatLinuxPaddedToEightOctets() {
        SecurityAssociation sa = TestSas.ah(TestPackets.A6, TestPackets.B6, 0x200).build();
        assertThat(Ah.length(java.util.Objects.requireNonNull(Keys.ofAh(sa)), true)).isEqualTo(28);
        assertThat(Ah.length(java.util.Objects.requireNonNull(Keys.ofAh(sa)), false)).isEqualTo(32);
    }

    /// As BSDs send it, whatever the SPI.
    @ParameterizedTest
    @EnumSource(
            value = SaMode.class,
            names = {"TRANSPORT", "TUNNEL"})
    void takesTheWellKnownCpiForTheSaOfItsAddresses(SaMode mode) {
        left.add(TestSas.ipcomp(A, B, 2).mode(mode).build());
        right.add(TestSas.ipcomp(A, B, 0x1234).mode(mode).build());
        PolicyRule rule =
                mode == SaMode.TUNNEL
                        ? TestSas.tunnel(IpsecProtocol.IPCOMP, A, B)
                        : TestSas.transport(IpsecProtocol.IPCOMP);
        out(rule);
        in(rule);
        Bytes wire = left.send(TestPackets.udp(A, B, 1000));
        assertThat(wire.u8(9)).isEqualTo(108);

        assertThat(outcome(wire)).isEqualTo("DELIVER");
    }

    /// What leaves here goes into other buffers of this size.
    @Test
    void decompressesNoMoreThanABufferTakes() {
        both(TestSas.ipcomp(A, B, 0x1234).build());
        out(TestSas.transport(IpsecProtocol.IPCOMP));
        in(TestSas.transport(IpsecProtocol.IPCOMP));
        byte[] wire = left.send(TestPackets.udp(A, B, 1000)).toArray();
        PacketBuffer buffer = PacketBuffer.ofCapacity(1000);
        buffer.load(wire, 0, wire.length);

        right.inbound.process(buffer, right, right, TestHost.NOW, right.verdict);

        assertThat(right.verdict.reason()).isEqualTo(DropReason.IPCOMP_TOO_LARGE);
    }
}
