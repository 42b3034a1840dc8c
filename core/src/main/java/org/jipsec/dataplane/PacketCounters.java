package org.jipsec.dataplane;

import org.jipsec.sadb.Statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

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

    private final List<PacketTally> tallies = new CopyOnWriteArrayList<>();

    /// One for a thread, and for as long as these counters are.
    PacketTally newTally() {
        PacketTally tally = new PacketTally();
        tallies.add(tally);
        return tally;
    }

    public long of(Event event) {
        long sum = 0;
        for (PacketTally tally : tallies) {
            sum += tally.of(event);
        }
        return sum;
    }

    public long of(DropReason reason) {
        long sum = 0;
        for (PacketTally tally : tallies) {
            sum += tally.of(reason);
        }
        return sum;
    }

    List<Statistics.Counter> counters() {
        List<Statistics.Counter> counters = new ArrayList<>();
        for (Event event : Event.values()) {
            counters.add(new Statistics.Counter(event.word(), of(event)));
        }
        return counters;
    }

    /// @param besides what was counted elsewhere
    List<Statistics.Drop> drops(Map<DropReason, Long> besides) {
        List<Statistics.Drop> all = new ArrayList<>();
        for (DropReason reason : DropReason.values()) {
            long packets = of(reason) + besides.getOrDefault(reason, 0L);
            all.add(new Statistics.Drop(reason.word(), reason.sentence(), packets));
        }
        return all;
    }
}
