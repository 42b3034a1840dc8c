package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.BrokenPackets.changed;
import static org.jipsec.dataplane.BrokenPackets.cut;
import static org.jipsec.dataplane.BrokenPackets.deflated;
import static org.jipsec.dataplane.BrokenPackets.fragment;
import static org.jipsec.dataplane.BrokenPackets.ipcomp;
import static org.jipsec.dataplane.BrokenPackets.plainEsp;
import static org.jipsec.dataplane.BrokenPackets.shortened;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaState;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Every reason has a packet that is dropped for it.
class DropReasonTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;

    private interface Scene {
        /// @return the host at whose verdict to look
        TestHost play(TestHost left, TestHost right);
    }

    private static final Map<DropReason, Scene> SCENES = new EnumMap<>(DropReason.class);

    private static void scene(DropReason reason, Scene scene) {
        SCENES.put(reason, scene);
    }

    private static void receives(DropReason reason, Bytes packet) {
        scene(
                reason,
                (left, right) -> {
                    right.receive(packet);
                    return right;
                });
    }

    private static Bytes udp() {
        return TestPackets.udp(A, B, 100);
    }

    private static void esp(TestHost left, TestHost right) {
        var sa = TestSas.esp(A, B, 0x201).build();
        left.add(sa);
        right.add(sa);
        left.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));
    }

    private static void ah(TestHost left, TestHost right) {
        var sa = TestSas.ah(A, B, 0x200).build();
        left.add(sa);
        right.add(sa);
        left.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.AH)));
    }

    private static TestHost receive(TestHost host, Bytes packet) {
        host.receive(packet);
        return host;
    }

    private static TestHost send(TestHost host, Bytes packet) {
        host.send(packet);
        return host;
    }

    private static ActiveSa plainSa(TestHost host, SaMode mode) {
        return host.add(
                TestSas.sa(IpsecProtocol.ESP, A, B, 0x300)
                        .encryption(EncryptionAlgorithm.NULL, org.jipsec.wire.Secret.EMPTY)
                        .mode(mode)
                        .build());
    }

    static {
        receives(DropReason.EMPTY_PACKET, Bytes.EMPTY);
        receives(DropReason.BAD_VERSION, changed(udp(), 0, 0x55));
        receives(DropReason.TRUNCATED_HEADER, cut(udp(), 19));
        receives(DropReason.BAD_HEADER_LENGTH, changed(udp(), 0, 0x44));
        receives(DropReason.BAD_TOTAL_LENGTH, cut(udp(), 127));
        receives(DropReason.HEADER_CHECKSUM, changed(udp(), 8, 7));
        scene(
                DropReason.BAD_IP_OPTIONS,
                (left, right) -> {
                    ah(left, right);
                    return send(
                            left,
                            TestPackets.ipv4(
                                    A,
                                    B,
                                    17,
                                    0,
                                    0,
                                    1,
                                    new byte[] {7, 9, 4, 0},
                                    TestPackets.text(20)));
                });
        byte[] chain = new byte[8 * 18];
        for (int i = 0; i < 17; i++) {
            chain[8 * i] = 60;
        }
        receives(DropReason.TOO_MANY_EXTENSION_HEADERS, TestPackets.ip(A6, B6, 60, chain));

        receives(DropReason.BAD_FRAGMENT, fragment(0, true, 13));
        scene(
                DropReason.FRAGMENT_OVERLAP,
                (left, right) -> {
                    right.receive(fragment(0, true, 16));
                    return receive(right, fragment(8, true, 16));
                });
        scene(
                DropReason.FRAGMENT_DUPLICATE,
                (left, right) -> {
                    right.receive(fragment(0, true, 16));
                    return receive(right, fragment(0, true, 16));
                });
        scene(
                DropReason.FRAGMENT_ECN,
                (left, right) -> {
                    right.receive(
                            TestPackets.ipv4(A, B, 50, 3, 0x2000, 1, new byte[0], new byte[8]));
                    return receive(
                            right, TestPackets.ipv4(A, B, 50, 0, 1, 1, new byte[0], new byte[8]));
                });
        scene(
                DropReason.REASSEMBLED_TOO_LARGE,
                (left, right) -> {
                    PacketBuffer small = PacketBuffer.ofCapacity(1000);
                    for (int offset : new int[] {0, 800}) {
                        byte[] octets = fragment(offset, offset == 0, 800).toArray();
                        small.load(octets, 0, octets.length);
                        right.inbound.process(small, right, right, right.now, right.verdict);
                    }
                    return right;
                });

        byte[] shortUdp = TestPackets.hex("1194 1194 0009 0000 00");
        receives(
                DropReason.BAD_UDP_LENGTH,
                TestPackets.ip(A, B, 17, TestPackets.hex("1194 1194 0010 0000 00")));
        receives(
                DropReason.UDP_CHECKSUM,
                changed(TestPackets.udp(A, B, 4500, 4500, TestPackets.text(40)), 60, 1));
        receives(DropReason.TRUNCATED_ESP, TestPackets.ip(A, B, 17, shortUdp));
        scene(
                DropReason.ENCAPSULATION_MISMATCH,
                (left, right) -> {
                    esp(left, right);
                    byte[] esp = left.send(udp()).toArray();
                    return receive(
                            right,
                            TestPackets.udp(
                                    A, B, 4500, 4500, Arrays.copyOfRange(esp, 20, esp.length)));
                });

        receives(DropReason.NO_SA, TestPackets.ip(A, B, 50, new byte[40]));
        scene(
                DropReason.SA_NOT_MATURE,
                (left, right) -> {
                    esp(left, right);
                    right.sas.getFirst().state(SaState.LARVAL);
                    return receive(right, left.send(udp()));
                });
        scene(
                DropReason.SA_UNUSABLE,
                (left, right) -> {
                    right.add(
                            TestSas.sa(IpsecProtocol.IPCOMP, A, B, 3)
                                    .compression(CompressionAlgorithm.LZS)
                                    .build());
                    return receive(right, ipcomp(deflated(TestPackets.text(200))));
                });
        scene(
                DropReason.SA_EXPIRED,
                (left, right) -> {
                    esp(left, right);
                    left.sas.clear();
                    left.add(
                            TestSas.esp(A, B, 0x201)
                                    .hard(new Lifetime(2, 0, Duration.ZERO, Duration.ZERO))
                                    .build());
                    left.send(udp());
                    assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
                    left.send(udp());
                    assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
                    return send(left, udp());
                });
        scene(
                DropReason.SA_SELECTOR_MISMATCH,
                (left, right) -> {
                    esp(left, right);
                    Bytes wire = left.send(udp());
                    InetAddress other = TestPackets.address("10.9.8.7");
                    return receive(
                            right,
                            TestPackets.ip(
                                    other,
                                    B,
                                    50,
                                    Arrays.copyOfRange(wire.toArray(), 20, wire.length())));
                });
        scene(
                DropReason.TOO_MANY_TRANSFORMATIONS,
                (left, right) -> {
                    esp(left, right);
                    PolicyRule[] rules = new PolicyRule[Verdict.MAXIMUM_STEPS + 1];
                    Arrays.fill(rules, TestSas.transport(IpsecProtocol.ESP));
                    left.policies.clear();
                    left.add(TestSas.policy(Direction.OUT, A, B, rules));
                    return send(left, udp());
                });

        scene(
                DropReason.REPLAYED,
                (left, right) -> {
                    esp(left, right);
                    Bytes wire = left.send(udp());
                    right.receive(wire);
                    return receive(right, wire);
                });
        scene(
                DropReason.BEFORE_WINDOW,
                (left, right) -> {
                    esp(left, right);
                    Bytes wire = left.send(udp());
                    right.sas.getFirst().continueFrom(65);
                    return receive(right, wire);
                });
        scene(
                DropReason.SEQUENCE_ZERO,
                (left, right) -> {
                    esp(left, right);
                    return receive(right, changed(left.send(udp()), 27, 0));
                });
        scene(
                DropReason.BAD_ICV,
                (left, right) -> {
                    esp(left, right);
                    Bytes wire = left.send(udp());
                    return receive(right, changed(wire, 60, wire.u8(60) + 1));
                });

        scene(
                DropReason.ESP_LENGTH,
                (left, right) -> {
                    esp(left, right);
                    Bytes wire = left.send(udp());
                    return receive(right, shortened(wire, wire.length() - 4));
                });
        scene(
                DropReason.ESP_PAD_LENGTH,
                (left, right) -> {
                    plainSa(right, SaMode.TRANSPORT);
                    return receive(right, plainEsp(1, new byte[] {1, 2, 3, 17}));
                });
        scene(
                DropReason.ESP_PADDING,
                (left, right) -> {
                    plainSa(right, SaMode.TRANSPORT);
                    return receive(right, plainEsp(1, new byte[] {1, 1, 2, 17}));
                });
        scene(
                DropReason.DUMMY_PACKET,
                (left, right) -> {
                    plainSa(right, SaMode.TRANSPORT);
                    return receive(right, plainEsp(1, new byte[] {1, 2, 2, 59}));
                });
        scene(
                DropReason.MODE_MISMATCH,
                (left, right) -> {
                    plainSa(right, SaMode.TUNNEL);
                    return receive(right, plainEsp(1, new byte[] {1, 2, 2, 17}));
                });
        scene(
                DropReason.TRUNCATED_AH,
                (left, right) -> {
                    ah(left, right);
                    return receive(right, shortened(left.send(udp()), 20 + 16));
                });
        scene(
                DropReason.AH_LENGTH,
                (left, right) -> {
                    ah(left, right);
                    return receive(right, changed(left.send(udp()), 21, 4));
                });
        receives(DropReason.TRUNCATED_IPCOMP, TestPackets.ip(A, B, 108, new byte[3]));
        scene(
                DropReason.IPCOMP_DATA,
                (left, right) -> {
                    right.add(TestSas.ipcomp(A, B, 2).build());
                    return receive(right, ipcomp(new byte[] {-1, -1, -1, -1}));
                });
        scene(
                DropReason.IPCOMP_TOO_LARGE,
                (left, right) -> {
                    right.add(TestSas.ipcomp(A, B, 2).build());
                    return receive(right, ipcomp(deflated(new byte[10_000_000])));
                });
        scene(
                DropReason.ECN_MISMATCH,
                (left, right) -> {
                    plainSa(right, SaMode.TUNNEL);
                    byte[] inner = TestPackets.udp(A, B, 2).toArray();
                    byte[] esp =
                            TestPackets.concat(
                                            TestPackets.hex("00000300 00000001"),
                                            inner,
                                            new byte[] {0, 4})
                                    .toArray();
                    right.receive(TestPackets.ipv4(A, B, 50, 3, 0, 1, new byte[0], esp));
                    return right;
                });

        scene(
                DropReason.POLICY_DISCARD,
                (left, right) -> {
                    left.add(TestSas.discard(Direction.OUT, A, B));
                    return send(left, udp());
                });
        scene(
                DropReason.POLICY_UNPROTECTED,
                (left, right) -> {
                    right.add(
                            TestSas.policy(
                                    Direction.IN, A, B, TestSas.transport(IpsecProtocol.ESP)));
                    return receive(right, udp());
                });
        scene(
                DropReason.POLICY_UNWANTED_TUNNEL,
                (left, right) -> {
                    var sa = TestSas.esp(A, B, 0x201).mode(SaMode.TUNNEL).build();
                    left.add(sa);
                    right.add(sa);
                    left.add(
                            TestSas.policy(
                                    Direction.OUT, A, B, TestSas.tunnel(IpsecProtocol.ESP, A, B)));
                    return receive(right, left.send(udp()));
                });

        scene(
                DropReason.SEQUENCE_OVERFLOW,
                (left, right) -> {
                    esp(left, right);
                    left.sas.getFirst().continueFrom(0xffff_fffeL);
                    left.send(udp());
                    assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
                    return send(left, udp());
                });
        scene(
                DropReason.PACKET_TOO_BIG,
                (left, right) -> {
                    esp(left, right);
                    return send(
                            left,
                            TestPackets.ipv4(
                                    A, B, 17, 0, 0x4000, 1, new byte[0], TestPackets.text(1480)));
                });
        scene(
                DropReason.OVERSIZED,
                (left, right) -> {
                    esp(left, right);
                    return send(left, TestPackets.ip(A, B, 17, new byte[65515]));
                });
        scene(
                DropReason.FAMILY_MISMATCH,
                (left, right) -> {
                    left.add(TestSas.esp(A6, B6, 0x201).build());
                    PolicyRule rule =
                            new PolicyRule(
                                    IpsecProtocol.ESP,
                                    SaMode.TRANSPORT,
                                    PolicyLevel.REQUIRE,
                                    0,
                                    Optional.of(
                                            new PolicyRule.Endpoints(
                                                    org.jipsec.sadb.Endpoint.of(A6),
                                                    org.jipsec.sadb.Endpoint.of(B6))));
                    left.add(TestSas.policy(Direction.OUT, A, B, rule));
                    return send(left, udp());
                });
        scene(
                DropReason.BUFFER_TOO_SMALL,
                (left, right) -> {
                    esp(left, right);
                    PacketBuffer packet = PacketBuffer.of(udp());
                    packet.insert(0, PacketBuffer.HEADROOM - 10);
                    byte[] octets = udp().toArray();
                    System.arraycopy(octets, 0, packet.array(), packet.offset(), octets.length);
                    packet.length(octets.length);
                    left.outbound.process(packet, left, left, left.now, left.verdict);
                    return left;
                });
    }

    @TestFactory
    Stream<DynamicTest> hasAPacketThatIsDroppedForIt() {
        return SCENES.entrySet().stream()
                .map(
                        entry ->
                                dynamicTest(
                                        entry.getKey().word(),
                                        () -> {
                                            TestHost host =
                                                    entry.getValue()
                                                            .play(
                                                                    new TestHost(A, A6),
                                                                    new TestHost(B, B6));
                                            assertThat(host.verdict.reason())
                                                    .isEqualTo(entry.getKey());
                                            assertThat(host.verdict.kind())
                                                    .isEqualTo(Verdict.Kind.DROP);
                                        }));
    }

    @Test
    void countsWhatNeverBecameWhole() {
        TestHost host = new TestHost(B);
        host.receive(fragment(0, true, 16));
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);

        host.now += Reassembler.TIMEOUT_MILLIS;
        host.receive(fragment(1600, true, 16));

        assertThat(host.verdict.lapsed()).as("counts as REASSEMBLY_TIMEOUT").isEqualTo(1);
    }

    @Test
    void leavesNoReasonWithoutATest() {
        assertThat(DropReason.values())
                .filteredOn(reason -> !SCENES.containsKey(reason))
                .containsExactlyInAnyOrder(
                        DropReason.REASSEMBLY_TIMEOUT, // the test above
                        DropReason.REASSEMBLY_FULL, // counted likewise, in FragmentLimitTests
                        DropReason.BAD_OFFLOAD, // SegmenterTests
                        // on the wire, in WireTests
                        DropReason.NO_IKE,
                        DropReason.NOT_SENT,
                        DropReason.NOT_DELIVERED,
                        DropReason.CLEAR_TEXT_FORBIDDEN, // DiversionWireTests
                        DropReason.NOT_OURS, // WireLoopTests
                        // the stack's own, provoked in the tests of IpsecStack
                        DropReason.HOLD_FULL,
                        DropReason.ACQUIRE_TIMEOUT,
                        DropReason.ACQUIRE_REFUSED,
                        DropReason.HOP_LIMIT,
                        DropReason.NOT_FORWARDING);
    }

    @Test
    void hasWordsThatAreStableNames() {
        assertThat(DropReason.values())
                .extracting(DropReason::word)
                .doesNotHaveDuplicates()
                .allMatch(word -> word.matches("[a-z]+(-[a-z]+)*"));
        assertThat(DropReason.values())
                .extracting(DropReason::sentence)
                .allMatch(sentence -> sentence.endsWith("."));
    }
}
