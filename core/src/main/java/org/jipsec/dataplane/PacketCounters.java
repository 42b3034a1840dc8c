package org.jipsec.dataplane;

import org.jipsec.sadb.Statistics;

import java.util.ArrayList;
import java.util.List;
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

    private final LongAdder[] events = adders(Event.values().length);
    private final LongAdder[] drops = adders(DropReason.values().length);

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    void count(Event event) {
        events[event.ordinal()].increment();
    }

    void count(DropReason reason) {
        drops[reason.ordinal()].increment();
    }

    void count(DropReason reason, long packets) {
        drops[reason.ordinal()].add(packets);
    }

    public long of(Event event) {
        return events[event.ordinal()].sum();
    }

    public long of(DropReason reason) {
        return drops[reason.ordinal()].sum();
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
