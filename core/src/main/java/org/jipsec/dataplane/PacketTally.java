package org.jipsec.dataplane;

import org.jipsec.dataplane.PacketCounters.Event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What one thread of the packet path has counted: a plain addition for it, no lock, no object;
/// others read a value of not long ago.
public final class PacketTally {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    /// Keeps the cells of two threads in cache lines of their own.
    private static final int MARGIN = 16;

    private final long[] events = new long[Event.values().length + 2 * MARGIN];
    private final long[] drops = new long[DropReason.values().length + 2 * MARGIN];

    PacketTally() {}

    /// By the thread whose tally it is.
    public void count(Event event) {
        add(events, event.ordinal(), 1);
    }

    /// By the thread whose tally it is.
    public void count(DropReason reason) {
        add(drops, reason.ordinal(), 1);
    }

    /// By the thread whose tally it is.
    public void count(DropReason reason, long packets) {
        add(drops, reason.ordinal(), packets);
    }

    private static void add(long[] cells, int index, long amount) {
        int cell = MARGIN + index;
        CELLS.setOpaque(cells, cell, cells[cell] + amount);
    }

    /// Any thread.
    public long of(Event event) {
        return (long) CELLS.getOpaque(events, MARGIN + event.ordinal());
    }

    long of(DropReason reason) {
        return (long) CELLS.getOpaque(drops, MARGIN + reason.ordinal());
    }
}
