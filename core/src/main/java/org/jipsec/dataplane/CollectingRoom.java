package org.jipsec.dataplane;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The room for what all clients of a service have collected and not run yet. Whoever begins much
/// and never ends it is in nobody's way: where there is no room left, the client that has the most
/// gives way to the others. By the thread that executes.
final class CollectingRoom {
    /// Beyond which no more is kept, as charged by [CollectedRequests]: half a million requests.
    static final long LIMIT = 128L << 20;

    private final List<CollectedRequests> holders = new ArrayList<>();

    /// Charges `holder` for one more request.
    ///
    /// @return false when it is the one that has the most, and there is no room
    boolean take(CollectedRequests holder, long charge) {
        while (charged() + charge > LIMIT) {
            CollectedRequests largest =
                    holders.stream()
                            .max(Comparator.comparingLong(CollectedRequests::charged))
                            .orElse(holder);
            if (largest == holder || largest.charged() <= holder.charged() + charge) {
                return false;
            }
            largest.giveWay();
        }
        if (!holders.contains(holder)) {
            holders.add(holder);
        }
        return true;
    }

    /// From now on it holds nothing.
    void release(CollectedRequests holder) {
        holders.remove(holder);
    }

    /// By all of them.
    long charged() {
        long sum = 0;
        for (CollectedRequests holder : holders) {
            sum += holder.charged();
        }
        return sum;
    }
}
