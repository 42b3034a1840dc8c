package org.jipsec.examples;

import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketText;
import org.jipsec.dataplane.PcapWriter;
import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The wire between the peers, and whoever listens to it.
final class Wire {
    private static final int PROTOCOL = 9;
    private static final int ESP = 50;
    private static final int AH = 51;

    private final InstantSource clock;
    private final ZoneId zone;
    private final PcapWriter capture;
    private final List<String> lines = new ArrayList<>();
    private int inClear;

    /// @param zone of the times of [#lines]
    /// @param capture takes every packet
    Wire(InstantSource clock, ZoneId zone, PcapWriter capture) {
        this.clock = clock;
        this.zone = zone;
        this.capture = capture;
    }

    /// The end at which a machine puts packets in; they come out at `end` at once.
    Link to(Consumer<Bytes> end) {
        return batch -> {
            for (int i = 0; i < batch.size(); i++) {
                pass(batch, i, end);
            }
        };
    }

    private void pass(PacketBatch batch, int index, Consumer<Bytes> end) {
        PacketBuffer packet = batch.packet(index);
        Bytes octets = packet.toBytes();
        lines.add(PacketText.line(clock.instant(), zone, packet));
        if (!isProtected(octets)) {
            inClear++;
        }
        try {
            capture.write(packet);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        end.accept(octets);
    }

    /// Every packet so far as tcpdump shows it.
    List<String> lines() {
        return List.copyOf(lines);
    }

    /// How many packets had neither ESP nor AH as their outermost protocol.
    int inClear() {
        return inClear;
    }

    private static boolean isProtected(Bytes packet) {
        int protocol = packet.u8(PROTOCOL);
        return protocol == ESP || protocol == AH;
    }
}
