package org.jipsec.ike;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// What is to be done when, one entry for each owner and kind: arming anew moves it. Entries of one
/// instant come in the order in which they were armed.
final class Agenda {
    /// What a time is for.
    enum Kind {
        RETRANSMIT,
        GIVE_UP,
        RENEW,
        EXPIRE,
        PROBE,
        KEEP_ALIVE,
        FORGET
    }

    private record Key(Object owner, Kind kind) {}

    private record Entry(Instant at, long order, Key key, Runnable action) {}

    private final Map<Key, Entry> byKey = new HashMap<>();
    private final TreeSet<Entry> byTime =
            new TreeSet<>(Comparator.comparing(Entry::at).thenComparing(Entry::order));
    private long count;

    /// @param owner compared by identity or as it defines itself; disarmed with [#disarmAll]
    void arm(Object owner, Kind kind, Instant at, Runnable action) {
        disarm(owner, kind);
        Entry entry = new Entry(at, count++, new Key(owner, kind), action);
        byKey.put(entry.key(), entry);
        byTime.add(entry);
    }

    void disarm(Object owner, Kind kind) {
        Entry old = byKey.remove(new Key(owner, kind));
        if (old != null) {
            byTime.remove(old);
        }
    }

    void disarmAll(Object owner) {
        for (Kind kind : Kind.values()) {
            disarm(owner, kind);
        }
    }

    Optional<Instant> next() {
        return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().at());
    }

    /// Runs all that is due. An action may arm and disarm; what it arms for now or earlier waits
    /// for the next time, so this ends.
    void runDue(Instant now) {
        long before = count;
        while (!byTime.isEmpty()) {
            Entry first = byTime.first();
            if (first.at().isAfter(now) || first.order() >= before) {
                return;
            }
            disarm(first.key().owner(), first.key().kind());
            first.action().run();
        }
    }

    int size() {
        return byKey.size();
    }
}
