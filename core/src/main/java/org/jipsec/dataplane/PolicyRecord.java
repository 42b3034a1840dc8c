package org.jipsec.dataplane;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;

/// An entry of the SPD with its place in the list. Changed under the engine's lock; of
/// what the packet path reads nothing changes.
final class PolicyRecord {
    final PolicyEntry entry;

    /// In the SPD from newest to oldest.
    @Nullable PolicyRecord newer;

    @Nullable PolicyRecord older;

    /// 0 for none; see [Timers].
    long deadlineMillis;

    PolicyRecord(PolicyEntry entry) {
        this.entry = entry;
    }

    Policy policy() {
        return entry.policy();
    }

    PolicySnapshot snapshot(DumpMark mark) {
        long used = entry.lastUsedMillis();
        return new PolicySnapshot(
                policy(),
                new CurrentLifetime(
                        entry.packets(),
                        entry.bytes(),
                        Instant.ofEpochMilli(entry.addedMillis()),
                        used == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(used))),
                mark);
    }
}
