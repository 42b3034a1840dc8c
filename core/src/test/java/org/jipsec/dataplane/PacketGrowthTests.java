package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What is foretold against what [Outbound] makes.
class PacketGrowthTests {
    private static final int MTU = 1500;
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;

    static Stream<List<SecurityAssociation>> bundles() {
        SecurityAssociation.Builder gcm =
                TestSas.sa(IpsecProtocol.ESP, A, B, 0x1000)
                        .encryption(EncryptionAlgorithm.AES_GCM_12, TestSas.key(20));
        return Stream.of(
                List.of(TestSas.esp(A, B, 0x1000).build()),
                List.of(gcm.build()),
                List.of(
                        TestSas.sa(IpsecProtocol.ESP, A, B, 0x1000)
                                .encryption(EncryptionAlgorithm.CHACHA20_POLY1305, TestSas.key(36))
                                .encapsulation(
                                        new UdpEncapsulation(4500, 4500, Optional.empty(), 0))
                                .build()),
                List.of(
                        TestSas.sa(IpsecProtocol.ESP, A, B, 0x1000)
                                .encryption(EncryptionAlgorithm.DES_CBC, TestSas.key(8))
                                .flags(new SaFlags(SaFlags.OLD | SaFlags.IV_4_OCTETS))
                                .build()),
                List.of(
                        TestSas.sa(IpsecProtocol.ESP, A, B, 0x1000)
                                .encryption(EncryptionAlgorithm.NULL, TestSas.key(0))
                                .authentication(AuthAlgorithm.HMAC_SHA512, TestSas.key(64))
                                .build()),
                List.of(TestSas.ah(A, B, 0x1000).build()),
                List.of(
                        TestSas.sa(IpsecProtocol.AH, A, B, 0x1000)
                                .authentication(AuthAlgorithm.AES_GMAC, TestSas.key(20))
                                .build()),
                List.of(TestSas.esp(A, B, 0x1000).build(), TestSas.ah(A, B, 0x1001).build()),
                List.of(
                        TestSas.esp(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1000)
                                .mode(SaMode.TUNNEL)
                                .build(),
                        TestSas.ah(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1001).build()));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void theLongestFittingPacketFitsAndNoLonger(List<SecurityAssociation> sas) {
        TestHost host = new TestHost(A);
        host.mtu = 2 * MTU;
        sas.forEach(host::add);
        PolicyRule[] rules = sas.stream().map(PacketGrowthTests::rule).toArray(PolicyRule[]::new);
        host.add(TestSas.policy(Direction.OUT, A, B, rules));

        int fitting = new PacketGrowth(host).fitting(List.of(rules), A, B, MTU);

        assertThat(sent(host, fitting)).isLessThanOrEqualTo(MTU);
        assertThat(sent(host, fitting + 1)).isGreaterThan(MTU);
    }

    @Test
    void anSaThatIsNotThereIsTakenForTheWorst() {
        PacketGrowth growth = new PacketGrowth(new TestHost(A));
        PolicyRule esp = TestSas.transport(IpsecProtocol.ESP);
        PolicyRule ah = TestSas.transport(IpsecProtocol.AH);
        assertThat(growth.fitting(List.of(esp), A, B, MTU)).isEqualTo(1426);
        assertThat(growth.fitting(List.of(ah), A, B, MTU)).isEqualTo(MTU - 44);
    }

    private static PolicyRule rule(SecurityAssociation sa) {
        return sa.mode() == SaMode.TUNNEL
                ? TestSas.tunnel(sa.protocol(), sa.source().address(), sa.destination().address())
                : TestSas.transport(sa.protocol());
    }

    private static int sent(TestHost host, int length) {
        int sent = host.send(TestPackets.udp(A, B, length - 28)).length();
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        return sent;
    }
}
