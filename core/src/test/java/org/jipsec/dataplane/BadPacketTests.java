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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// A good packet, damaged in every way: dropped for a reason that fits, without an exception, and
/// never delivered as anything but what was sent.
class BadPacketTests {
    enum Kind {
        ESP_CBC,
        ESP_GCM,
        ESP_UDP,
        AH,
        AH_OVER_ESP
    }

    record Variant(Kind kind, boolean ipv4, boolean tunnel) {
        InetAddress a() {
            return ipv4 ? TestPackets.A4 : TestPackets.A6;
        }

        InetAddress b() {
            return ipv4 ? TestPackets.B4 : TestPackets.B6;
        }

        List<SecurityAssociation> associations() {
            SecurityAssociation esp = TestSas.esp(a(), b(), 0x1201).mode(SaMode.TRANSPORT).build();
            SaMode mode = tunnel ? SaMode.TUNNEL : SaMode.TRANSPORT;
            return switch (kind) {
                case ESP_CBC -> List.of(esp.toBuilder().mode(mode).build());
                case ESP_GCM ->
                        List.of(
                                TestSas.sa(IpsecProtocol.ESP, a(), b(), 0x1201)
                                        .encryption(EncryptionAlgorithm.AES_GCM_16, TestSas.key(20))
                                        .mode(mode)
                                        .build());
                case ESP_UDP ->
                        List.of(
                                esp.toBuilder()
                                        .mode(mode)
                                        .encapsulation(
                                                new UdpEncapsulation(
                                                        4500, 4500, Optional.empty(), 0))
                                        .build());
                case AH -> List.of(TestSas.ah(a(), b(), 0x1202).mode(mode).build());
                case AH_OVER_ESP -> List.of(esp, TestSas.ah(a(), b(), 0x1202).mode(mode).build());
            };
        }

        PolicyRule[] rules() {
            return associations().stream()
                    .map(
                            sa ->
                                    sa.mode() == SaMode.TUNNEL
                                            ? TestSas.tunnel(sa.protocol(), a(), b())
                                            : TestSas.transport(sa.protocol()))
                    .toArray(PolicyRule[]::new);
        }
    }

    static Stream<Variant> variants() {
        List<Variant> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean ipv4 : new boolean[] {true, false}) {
                for (boolean tunnel : new boolean[] {true, false}) {
                    all.add(new Variant(kind, ipv4, tunnel));
                }
            }
        }
        return all.stream();
    }

    private TestHost right = new TestHost(TestPackets.B4);
    private Bytes clear = Bytes.EMPTY;

    private Bytes protect(Variant variant) {
        TestHost left = new TestHost(variant.a());
        right = new TestHost(variant.b());
        for (SecurityAssociation association : variant.associations()) {
            left.add(association);
            right.add(association);
        }
        left.add(TestSas.policy(Direction.OUT, variant.a(), variant.b(), variant.rules()));
        right.add(TestSas.policy(Direction.IN, variant.a(), variant.b(), variant.rules()));
        clear = TestPackets.udp(variant.a(), variant.b(), 30);
        Bytes wire = left.send(clear);
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        return wire;
    }

    private Bytes receive(Bytes packet) {
        right.sas.forEach(sa -> sa.continueFrom(0));
        return right.receive(packet);
    }

    /// Damage that the receiver has to find by integrity, by its absence, or by what no longer
    /// fits together.
    private static final Set<DropReason> FITTING =
            EnumSet.of(
                    DropReason.EMPTY_PACKET,
                    DropReason.BAD_VERSION,
                    DropReason.TRUNCATED_HEADER,
                    DropReason.BAD_HEADER_LENGTH,
                    DropReason.BAD_TOTAL_LENGTH,
                    DropReason.HEADER_CHECKSUM,
                    DropReason.BAD_FRAGMENT,
                    DropReason.FRAGMENT_OVERLAP,
                    DropReason.BAD_UDP_LENGTH,
                    DropReason.UDP_CHECKSUM,
                    DropReason.ENCAPSULATION_MISMATCH,
                    DropReason.NO_SA,
                    DropReason.SA_SELECTOR_MISMATCH,
                    DropReason.BAD_ICV,
                    DropReason.SEQUENCE_ZERO,
                    DropReason.TRUNCATED_ESP,
                    DropReason.ESP_LENGTH,
                    DropReason.TRUNCATED_AH,
                    DropReason.AH_LENGTH,
                    DropReason.TRUNCATED_IPCOMP,
                    DropReason.POLICY_UNPROTECTED);

    @ParameterizedTest
    @MethodSource("variants")
    void dropsAPacketTruncatedAnywhere(Variant variant) {
        Bytes wire = protect(variant);
        for (int length = 0; length < wire.length(); length++) {
            receive(Bytes.of(wire.toArray(), 0, length));

            assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DROP);
            assertThat(right.verdict.reason())
                    .isEqualTo(
                            length == 0
                                    ? DropReason.EMPTY_PACKET
                                    : length < (variant.ipv4() ? 20 : 40)
                                            ? DropReason.TRUNCATED_HEADER
                                            : DropReason.BAD_TOTAL_LENGTH);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void dropsAPacketTruncatedWithItsHeaderPutRight(Variant variant) {
        Bytes wire = protect(variant);
        int header = variant.ipv4() ? 20 : 40;
        for (int length = header; length < wire.length(); length++) {
            receive(repaired(Arrays.copyOf(wire.toArray(), length), true));

            assertThat(right.verdict.kind()).as("at %d", length).isEqualTo(Verdict.Kind.DROP);
            assertThat(right.verdict.reason()).isIn(FITTING);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void passesATrailerThatIsNotThePackets(Variant variant) {
        Bytes wire = protect(variant);

        Bytes arrived = receive(Bytes.of(Arrays.copyOf(wire.toArray(), wire.length() + 7)));

        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(arrived).isEqualTo(clear);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void findsEveryFlippedBit(Variant variant) {
        Bytes wire = protect(variant);
        for (int bit = 0; bit < wire.length() * 8; bit++) {
            byte[] octets = wire.toArray();
            octets[bit / 8] ^= (byte) (0x80 >> bit % 8);
            check(variant, Bytes.of(octets), bit / 8, bit, false);
        }
    }

    /// As someone on the path would who knows how to compute a header's checksum.
    @ParameterizedTest
    @MethodSource("variants")
    void findsEveryFlippedBitUnderAChecksumThatWasPutRight(Variant variant) {
        if (!variant.ipv4()) {
            return; // the other test has it all: there is no checksum
        }
        Bytes wire = protect(variant);
        for (int bit = 8; bit < 20 * 8; bit++) {
            if (bit / 8 == 10 || bit / 8 == 11) {
                continue;
            }
            byte[] octets = wire.toArray();
            octets[bit / 8] ^= (byte) (0x80 >> bit % 8);
            check(variant, repaired(octets, false), bit / 8, bit, true);
        }
    }

    private void check(Variant variant, Bytes packet, int octet, int bit, boolean repaired) {
        Bytes arrived = receive(packet);
        String at = "octet %d, bit %d".formatted(octet, bit % 8);
        switch (right.verdict.kind()) {
            case DROP ->
                    assertThat(right.verdict.reason())
                            .as(at)
                            .satisfiesAnyOf(
                                    reason -> assertThat(reason).isIn(FITTING),
                                    reason ->
                                            assertThat(isEcn(variant, octet, bit) ? reason : null)
                                                    .isEqualTo(DropReason.ECN_MISMATCH));
            case DELIVER -> {
                if (right.verdict.direction() == Direction.FWD) {
                    assertThat(isDestination(variant, octet)).as(at).isTrue();
                    assertThat(arrived).as("passed on as it came").isEqualTo(packet);
                } else {
                    assertThat(mayChange(variant, octet, bit, repaired)).as(at).isTrue();
                    assertThat(right.verdict.stepCount()).isEqualTo(variant.associations().size());
                    // what a NAT would change: the checksum of UDP inside is put right
                    boolean nat =
                            variant.kind() == Kind.ESP_UDP
                                    && variant.ipv4()
                                    && octet >= 12
                                    && octet < 16;
                    int upper = (variant.ipv4() ? 20 : 40) + (nat ? 8 : 0);
                    assertThat(Bytes.of(arrived.toArray(), upper, arrived.length() - upper))
                            .as(at)
                            .isEqualTo(Bytes.of(clear.toArray(), upper, clear.length() - upper));
                }
            }
            case ABSORBED ->
                    assertThat(repaired && (octet == 6 || octet == 7))
                            .as("a fragment now: %s", at)
                            .isTrue();
            case SEND, ACQUIRE, IKE -> throw new AssertionError(right.verdict.kind() + " " + at);
        }
    }

    private static boolean isDestination(Variant variant, int octet) {
        return variant.ipv4() ? octet >= 16 && octet < 20 : octet >= 24 && octet < 40;
    }

    private static boolean isEcn(Variant variant, int octet, int bit) {
        return variant.ipv4() ? octet == 1 && bit % 8 >= 6 : octet == 1 && bit % 8 < 4;
    }

    /// What neither ESP nor, as AH leaves it out, AH protects: type of service, identification
    /// (ESP), "do not fragment" and the reserved flag, time to live; in a tunnel and in UDP the
    /// source.
    private static boolean mayChange(Variant variant, int octet, int bit, boolean repaired) {
        boolean ah = variant.kind() == Kind.AH || variant.kind() == Kind.AH_OVER_ESP;
        boolean udp = variant.kind() == Kind.ESP_UDP;
        if (variant.ipv4()) {
            boolean source = octet >= 12 && octet < 16;
            return (repaired
                            && (octet == 1
                                    || (octet == 6 && bit % 8 < 2)
                                    || octet == 8
                                    || (!ah && (octet == 4 || octet == 5))
                                    || (!ah && source && (udp || variant.tunnel()))))
                    || (udp && octet >= 20 && octet < 22);
        }
        boolean source = octet >= 8 && octet < 24;
        return (octet == 0 && bit % 8 >= 4)
                || (octet >= 1 && octet < 4)
                || octet == 7
                || (!ah && !udp && source && variant.tunnel());
    }

    private static Bytes repaired(byte[] octets, boolean length) {
        if (octets[0] >>> 4 == 6) {
            Octets.put16(octets, 4, octets.length - 40);
        } else {
            if (length) {
                Octets.put16(octets, 2, octets.length);
            }
            Octets.put16(octets, 10, 0);
            Octets.put16(octets, 10, TestPackets.checksum(octets, 0, 20, 0));
        }
        return Bytes.of(octets);
    }

    /// Compression protects nothing; all that can be asked is that it stays within bounds.
    @ParameterizedTest
    @MethodSource("variants")
    void survivesDamagedCompression(Variant variant) {
        TestHost left = new TestHost(variant.a());
        right = new TestHost(variant.b());
        var sa =
                TestSas.ipcomp(variant.a(), variant.b(), 2)
                        .mode(variant.tunnel() ? SaMode.TUNNEL : SaMode.TRANSPORT)
                        .build();
        left.add(sa);
        right.add(sa);
        PolicyRule rule =
                variant.tunnel()
                        ? TestSas.tunnel(IpsecProtocol.IPCOMP, variant.a(), variant.b())
                        : TestSas.transport(IpsecProtocol.IPCOMP);
        left.add(TestSas.policy(Direction.OUT, variant.a(), variant.b(), rule));
        right.add(TestSas.policy(Direction.IN, variant.a(), variant.b(), rule));
        Bytes wire = left.send(TestPackets.udp(variant.a(), variant.b(), 300));
        SplittableRandom random = new SplittableRandom(variant.hashCode());
        for (int bit = 0; bit < wire.length() * 8; bit++) {
            byte[] octets = wire.toArray();
            octets[bit / 8] ^= (byte) (0x80 >> bit % 8);
            receive(Bytes.of(octets));
            octets[20 + random.nextInt(octets.length - 20)] = (byte) random.nextInt();
            receive(repaired(octets, true));
            assertThat(right.verdict.kind())
                    .isIn(Verdict.Kind.DELIVER, Verdict.Kind.DROP, Verdict.Kind.ABSORBED);
        }
    }
}
