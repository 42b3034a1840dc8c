package org.jipsec.ike;

import java.util.LinkedHashSet;
import java.util.random.RandomGenerator;

/// The message ids of the exchanges that an ISAKMP SA has had, of either side: none comes twice
/// (RFC 2409 5.5). Bounded: the eldest are forgotten.
final class MessageIds {
    private static final int MOST = 1024;

    private final LinkedHashSet<Integer> used = new LinkedHashSet<>(4);

    /// A new one, not 0.
    int next(RandomGenerator random) {
        int id;
        do {
            id = random.nextInt();
        } while (id == 0 || !use(id));
        return id;
    }

    /// @return whether it was not used before
    boolean use(int id) {
        boolean fresh = used.add(id);
        if (used.size() > MOST) {
            used.removeFirst();
        }
        return fresh;
    }
}
