package org.jipsec.examples;

import org.jipsec.dataplane.Link;
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

/// Whoever listens to the wire between the peers.
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

    /// A link on which every packet is heard on its way to `next`.
    Link tap(Link next) {
        return batch -> {
            for (int i = 0; i < batch.size(); i++) {
                hear(batch.packet(i));
            }
            next.send(batch);
        };
    }

    private void hear(PacketBuffer packet) {
        lines.add(PacketText.line(clock.instant(), zone, packet));
        if (!isProtected(packet.toBytes())) {
            inClear++;
        }
        try {
            capture.write(packet);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
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
