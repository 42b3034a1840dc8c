package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

/// Where a [PacketTap] is set on one direction of the packet path: a volatile read for a batch as
/// long as nobody traces, a copy of each packet while somebody does.
final class TapPoint {
    private static final Bytes[] NOTHING = {};

    private final Direction way;
    private volatile @Nullable PacketTap tap;

    /// Of the batch between [#before] and [#after].
    private @Nullable PacketTap current;

    private Bytes[] copies = NOTHING;

    TapPoint(Direction way) {
        this.way = way;
    }

    /// By any thread.
    void set(@Nullable PacketTap newTap) {
        tap = newTap;
    }

    void before(PacketBatch batch) {
        current = tap;
        if (current != null) {
            copies = new Bytes[batch.size()];
            for (int i = 0; i < copies.length; i++) {
                copies[i] = batch.packet(i).toBytes();
            }
        }
    }

    void after(PacketBatch batch) {
        if (current != null) {
            for (int i = 0; i < copies.length; i++) {
                after(batch, i);
            }
            forget();
        }
    }

    /// Of one packet of the batch; after the last one [#forget].
    void after(PacketBatch batch, int slot) {
        PacketTap to = current;
        if (to != null) {
            to.passes(way, copies[slot], batch.packet(slot), batch.verdict(slot));
        }
    }

    void forget() {
        copies = NOTHING;
    }
}
