package org.jipsec.dataplane;

import org.jipsec.sadb.Policy;

import java.util.concurrent.atomic.LongAdder;

/// A policy in the SPD and what it has seen. The packet thread writes the counters, anyone reads
/// them.
public final class PolicyEntry {
    private final Policy policy;
    private final int priority;
    private final long ordinal;
    private final long addedMillis;
    private final LongAdder packets = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private volatile long lastUsedMillis;

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
        return lastUsedMillis;
    }

    public long packets() {
        return packets.sum();
    }

    public long bytes() {
        return bytes.sum();
    }

    /// Counts one packet of so many octets.
    public void used(int octets, long nowMillis) {
        packets.increment();
        bytes.add(octets);
        lastUsedMillis = nowMillis;
    }
}
