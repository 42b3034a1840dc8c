package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.util.ArrayDeque;
import java.util.Deque;

/// A link that ends where it begins: what is sent waits in memory until somebody takes it. One
/// thread.
public final class MemoryLink implements Link {
    private final int limit;
    private final Deque<Bytes> queue = new ArrayDeque<>();
    private long overflowed;

    /// @param limit of packets that may wait; the rest is lost and counted
    public MemoryLink(int limit) {
        this.limit = limit;
    }

    @Override
    public void send(PacketBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (queue.size() < limit) {
                queue.add(batch.packet(i).toBytes());
            } else {
                overflowed++;
            }
        }
    }

    /// Moves as many packets as there are, and fit, into `batch`, which is emptied before.
    ///
    /// @return how many
    public int receive(PacketBatch batch) {
        batch.clear();
        while (!queue.isEmpty() && !batch.isFull()) {
            byte[] octets = queue.remove().toArray();
            if (octets.length <= batch.capacity()) {
                batch.add().load(octets, 0, octets.length);
            } else {
                overflowed++;
            }
        }
        return batch.size();
    }

    public int waiting() {
        return queue.size();
    }

    /// Packets lost because too many were waiting, or because they were larger than a buffer of the
    /// receiver.
    public long overflowed() {
        return overflowed;
    }
}
