package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import org.jipsec.dataplane.TestFrames.Tcp;
import org.jipsec.dataplane.TestFrames.Virtio;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

class SegmenterTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;
    private static final int ALL_FLAGS =
            TestFrames.FIN | TestFrames.PSH | TestFrames.ACK | TestFrames.ECE | TestFrames.CWR;

    /// NOP, NOP, timestamps.
    private static final byte[] TIMESTAMPS = TestPackets.hex("0101080a 01020304 05060708");

    @TempDir static Path folder;
    private static ScapyOracle oracle;

    @BeforeAll
    static void startOracle() throws IOException, InterruptedException {
        oracle = ScapyOracle.start(folder);
    }

    @AfterAll
    static void endOracle() throws IOException {
        oracle.close();
    }

    private record Super(String name, int type, int transport, Bytes packet, int size) {
        Virtio virtio() {
            // the hint is wrong on purpose: the kernel's often is
            return new Virtio(1, type, 9999, size, transport, type == TestFrames.UDP ? 6 : 16);
        }
    }

    private static Bytes tcp(InetAddress from, InetAddress to, int flags, byte[] more, int size) {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        return new Tcp(from, to, 4000, 80, 0xffff_fc00, 77, flags, 512, more, payload)
                .packet(2, 0xfffe);
    }

    private static Bytes udp(InetAddress from, InetAddress to, int size) {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        return TestPackets.udp(from, to, 4000, 53, payload);
    }

    private static Bytes withOptions() {
        byte[] tcp =
                new Tcp(A, B, 1, 2, 3, 4, TestFrames.ACK, 5, new byte[0], TestPackets.text(3000))
                        .octets();
        return TestPackets.ipv4(A, B, 6, 0, 0, 1, TestPackets.hex("94040000"), tcp);
    }

    private static Bytes behindExtension() {
        byte[] tcp =
                new Tcp(A6, B6, 1, 2, 3, 4, TestFrames.ACK, 5, new byte[0], TestPackets.text(3000))
                        .octets();
        byte[] destinationOptions = TestPackets.hex("0600010400000000");
        return TestPackets.ipv6(
                A6, B6, 60, 0, TestPackets.concat(destinationOptions, tcp).toArray());
    }

    private static List<Super> supers() {
        byte[] none = new byte[0];
        return List.of(
                new Super("tcp4", 1, 20, tcp(A, B, ALL_FLAGS, none, 5000), 1360),
                new Super("tcp4 odd", 1, 20, tcp(A, B, TestFrames.ACK, TIMESTAMPS, 4001), 999),
                new Super("tcp4 exact", 1, 20, tcp(A, B, ALL_FLAGS, TIMESTAMPS, 4000), 1000),
                new Super("tcp4 with ECN bit", 0x81, 20, tcp(A, B, ALL_FLAGS, none, 5000), 1360),
                new Super("tcp4 small", 1, 20, tcp(A, B, ALL_FLAGS, none, 500), 1360),
                new Super("tcp4 largest", 1, 20, tcp(A, B, ALL_FLAGS, none, 65_495), 1448),
                new Super("tcp4 with options", 1, 24, withOptions(), 1400),
                new Super("tcp6", 4, 40, tcp(A6, B6, ALL_FLAGS, TIMESTAMPS, 5000), 1340),
                new Super("tcp6 behind an extension", 4, 48, behindExtension(), 1340),
                new Super("udp4", 5, 20, udp(A, B, 5000), 1400),
                new Super("udp4 odd", 5, 20, udp(A, B, 5001), 333),
                new Super("udp6", 5, 40, udp(A6, B6, 5000), 1232));
    }

    @TestFactory
    Stream<DynamicTest> cutsAsScapyDoes() {
        return supers().stream()
                .map(
                        whole ->
                                dynamicTest(
                                        whole.name,
                                        () ->
                                                assertThat(segments(whole.virtio(), whole.packet))
                                                        .isEqualTo(
                                                                oracle.segment(
                                                                        whole.packet,
                                                                        whole.size))));
    }

    private static List<Bytes> segments(Virtio virtio, Bytes packet) {
        return segments(TestFrames.frame(virtio, packet), 10 + packet.length());
    }

    static List<Bytes> segments(MemorySegment frame, int length) {
        Segmenter segmenter = new Segmenter(65_535);
        assertThat(segmenter.begin(frame, length)).isNull();
        PacketBatch batch = new PacketBatch(7, 65_535);
        List<Bytes> all = new ArrayList<>();
        while (!segmenter.isDone()) {
            batch.clear();
            assertThat(segmenter.fill(batch)).isEqualTo(segmenter.isDone());
            for (int i = 0; i < batch.size(); i++) {
                all.add(batch.packet(i).toBytes());
            }
        }
        return all;
    }

    @Test
    void addsToWhatTheBatchHolds() {
        PacketBatch batch = new PacketBatch(4, 2000);
        Segmenter segmenter = new Segmenter(2000);
        Bytes first = udp(A, B, 10);
        Bytes second = tcp(A, B, TestFrames.ACK, new byte[0], 2500);

        segmenter.begin(TestFrames.frame(Virtio.NONE, first), 10 + first.length());
        assertThat(segmenter.fill(batch)).isTrue();
        segmenter.begin(
                TestFrames.frame(new Virtio(1, 1, 0, 1000, 20, 16), second), 10 + second.length());
        assertThat(segmenter.fill(batch)).isTrue();

        assertThat(batch.size()).isEqualTo(4);
        assertThat(batch.packet(0).toBytes()).isEqualTo(first);
        assertThat(batch.packet(3).length()).isEqualTo(540);
    }

    /// The kernel leaves the folded sum of the pseudo-header in the field.
    private static Bytes partial(Bytes packet, int transport, int offset, int protocol) {
        byte[] octets = packet.toArray();
        int length = octets.length - transport;
        byte[] pseudo = new byte[40];
        int addresses = octets[0] >> 4 == 4 ? 12 : 8;
        System.arraycopy(octets, addresses, pseudo, 0, addresses == 12 ? 8 : 32);
        int sum = ~TestPackets.checksum(pseudo, 0, 32, protocol + length) & 0xffff;
        octets[transport + offset] = (byte) (sum >> 8);
        octets[transport + offset + 1] = (byte) sum;
        return Bytes.of(octets);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 8, 9, 1000, 1001})
    void finishesChecksums(int size) throws IOException {
        Bytes udp = udp(A, B, size);
        Bytes udp6 = udp(A6, B6, size);
        Bytes tcp = tcp(A6, B6, ALL_FLAGS, TIMESTAMPS, size);
        assertThat(segments(Virtio.partial(20, 6), partial(udp, 20, 6, 17)))
                .containsExactly(oracle.complete(udp));
        assertThat(segments(Virtio.partial(40, 6), partial(udp6, 40, 6, 17)))
                .containsExactly(oracle.complete(udp6));
        assertThat(segments(Virtio.partial(40, 16), partial(tcp, 40, 16, 6)))
                .containsExactly(oracle.complete(tcp));
    }

    @Test
    void neverWritesTheChecksumThatSaysThereIsNone() {
        byte[] payload = {0, 0};
        int checksum = u16(TestPackets.udp(A, B, 4000, 53, payload), 26);
        payload[0] = (byte) (checksum >> 8); // now the sum is all ones, its complement 0
        payload[1] = (byte) checksum;
        Bytes udp = TestPackets.udp(A, B, 4000, 53, payload);
        assertThat(u16(udp, 26)).isEqualTo(0xffff);

        assertThat(segments(Virtio.partial(20, 6), partial(udp, 20, 6, 17))).containsExactly(udp);
        assertThat(segments(new Virtio(1, 5, 0, 100, 20, 6), udp)).containsExactly(udp);
    }

    private static int u16(Bytes packet, int at) {
        return packet.u8(at) << 8 | packet.u8(at + 1);
    }

    @Test
    void leavesAPacketAloneThatIsComplete() {
        Bytes broken = Bytes.of(new byte[] {1, 2, 3});
        assertThat(segments(Virtio.NONE, broken)).containsExactly(broken);
    }

    @ParameterizedTest(name = "flags {0} type {1} size {2} start {3} offset {4}: {5}")
    @CsvSource({
        "0, 1, 1000, 20, 16", // a cut packet has no checksum yet
        "1, 1, 0, 20, 16",
        "1, 1, 1000, 24, 16",
        "1, 1, 1000, 16, 16",
        "1, 1, 1000, 20, 6",
        "1, 1, 1000, 65535, 16",
        "1, 4, 1000, 20, 16", // of the other family
        "1, 4, 1000, 40, 16",
        "1, 5, 1000, 20, 6", // of the other protocol
        "1, 3, 1000, 20, 6", // UFO, which we never grant
        "1, 2, 1000, 20, 16",
        "1, 0, 0, 1021, 16",
        "1, 0, 0, 65535, 65535"
    })
    void refusesWhatDoesNotFitThePacket(int flags, int type, int size, int start, int offset) {
        Bytes packet = tcp(A, B, TestFrames.ACK, new byte[0], 998);
        assertThat(begin(new Virtio(flags, type, 0, size, start, offset), packet))
                .isEqualTo(DropReason.BAD_OFFLOAD);
    }

    @ParameterizedTest(name = "octet {0} is {1}")
    @CsvSource({
        "0, 0x55", // version
        "0, 0x46", // header length
        "3, 0x01", // total length
        "6, 0x20", // a fragment
        "7, 0x01",
        "9, 17", // protocol
        "32, 0x40", // TCP's header length
        "32, 0xf0"
    })
    void refusesAPacketThatCannotBeCut(int at, String value) {
        byte[] octets = tcp(A, B, TestFrames.ACK, new byte[0], 30).toArray();
        octets[at] = Integer.decode(value).byteValue();
        assertThat(begin(new Virtio(1, 1, 0, 10, 20, 16), Bytes.of(octets)))
                .isEqualTo(DropReason.BAD_OFFLOAD);
    }

    @ParameterizedTest(name = "octet {0} is {1}")
    @CsvSource({"5, 1", "6, 17", "6, 44", "40, 17", "41, 1", "41, 255"})
    void refusesIpv6ThatCannotBeCut(int at, int value) {
        byte[] octets = behindExtension().toArray();
        octets[at] = (byte) value;
        assertThat(begin(new Virtio(1, 4, 0, 1000, 48, 16), Bytes.of(octets)))
                .isEqualTo(DropReason.BAD_OFFLOAD);
    }

    @Test
    void refusesWhatNoBufferHolds() {
        Bytes packet = tcp(A, B, TestFrames.ACK, new byte[0], 4000);
        assertThat(begin(new Virtio(1, 1, 0, 1961, 20, 16), packet))
                .isEqualTo(DropReason.BUFFER_TOO_SMALL);
        assertThat(begin(Virtio.NONE, packet)).isEqualTo(DropReason.BUFFER_TOO_SMALL);
        assertThat(begin(new Virtio(1, 1, 0, 1960, 20, 16), packet)).isNull();
    }

    @Test
    void refusesAFrameWithoutAPacket() {
        assertThat(begin(Virtio.NONE, Bytes.of(new byte[0]))).isEqualTo(DropReason.EMPTY_PACKET);
        assertThat(new Segmenter(2000).begin(MemorySegment.ofArray(new byte[4]), 4))
                .isEqualTo(DropReason.EMPTY_PACKET);
    }

    private static DropReason begin(Virtio virtio, Bytes packet) {
        Segmenter segmenter = new Segmenter(2000);
        DropReason reason = segmenter.begin(TestFrames.frame(virtio, packet), 10 + packet.length());
        assertThat(segmenter.isDone()).isEqualTo(reason != null);
        return reason;
    }

    @Test
    void survivesAnyFrame() {
        Random random = new Random(3);
        List<Super> supers = supers();
        PacketBatch batch = new PacketBatch(8, 1500);
        Segmenter segmenter = new Segmenter(1500);
        int taken = 0;
        for (int round = 0; round < 200_000; round++) {
            Super whole = supers.get(random.nextInt(supers.size()));
            byte[] octets = TestFrames.frame(whole.virtio(), whole.packet).toArray(BYTE);
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                octets[random.nextInt(Math.min(octets.length, 90))] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(octets.length) : octets.length;
            // no octet behind the frame may be read
            MemorySegment frame = MemorySegment.ofArray(Arrays.copyOf(octets, length));
            if (segmenter.begin(frame, length) == null) {
                taken++;
                for (int limit = 0; limit < 3 && !segmenter.isDone(); limit++) {
                    batch.clear();
                    segmenter.fill(batch);
                }
            }
        }
        assertThat(taken).isBetween(1000, 199_000);
    }

    private static final java.lang.foreign.ValueLayout.OfByte BYTE =
            java.lang.foreign.ValueLayout.JAVA_BYTE;
}
