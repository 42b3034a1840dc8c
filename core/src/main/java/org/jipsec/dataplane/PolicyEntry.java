package org.jipsec.dataplane;

import org.jipsec.sadb.Policy;

import java.util.concurrent.atomic.LongAdder;

/// A policy in the SPD and what it has seen. The packet thread writes the counters, anyone reads
/// them.
public final class PolicyEntry {
    private final Policy policy;
    private final long addedMillis;
    private final LongAdder packets = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private volatile long lastUsedMillis;

    /// @param addedMillis since the epoch
    public PolicyEntry(Policy policy, long addedMillis) {
        this.policy = policy;
        this.addedMillis = addedMillis;
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
