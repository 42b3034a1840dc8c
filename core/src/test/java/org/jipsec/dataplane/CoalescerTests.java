package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import org.jipsec.dataplane.TestFrames.Tcp;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

class CoalescerTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;
    private static final byte[] TIMESTAMPS = TestPackets.hex("0101080a 01020304 05060708");

    private final List<MemorySegment> frames = new ArrayList<>();
    private final Coalescer coalescer = coalescer(true, true);

    private Coalescer coalescer(boolean tcp, boolean udp) {
        return new Coalescer(
                Arena.ofAuto(),
                tcp,
                udp,
                (frame, length) -> frames.add(TestFrames.copy(frame, length)));
    }

    private void add(Bytes... packets) {
        for (Bytes packet : packets) {
            coalescer.add(PacketBuffer.of(packet));
        }
    }

    /// What the frames become when they are cut again.
    private List<Bytes> cut() {
        List<Bytes> packets = new ArrayList<>();
        for (MemorySegment frame : frames) {
            packets.addAll(SegmenterTests.segments(frame, (int) frame.byteSize()));
        }
        return packets;
    }

    private static Tcp tcp4(int sequence, int flags, int payload) {
        return new Tcp(
                A, B, 80, 4000, sequence, 9, flags, 500, TIMESTAMPS, TestPackets.text(payload));
    }

    private static Bytes segment(int number) {
        return tcp4(number * 1000, TestFrames.ACK, 1000).packet(0, 10 + number);
    }

    @Test
    void joinsSegmentsThatFollowOneAnother() {
        add(segment(0), segment(1), segment(2));
        Bytes last = tcp4(3000, TestFrames.ACK | TestFrames.PSH, 17).packet(0, 13);
        add(last);

        assertThat(frames).as("PSH ends it, without a flush").hasSize(1);
        MemorySegment frame = frames.get(0);
        assertThat(frame.byteSize()).isEqualTo(10 + 20 + 32 + 3017);
        assertThat(TestFrames.u16(frame, 0)).as("NEEDS_CSUM, TCPV4").isEqualTo(0x0101);
        assertThat(TestFrames.u16(frame, 2)).as("headers").isEqualTo(52);
        assertThat(TestFrames.u16(frame, 4)).as("gso_size").isEqualTo(1000);
        assertThat(TestFrames.u16(frame, 6)).as("csum_start").isEqualTo(20);
        assertThat(TestFrames.u16(frame, 8)).as("csum_offset").isEqualTo(16);
        assertThat(cut()).containsExactly(segment(0), segment(1), segment(2), last);
    }

    @Test
    void writesAPacketWithoutCompanyAsItCame() {
        add(segment(0));
        coalescer.flush();
        assertThat(frames).hasSize(1);
        assertThat(TestFrames.u16(frames.get(0), 0)).isZero();
        assertThat(cut()).containsExactly(segment(0));

        coalescer.flush();
        assertThat(frames).as("and only once").hasSize(1);
    }

    @Test
    void joinsIpv6() {
        for (int i = 0; i < 3; i++) {
            add(
                    new Tcp(
                                    A6,
                                    B6,
                                    1,
                                    2,
                                    i * 500 - 700, // past zero
                                    3,
                                    TestFrames.ACK,
                                    4,
                                    new byte[0],
                                    TestPackets.text(500))
                            .packet(0x20, 0));
        }
        coalescer.flush();
        assertThat(frames).hasSize(1);
        assertThat(TestFrames.u16(frames.get(0), 0)).isEqualTo(0x0401);
        assertThat(cut()).hasSize(3);
    }

    @Test
    void joinsDatagramsOfOneSizeAndAShorterOneAtTheEnd() {
        List<Bytes> sent = new ArrayList<>();
        for (int size : new int[] {700, 700, 700, 31}) {
            sent.add(TestPackets.udp(A6, B6, size));
        }
        add(sent.toArray(Bytes[]::new));
        assertThat(frames).hasSize(1);
        assertThat(TestFrames.u16(frames.get(0), 0)).isEqualTo(0x0501);
        assertThat(cut()).isEqualTo(sent);
    }

    @Test
    void countsNoMoreDatagramsThanTheKernelTakes() {
        List<Bytes> sent = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            sent.add(TestPackets.udp(A6, B6, 40));
        }
        add(sent.toArray(Bytes[]::new));
        coalescer.flush();
        assertThat(frames).hasSize(3);
        assertThat(cut()).isEqualTo(sent);
    }

    @Test
    void growsNoLongerThanAnIpPacket() {
        List<Bytes> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(segment(i));
        }
        add(sent.toArray(Bytes[]::new));
        coalescer.flush();
        assertThat(frames).hasSize(2).allMatch(frame -> frame.byteSize() <= 65_545);
        assertThat(cut()).isEqualTo(sent);
    }

    /// A second segment that does not go with [#segment] 0, for a reason.
    private record Odd(String why, Bytes packet) {}

    private static Bytes changed(int at, int value) {
        byte[] octets = segment(1).toArray();
        octets[at] = (byte) value;
        Octets.put16(octets, 10, 0);
        Octets.put16(octets, 10, TestPackets.checksum(octets, 0, 20, 0));
        Octets.put16(octets, 36, 0);
        Octets.put16(
                octets,
                36,
                TestPackets.pseudoChecksum(A, B, 6, Arrays.copyOfRange(octets, 20, octets.length)));
        return Bytes.of(octets);
    }

    private static Bytes flags(int flags) {
        return tcp4(1000, flags, 1000).packet(0, 11);
    }

    private static List<Odd> odds() {
        byte[] damaged = segment(1).toArray();
        damaged[500]++;
        return List.of(
                new Odd("a gap", segment(2)),
                new Odd("a repetition", segment(0)),
                new Odd("longer", tcp4(1000, TestFrames.ACK, 1001).packet(0, 11)),
                new Odd("no payload", tcp4(1000, TestFrames.ACK, 0).packet(0, 11)),
                new Odd("damaged", Bytes.of(damaged)),
                new Odd("TOS", changed(1, 4)),
                new Odd("ECN", changed(1, 3)),
                new Odd("TTL", changed(8, 60)),
                new Odd("DF", changed(6, 0)),
                new Odd("acknowledgement", changed(31, 10)),
                new Odd("window", changed(35, 9)),
                new Odd("a timestamp", changed(45, 9)),
                new Odd("SYN", flags(TestFrames.ACK | TestFrames.SYN)),
                new Odd("RST", flags(TestFrames.ACK | TestFrames.RST)),
                new Odd("URG", flags(TestFrames.ACK | TestFrames.URG)),
                new Odd("CWR", flags(TestFrames.ACK | TestFrames.CWR)),
                new Odd("ECE", flags(TestFrames.ACK | TestFrames.ECE)),
                new Odd("no ACK", flags(0)),
                new Odd(
                        "other options",
                        new Tcp(
                                        A,
                                        B,
                                        80,
                                        4000,
                                        1000,
                                        9,
                                        TestFrames.ACK,
                                        500,
                                        new byte[0],
                                        TestPackets.text(1000))
                                .packet(0, 11)),
                new Odd(
                        "IP options",
                        TestPackets.ipv4(
                                A,
                                B,
                                6,
                                0,
                                0x4000,
                                11,
                                TestPackets.hex("94040000"),
                                tcp4(1000, TestFrames.ACK, 1000).octets())));
    }

    @TestFactory
    Stream<DynamicTest> keepsApartButInOrderWhatDoesNotFollow() {
        return odds().stream()
                .map(
                        odd ->
                                dynamicTest(
                                        odd.why,
                                        () -> {
                                            frames.clear();
                                            add(segment(0), odd.packet);
                                            coalescer.flush();
                                            assertThat(frames).hasSize(2);
                                            assertThat(cut())
                                                    .containsExactly(segment(0), odd.packet);
                                        }));
    }

    @Test
    void joinsOverIdentificationsOnlyWhereFragmentsMayBe() {
        byte[] tcp = tcp4(1000, TestFrames.ACK, 1000).octets();
        byte[] before = tcp4(0, TestFrames.ACK, 1000).octets();
        add(TestPackets.ipv4(A, B, 6, 0, 0, 5, new byte[0], before));
        add(TestPackets.ipv4(A, B, 6, 0, 0, 7, new byte[0], tcp));
        coalescer.flush();
        assertThat(frames).hasSize(2);

        frames.clear();
        add(TestPackets.ipv4(A, B, 6, 0, 0x4000, 0, new byte[0], before));
        add(TestPackets.ipv4(A, B, 6, 0, 0x4000, 0, new byte[0], tcp));
        coalescer.flush();
        assertThat(frames).hasSize(1);
    }

    @Test
    void letsNoFragmentPass() {
        Bytes fragment =
                TestPackets.ipv4(A, B, 6, 0, 0x2000, 3, new byte[0], TestPackets.text(800));
        Bytes fragment6 =
                TestPackets.ipv6(
                        A6, B6, 44, 0, TestPackets.hex("0600000100000001 0000000000000000"));
        add(segment(0), segment(1), fragment, segment(2), fragment6);
        assertThat(cut()).containsExactly(segment(0), segment(1), fragment, segment(2), fragment6);
    }

    @Test
    void leavesDatagramsWithoutChecksumAlone() {
        byte[] octets = TestPackets.udp(A, B, 100).toArray();
        octets[26] = 0;
        octets[27] = 0;
        Bytes bare = Bytes.of(octets);
        add(bare, bare, bare);
        assertThat(cut()).containsExactly(bare, bare, bare);
    }

    @Test
    void joinsOnlyWhatWasGranted() {
        Coalescer plain = coalescer(false, false);
        for (int i = 0; i < 3; i++) {
            plain.add(PacketBuffer.of(segment(i)));
            plain.add(PacketBuffer.of(TestPackets.udp(A6, B6, 100)));
        }
        assertThat(frames).as("at once, nothing waits").hasSize(6);
    }

    @Test
    void makesRoomForOneFlowMoreThanItHasLanes() {
        for (int round = 0; round < 2; round++) {
            for (int port = 0; port <= Coalescer.LANES; port++) {
                add(
                        new Tcp(
                                        A,
                                        B,
                                        port,
                                        1,
                                        round * 100,
                                        0,
                                        TestFrames.ACK,
                                        1,
                                        new byte[0],
                                        TestPackets.text(100))
                                .packet(0, round));
            }
        }
        coalescer.flush();
        assertThat(cut()).hasSize(2 * (Coalescer.LANES + 1));
    }

    /// Packets of many flows, most of which go together, in random order of flows.
    private static final class Traffic {
        private final Random random;
        private final Map<Integer, Integer> sequences = new LinkedHashMap<>();
        private int id;

        Traffic(long seed) {
            random = new Random(seed);
        }

        boolean chance(int oneIn) {
            return random.nextInt(oneIn) == 0;
        }

        Bytes next() {
            int flow = random.nextInt(20);
            boolean ipv4 = flow % 2 == 0;
            byte[] payload = new byte[chance(5) ? random.nextInt(1200) : 1200];
            random.nextBytes(payload);
            InetAddress from = ipv4 ? A : A6;
            InetAddress to = ipv4 ? B : B6;
            if (flow >= 12) {
                return TestPackets.udp(from, to, flow, 53, payload);
            }
            int sequence = sequences.getOrDefault(flow, -3000);
            sequences.put(flow, sequence + payload.length + (chance(30) ? 1 : 0));
            int flags =
                    TestFrames.ACK
                            | (chance(20) ? TestFrames.PSH : 0)
                            | (chance(50) ? 1 << random.nextInt(8) : 0);
            Tcp tcp =
                    new Tcp(
                            from,
                            to,
                            flow,
                            80,
                            sequence,
                            chance(30) ? 1 : 2,
                            flags,
                            100,
                            chance(30) ? TIMESTAMPS : new byte[0],
                            payload);
            byte[] octets = tcp.packet(chance(30) ? 1 : 0, id++).toArray();
            if (chance(40)) {
                octets[octets.length - 1]++;
            }
            return Bytes.of(octets);
        }
    }

    private static String flowOf(Bytes packet) {
        int transport = packet.u8(0) >> 4 == 4 ? 20 : 40;
        return packet.u8(0) + " " + packet.u8(transport) + " " + packet.u8(transport + 1);
    }

    /// Without the identification, for that of an atomic datagram means nothing, and without the
    /// header's checksum.
    private static Map<String, List<Bytes>> flows(List<Bytes> packets) {
        Map<String, List<Bytes>> flows = new LinkedHashMap<>();
        for (Bytes packet : packets) {
            byte[] octets = packet.toArray();
            if (octets[0] == 0x45 && (octets[6] & 0x40) != 0) {
                Octets.put16(octets, 4, 0);
                Octets.put16(octets, 10, 0);
            }
            flows.computeIfAbsent(flowOf(packet), flow -> new ArrayList<>()).add(Bytes.of(octets));
        }
        return flows;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void losesAndChangesNothingThatIsCutAgain(long seed) {
        Traffic traffic = new Traffic(seed);
        List<Bytes> sent = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Bytes packet = traffic.next();
            sent.add(packet);
            add(packet);
            if (traffic.chance(200)) {
                coalescer.flush();
            }
        }
        coalescer.flush();

        assertThat(frames.size()).as("it does join").isLessThan(1500);
        Map<String, List<Bytes>> received = flows(cut());
        Map<String, List<Bytes>> expected = flows(sent);
        assertThat(received.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach(
                (flow, packets) -> assertThat(received.get(flow)).as(flow).isEqualTo(packets));
    }

    @Test
    void allocatesNothing() {
        PacketBuffer[] packets = new PacketBuffer[40];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = PacketBuffer.of(i % 4 == 3 ? TestPackets.udp(A, B, 99) : segment(i));
        }
        long[] octets = new long[1];
        Coalescer quiet =
                new Coalescer(Arena.ofAuto(), true, true, (frame, length) -> octets[0] += length);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int round = 0; round < 6000; round++) {
            if (round == 5500) { // compiled by then
                allocated = -threads.getCurrentThreadAllocatedBytes();
            }
            for (PacketBuffer packet : packets) {
                quiet.add(packet);
            }
            quiet.flush();
        }
        allocated += threads.getCurrentThreadAllocatedBytes();
        assertThat(allocated / (500 * packets.length)).as("octets a packet").isZero();
    }
}
