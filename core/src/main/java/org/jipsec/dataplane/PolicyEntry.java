package org.jipsec.dataplane;

import org.jipsec.sadb.Policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A policy in the SPD and what it has seen. The packet threads of its direction write the
/// counters, anyone reads them.
public final class PolicyEntry {
    private static final VarHandle PACKETS;
    private static final VarHandle BYTES;
    private static final VarHandle LAST_USED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PACKETS = lookup.findVarHandle(PolicyEntry.class, "packets", long.class);
            BYTES = lookup.findVarHandle(PolicyEntry.class, "bytes", long.class);
            LAST_USED = lookup.findVarHandle(PolicyEntry.class, "lastUsedMillis", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Policy policy;
    private final int priority;
    private final long ordinal;
    private final long addedMillis;

    @SuppressWarnings("unused") // by PACKETS
    private long packets;

    @SuppressWarnings("unused") // by BYTES
    private long bytes;

    @SuppressWarnings("unused") // by LAST_USED
    private long lastUsedMillis;

    /// @param addedMillis since the epoch
    public PolicyEntry(Policy policy, long addedMillis) {
        this(policy, addedMillis, 0);
    }

    /// @param ordinal of policies of one priority the smaller is asked first
    PolicyEntry(Policy policy, long addedMillis, long ordinal) {
        this.policy = policy;
        this.priority = policy.priority();
        this.ordinal = ordinal;
        this.addedMillis = addedMillis;
    }

    /// Whether this one is asked before the other.
    boolean precedes(PolicyEntry other) {
        return precedes(other.priority, other.ordinal);
    }

    boolean precedes(int otherPriority, long otherOrdinal) {
        int order = Integer.compareUnsigned(priority, otherPriority);
        return order < 0 || (order == 0 && ordinal < otherOrdinal);
    }

    long ordinal() {
        return ordinal;
    }

    public Policy policy() {
        return policy;
    }

    public long addedMillis() {
        return addedMillis;
    }

    /// 0 before the first packet.
    public long lastUsedMillis() {
        return (long) LAST_USED.getOpaque(this);
    }

    public long packets() {
        return (long) PACKETS.getOpaque(this);
    }

    public long bytes() {
        return (long) BYTES.getOpaque(this);
    }

    /// Counts one packet of so many octets.
    public void used(int octets, long nowMillis) {
        PACKETS.setOpaque(this, packets() + 1);
        BYTES.setOpaque(this, bytes() + octets);
        LAST_USED.setOpaque(this, nowMillis);
    }

    /// Likewise where other threads count, too.
    void usedByMany(int octets, long nowMillis) {
        PACKETS.getAndAdd(this, 1L);
        BYTES.getAndAdd(this, (long) octets);
        LAST_USED.setOpaque(this, nowMillis);
    }
}
