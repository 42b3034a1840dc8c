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
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Two hosts back to back: what one protects arrives at the other as it was, for every algorithm,
/// mode, family and nesting. That the octets between them are the right ones, other tests show.
class RoundTripTests {
    private final TestHost left =
            new TestHost(TestPackets.A4, TestPackets.A6, TestPackets.GATE_A4, TestPackets.GATE_A6);
    private final TestHost right =
            new TestHost(TestPackets.B4, TestPackets.B6, TestPackets.GATE_B4, TestPackets.GATE_B6);

    private void both(SecurityAssociation association) {
        left.add(association);
        right.add(association);
    }

    private void policies(InetAddress from, InetAddress to, PolicyRule... rules) {
        left.add(TestSas.policy(Direction.OUT, from, to, rules));
        right.add(TestSas.policy(Direction.IN, from, to, rules));
    }

    private Bytes crosses(Bytes packet) {
        Bytes wire = left.send(packet);
        assertThat(left.verdict.kind())
                .as("%s", left.verdict.reason())
                .isEqualTo(Verdict.Kind.SEND);
        Bytes arrived = right.receive(wire);
        assertThat(right.verdict.kind())
                .as("%s", right.verdict.reason())
                .isEqualTo(Verdict.Kind.DELIVER);
        assertThat(right.verdict.direction()).isEqualTo(Direction.IN);
        assertThat(arrived).isEqualTo(packet);
        return wire;
    }

    @Test
    void passesInClearWithoutAPolicy() {
        Bytes packet = TestPackets.udp(TestPackets.A4, TestPackets.B4, 100);

        assertThat(crosses(packet)).isEqualTo(packet);
    }

    @Test
    void carriesEspInTransportMode() {
        both(TestSas.esp(TestPackets.A4, TestPackets.B4, 0x201).build());
        policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.ESP));

        Bytes wire = crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 100));

        assertThat(wire.u8(9)).isEqualTo(50);
        assertThat(wire.length()).isEqualTo(20 + 8 + 16 + 112 + 12);
        assertThat(wire.hex().substring(40, 56)).isEqualTo("0000020100000001");
    }

    static Stream<EncryptionAlgorithm> ciphers() {
        return Stream.of(EncryptionAlgorithm.values())
                .filter(algorithm -> algorithm != EncryptionAlgorithm.NONE);
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void carriesEveryCipher(EncryptionAlgorithm algorithm) {
        int bits = Math.max(algorithm.minimumKeyBits(), Math.min(128, algorithm.maximumKeyBits()));
        SecurityAssociation.Builder sa =
                TestSas.sa(IpsecProtocol.ESP, TestPackets.A4, TestPackets.B4, 0x201)
                        .encryption(algorithm, TestSas.key(bits / 8));
        if (!algorithm.isAead()) {
            sa.authentication(AuthAlgorithm.HMAC_SHA256, TestSas.key(32));
        }
        both(sa.build());
        policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.ESP));

        for (int payload = 0; payload < 40; payload++) {
            crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, payload));
        }
        assertThat(right.sas.getFirst().packets()).isEqualTo(40);
    }

    @ParameterizedTest
    @EnumSource(
            value = AuthAlgorithm.class,
            names = {"NONE", "NULL", "TCP_MD5"},
            mode = EnumSource.Mode.EXCLUDE)
    void carriesEveryMacInAh(AuthAlgorithm algorithm) {
        int bits = algorithm.minimumKeyBits();
        for (boolean extended : new boolean[] {false, true}) {
            left.sas.clear();
            right.sas.clear();
            both(
                    TestSas.sa(IpsecProtocol.AH, TestPackets.A6, TestPackets.B6, 0x200)
                            .authentication(algorithm, TestSas.key(bits / 8))
                            .extendedSequence(extended)
                            .build());
            both(
                    TestSas.sa(IpsecProtocol.AH, TestPackets.A4, TestPackets.B4, 0x200)
                            .authentication(algorithm, TestSas.key(bits / 8))
                            .extendedSequence(extended)
                            .build());
            policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.AH));
            policies(TestPackets.A6, TestPackets.B6, TestSas.transport(IpsecProtocol.AH));

            crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 33));
            Bytes wire = crosses(TestPackets.udp(TestPackets.A6, TestPackets.B6, 33));

            assertThat((wire.u8(41) + 2) * 4 % 8).isZero();
        }
    }

    record Nesting(InetAddress gateA, InetAddress gateB, InetAddress a, InetAddress b) {
        @Override
        public String toString() {
            return (a == TestPackets.A4 ? "4" : "6")
                    + "in"
                    + (gateA == TestPackets.GATE_A4 ? "4" : "6");
        }
    }

    static Stream<Nesting> nestings() {
        List<Nesting> all = new ArrayList<>();
        for (boolean outer4 : new boolean[] {true, false}) {
            for (boolean inner4 : new boolean[] {true, false}) {
                all.add(
                        new Nesting(
                                outer4 ? TestPackets.GATE_A4 : TestPackets.GATE_A6,
                                outer4 ? TestPackets.GATE_B4 : TestPackets.GATE_B6,
                                inner4 ? TestPackets.A4 : TestPackets.A6,
                                inner4 ? TestPackets.B4 : TestPackets.B6));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("nestings")
    void carriesTunnelsOfEveryProtocol(Nesting nesting) {
        InetAddress from = nesting.gateA();
        InetAddress to = nesting.gateB();
        for (SecurityAssociation.Builder sa :
                List.of(
                        TestSas.esp(from, to, 0x1001),
                        TestSas.esp(from, to, 0x1001)
                                .encapsulation(
                                        new UdpEncapsulation(4500, 4500, Optional.empty(), 0)),
                        TestSas.ah(from, to, 0x1002),
                        TestSas.ipcomp(from, to, 0x1003))) {
            left.sas.clear();
            right.sas.clear();
            left.policies.clear();
            right.policies.clear();
            SecurityAssociation association = sa.mode(SaMode.TUNNEL).build();
            both(association);
            policies(nesting.a(), nesting.b(), TestSas.tunnel(association.protocol(), from, to));

            crosses(TestPackets.udp(nesting.a(), nesting.b(), 10));
            crosses(TestPackets.udp(nesting.a(), nesting.b(), 1000));
        }
    }

    @ParameterizedTest
    @MethodSource("nestings")
    void carriesBundles(Nesting nesting) {
        both(TestSas.ipcomp(nesting.a(), nesting.b(), 0x3000).build());
        both(TestSas.esp(nesting.a(), nesting.b(), 0x201).build());
        both(TestSas.ah(nesting.a(), nesting.b(), 0x200).build());
        both(TestSas.esp(nesting.gateA(), nesting.gateB(), 0x1001).mode(SaMode.TUNNEL).build());
        both(TestSas.ah(nesting.gateA(), nesting.gateB(), 0x1002).build());
        policies(
                nesting.a(),
                nesting.b(),
                TestSas.transport(IpsecProtocol.IPCOMP),
                TestSas.transport(IpsecProtocol.ESP),
                TestSas.transport(IpsecProtocol.AH),
                TestSas.tunnel(IpsecProtocol.ESP, nesting.gateA(), nesting.gateB()),
                TestSas.transport(IpsecProtocol.AH));

        crosses(TestPackets.udp(nesting.a(), nesting.b(), 10));
        assertThat(right.verdict.stepCount()).isEqualTo(4);
        crosses(TestPackets.udp(nesting.a(), nesting.b(), 1000));
        assertThat(right.verdict.stepCount()).isEqualTo(5);
    }

    @Test
    void carriesTheHowtosAhOverEsp() {
        both(TestSas.ah(TestPackets.A4, TestPackets.B4, 0x200).build());
        both(TestSas.esp(TestPackets.A4, TestPackets.B4, 0x201).build());
        policies(
                TestPackets.A4,
                TestPackets.B4,
                TestSas.transport(IpsecProtocol.ESP),
                TestSas.transport(IpsecProtocol.AH));

        Bytes wire = crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 56));

        assertThat(wire.u8(9)).as("AH outside").isEqualTo(51);
        assertThat(wire.u8(20)).as("then ESP").isEqualTo(50);
    }

    @ParameterizedTest
    @EnumSource(
            value = AuthAlgorithm.class,
            names = {"HMAC_MD5", "HMAC_SHA1", "KEYED_MD5", "KEYED_SHA1"})
    void carriesTheOldProtocols(AuthAlgorithm algorithm) {
        for (int flags : new int[] {SaFlags.OLD, SaFlags.OLD | SaFlags.IV_4_OCTETS}) {
            left.sas.clear();
            right.sas.clear();
            both(
                    TestSas.sa(IpsecProtocol.ESP, TestPackets.A4, TestPackets.B4, 0x201)
                            .encryption(EncryptionAlgorithm.DES_CBC, TestSas.key(8))
                            .flags(new SaFlags(flags))
                            .build());
            both(
                    TestSas.sa(IpsecProtocol.AH, TestPackets.A4, TestPackets.B4, 0x200)
                            .authentication(algorithm, TestSas.key(algorithm.minimumKeyBits() / 8))
                            .flags(new SaFlags(SaFlags.OLD))
                            .build());
            policies(
                    TestPackets.A4,
                    TestPackets.B4,
                    TestSas.transport(IpsecProtocol.ESP),
                    TestSas.transport(IpsecProtocol.AH));

            Bytes wire = crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 54));

            int iv = flags == SaFlags.OLD ? 8 : 4;
            assertThat(wire.length()).isEqualTo(20 + 8 + 16 + 4 + iv + 64);
        }
    }

    @Test
    void derivesTheIvFromTheSequenceNumber() {
        both(
                TestSas.sa(IpsecProtocol.ESP, TestPackets.A4, TestPackets.B4, 0x201)
                        .encryption(EncryptionAlgorithm.DES_CBC, TestSas.key(8))
                        .authentication(AuthAlgorithm.HMAC_MD5, TestSas.key(16))
                        .flags(new SaFlags(SaFlags.DERIVED_IV))
                        .build());
        policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.ESP));

        Bytes wire = crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 54));

        assertThat(wire.length()).as("no IV on the wire").isEqualTo(20 + 8 + 64 + 12);
    }

    @ParameterizedTest
    @EnumSource(
            value = EncryptionAlgorithm.class,
            names = {
                "AES_CBC",
                "AES_CTR",
                "AES_GCM_16",
                "AES_CCM_8",
                "AES_CCM_12",
                "AES_CCM_16",
                "CHACHA20_POLY1305",
                "AES_GMAC"
            })
    void countsPastThirtyTwoBits(EncryptionAlgorithm algorithm) {
        SecurityAssociation.Builder sa =
                TestSas.sa(IpsecProtocol.ESP, TestPackets.A4, TestPackets.B4, 0x201)
                        .encryption(algorithm, TestSas.key(algorithm.minimumKeyBits() / 8))
                        .extendedSequence(true);
        if (!algorithm.isAead()) {
            sa.authentication(AuthAlgorithm.HMAC_SHA256, TestSas.key(32));
        }
        both(sa.build());
        policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.ESP));
        left.sas.getFirst().continueFrom(0xffff_fff0L);
        right.sas.getFirst().continueFrom(0xffff_fff0L);

        for (int i = 0; i < 40; i++) {
            crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, 20));
        }

        assertThat(right.sas.getFirst().sequence()).isEqualTo(0xffff_fff0L + 40);
    }

    @ParameterizedTest
    @EnumSource(PaddingKind.class)
    void padsAsTheSaSays(PaddingKind kind) {
        both(
                TestSas.esp(TestPackets.A4, TestPackets.B4, 0x201)
                        .flags(new SaFlags(kind.flag))
                        .build());
        policies(TestPackets.A4, TestPackets.B4, TestSas.transport(IpsecProtocol.ESP));

        for (int payload = 0; payload < 20; payload++) {
            crosses(TestPackets.udp(TestPackets.A4, TestPackets.B4, payload));
        }
    }

    enum PaddingKind {
        SEQUENTIAL(SaFlags.PAD_SEQUENTIAL),
        RANDOM(SaFlags.PAD_RANDOM),
        ZERO(SaFlags.PAD_ZERO);

        private final int flag;

        PaddingKind(int flag) {
            this.flag = flag;
        }
    }
}
