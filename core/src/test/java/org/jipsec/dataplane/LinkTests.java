package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

class LinkTests {
    private static PacketBatch batch(Bytes... packets) {
        PacketBatch batch = new PacketBatch(packets.length, 100);
        for (Bytes packet : packets) {
            batch.add().load(packet.toArray(), 0, packet.length());
        }
        return batch;
    }

    private static List<Bytes> drain(MemoryLink link) {
        List<Bytes> packets = new ArrayList<>();
        PacketBatch batch = new PacketBatch(2, 100);
        while (link.receive(batch) > 0) {
            for (int i = 0; i < batch.size(); i++) {
                packets.add(batch.packet(i).toBytes());
            }
        }
        return packets;
    }

    @Test
    void memoryKeepsPacketsInOrderUntilItIsFull() {
        MemoryLink link = new MemoryLink(3);
        link.send(batch(Bytes.of((byte) 1), Bytes.of((byte) 2)));
        link.send(batch(Bytes.of((byte) 3), Bytes.of((byte) 4)));
        assertThat(link.waiting()).isEqualTo(3);
        assertThat(link.overflowed()).isEqualTo(1);
        assertThat(drain(link))
                .containsExactly(Bytes.of((byte) 1), Bytes.of((byte) 2), Bytes.of((byte) 3));
    }

    @Test
    void memoryLosesWhatTheReceiverHasNoRoomFor() {
        MemoryLink link = new MemoryLink(3);
        link.send(batch(Bytes.of(new byte[100]), Bytes.of((byte) 2)));
        PacketBatch small = new PacketBatch(2, 50);
        assertThat(link.receive(small)).isEqualTo(1);
        assertThat(link.overflowed()).isEqualTo(1);
    }

    @Test
    void aRoadWithoutFaultsChangesNothing() {
        MemoryLink end = new MemoryLink(10);
        LossyLink road = new LossyLink(end, LossyLink.Rates.NONE, new SplittableRandom(1));
        road.send(batch(Bytes.of((byte) 1), Bytes.of((byte) 2)));
        assertThat(drain(end)).containsExactly(Bytes.of((byte) 1), Bytes.of((byte) 2));
    }

    @Test
    void everyFaultHappensAlways() {
        Bytes packet = Bytes.of(new byte[20]);
        LossyLink lossy = road(new LossyLink.Rates(1, 0, 0, 0));
        lossy.send(batch(packet));
        assertThat(lossy.lost()).isEqualTo(1);
        LossyLink damaging = road(new LossyLink.Rates(0, 0, 0, 1));
        damaging.send(batch(packet));
        assertThat(damaging.corrupted()).isEqualTo(1);
        MemoryLink end = new MemoryLink(10);
        new LossyLink(end, new LossyLink.Rates(0, 1, 0, 1), new SplittableRandom(1))
                .send(batch(packet));
        List<Bytes> twice = drain(end);
        assertThat(twice).hasSize(2);
        assertThat(twice.get(0)).isEqualTo(twice.get(1)).isNotEqualTo(packet);
        LossyLink late =
                new LossyLink(end, new LossyLink.Rates(0, 0, 1, 0), new SplittableRandom(1));
        late.send(batch(packet));
        assertThat(drain(end)).isEmpty();
        late.flush();
        assertThat(drain(end)).hasSize(1);
    }

    private static LossyLink road(LossyLink.Rates rates) {
        return new LossyLink(new MemoryLink(10), rates, new SplittableRandom(1));
    }

    @Test
    void theSameSeedIsTheSameRoad() {
        List<List<Bytes>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            MemoryLink end = new MemoryLink(1000);
            LossyLink road =
                    new LossyLink(
                            end, new LossyLink.Rates(0.2, 0.2, 0.2, 0.2), new SplittableRandom(42));
            for (int i = 0; i < 200; i++) {
                road.send(batch(Bytes.of((byte) i, (byte) 0)));
            }
            road.flush();
            runs.add(drain(end));
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEmpty();
    }

    @Test
    void writesACaptureFile() throws IOException {
        VirtualClock clock = new VirtualClock();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        MemoryLink end = new MemoryLink(1);
        try (PcapWriter pcap = new PcapWriter(file, clock)) {
            pcap.tap(end).send(batch(Bytes.ofHex("45000014")));
        }
        assertThat(end.waiting()).isEqualTo(1);
        ByteBuffer octets = ByteBuffer.wrap(file.toByteArray());
        assertThat(octets.remaining()).isEqualTo(24 + 16 + 4);
        assertThat(octets.getInt(0)).isEqualTo(0xa1b2c3d4);
        assertThat(octets.getInt(20)).isEqualTo(101);
        assertThat(octets.getInt(24)).isEqualTo((int) VirtualClock.START.getEpochSecond());
        assertThat(octets.getInt(28)).isEqualTo(373005);
        assertThat(octets.getInt(32)).isEqualTo(4);
        assertThat(octets.getInt(36)).isEqualTo(4);
        assertThat(octets.getInt(40)).isEqualTo(0x45000014);
    }
}
