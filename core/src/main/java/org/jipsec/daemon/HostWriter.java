package org.jipsec.daemon;

import org.jipsec.dataplane.Coalescer;
import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketTally;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.Tun;
import org.jipsec.os.TunQueue;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Gives packets to the host by the TUN device, joined where that goes. One thread.
final class HostWriter implements Link, AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final TunQueue queue;
    private final PacketTally tally;
    private final Coalescer coalescer;

    HostWriter(Tun tun, TunQueue queue, PacketTally tally) {
        this.queue = queue;
        this.tally = tally;
        coalescer =
                new Coalescer(
                        arena,
                        tun.granted().contains(Offload.TUN_CHECKSUM),
                        tun.granted().contains(Offload.TUN_USO4),
                        this::write);
    }

    /// The packets go to the device with [#flush] at the latest.
    @Override
    public void send(PacketBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            coalescer.add(batch.packet(i));
        }
    }

    /// @throws UncheckedIOException of the [OsException] when the device is gone; so does [#send]
    void flush() {
        coalescer.flush();
    }

    private void write(MemorySegment frame, int length) {
        try {
            if (queue.write(frame, length) < 0) {
                tally.count(DropReason.NOT_DELIVERED);
            }
        } catch (OsException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
