package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The first packets of flows whose SA has been asked for. Few: they are kept so that the first
/// ping is answered, not to bridge an outage. One thread.
final class HeldPackets {
    static final int LIMIT = 256;
    static final int LIMIT_EACH = 8;

    /// What a packet waits for.
    record Want(int policyId, InetAddress source, InetAddress destination) {}

    /// One waiting packet.
    ///
    /// @param forwarded whether it came from the wire and only passes through
    /// @param reassembled [Verdict#reassembled]
    record Held(
            Bytes packet, Want want, long deadlineMillis, boolean forwarded, boolean reassembled) {}

    private final Deque<Held> queue = new ArrayDeque<>();
    private final Map<Want, Integer> waiting = new HashMap<>();

    /// @return false when too many wait
    boolean hold(Held held) {
        int already = waiting.getOrDefault(held.want, 0);
        if (queue.size() >= LIMIT || already >= LIMIT_EACH) {
            return false;
        }
        queue.add(held);
        waiting.put(held.want, already + 1);
        return true;
    }

    int size() {
        return queue.size();
    }

    /// The one that waits longest, no longer held.
    Held next() {
        Held held = queue.remove();
        waiting.computeIfPresent(held.want, (want, count) -> count == 1 ? null : count - 1);
        return held;
    }

    /// Forgets those whose time is over.
    ///
    /// @return how many
    int expire(long nowMillis) {
        int expired = 0;
        while (!queue.isEmpty() && queue.element().deadlineMillis <= nowMillis) {
            next();
            expired++;
        }
        return expired;
    }

    OptionalLong nextDeadline() {
        return queue.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(queue.element().deadlineMillis);
    }
}
