package org.jipsec.dataplane;

import org.jipsec.sadb.Statistics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// What the packet path has done, counted since its start; written by its threads, read by anyone.
public final class PacketCounters {
    /// What is counted besides drops.
    public enum Event {
        FROM_HOST("packets-from-host"),
        SENT_PROTECTED("packets-sent-protected"),
        SENT_CLEAR("packets-sent-clear"),
        FROM_WIRE("packets-from-wire"),
        RECEIVED_PROTECTED("packets-received-protected"),
        RECEIVED_CLEAR("packets-received-clear"),
        FORWARDED("packets-forwarded"),
        HELD("packets-held"),
        ERRORS_TO_HOST("icmp-errors-to-host"),
        ERRORS_TO_SENDERS("icmp-errors-to-senders"),
        ERRORS_SUPPRESSED("icmp-errors-suppressed"),
        ACQUIRES("acquires"),
        ACQUIRES_SUPPRESSED("acquires-suppressed");

        private final String word;

        Event(String word) {
            this.word = word;
        }

        /// Lower case with hyphens; never changes.
        public String word() {
            return word;
        }
    }

    private final Map<Event, LongAdder> events = adders(Event.class);
    private final Map<DropReason, LongAdder> drops = adders(DropReason.class);

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            adders.put(constant, new LongAdder());
        }
        return adders;
    }

    private static <E> LongAdder adder(Map<E, LongAdder> adders, E constant) {
        return Objects.requireNonNull(adders.get(constant));
    }

    void count(Event event) {
        adder(events, event).increment();
    }

    void count(DropReason reason) {
        adder(drops, reason).increment();
    }

    void count(DropReason reason, long packets) {
        adder(drops, reason).add(packets);
    }

    public long of(Event event) {
        return adder(events, event).sum();
    }

    public long of(DropReason reason) {
        return adder(drops, reason).sum();
    }

    List<Statistics.Counter> counters() {
        List<Statistics.Counter> counters = new ArrayList<>();
        for (Event event : Event.values()) {
            counters.add(new Statistics.Counter(event.word(), of(event)));
        }
        return counters;
    }

    List<Statistics.Drop> drops() {
        List<Statistics.Drop> all = new ArrayList<>();
        for (DropReason reason : DropReason.values()) {
            all.add(new Statistics.Drop(reason.word(), reason.sentence(), of(reason)));
        }
        return all;
    }
}
