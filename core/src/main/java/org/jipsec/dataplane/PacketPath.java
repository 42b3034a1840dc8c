package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;

/// What the ways between host and wire have in common.
public abstract sealed class PacketPath permits InboundPath, OutboundPath {
    final SadbEngine engine;
    final InstantSource clock;
    final int capacity;
    final PacketTally tally;
    final VerdictReports reports;
    final TapPoint tap;

    /// @param capacity octets of the largest packet
    PacketPath(SadbEngine engine, InstantSource clock, int capacity, Direction direction) {
        this.engine = engine;
        this.clock = clock;
        this.capacity = capacity;
        this.tally = engine.counters().newTally();
        this.reports = new VerdictReports(engine, tally);
        this.tap = new TapPoint(direction);
    }

    /// A batch that fits this path.
    public final PacketBatch newBatch() {
        return new PacketBatch(IpsecStack.SLOTS, capacity);
    }

    /// What this path's thread counts.
    public final PacketTally tally() {
        return tally;
    }

    /// Lets `newTap` see the packets from the next batch on; null for nobody. By any thread.
    public final void tap(@Nullable PacketTap newTap) {
        tap.set(newTap);
    }
}
