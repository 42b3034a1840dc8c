package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/// The policies of one direction and one family, searched by tuples (Srinivasan, Suri, Varghese:
/// "Packet classification using tuple space search", 1999): policies that look at the same bits
/// share a hash table, so a search costs one probe for each such shape, of which real SPDs have a
/// handful or two whatever their size. Tuples are asked in the order of the best policy that may be
/// in them; the search ends when none of the rest can beat what was found.
///
/// One writer at a time; readers need no lock.
final class PolicyClassifier {
    private static final Comparator<PolicyTuple> BY_RANK =
            (left, right) ->
                    PolicyRecord.precedes(
                                    left.priority, left.ordinal, right.priority, right.ordinal)
                            ? -1
                            : PolicyRecord.precedes(
                                            right.priority,
                                            right.ordinal,
                                            left.priority,
                                            left.ordinal)
                                    ? 1
                                    : 0;

    private final Map<PolicyTuple.Shape, PolicyTuple> byShape = new HashMap<>();
    private volatile Ranking ranking = new Ranking(new PolicyTuple[0]);

    /// The tuples, the one of the best possible policy first, and these ranks as they were when it
    /// was made.
    private static final class Ranking {
        final PolicyTuple[] tuples;
        final int[] priorities;
        final long[] ordinals;

        Ranking(PolicyTuple[] tuples) {
            this.tuples = tuples;
            priorities = new int[tuples.length];
            ordinals = new long[tuples.length];
            for (int i = 0; i < tuples.length; i++) {
                priorities[i] = tuples[i].priority;
                ordinals[i] = tuples[i].ordinal;
            }
        }
    }

    @Nullable PolicyRecord find(FlowKey flow) {
        Ranking ranks = ranking;
        PolicyTuple[] tuples = ranks.tuples;
        long service = PolicyTuple.service(flow.protocol, flow.sourcePort, flow.destinationPort);
        PolicyRecord best = null;
        int priority = 0;
        long ordinal = 0;
        for (int i = 0; i < tuples.length; i++) {
            if (best != null
                    && !PolicyRecord.precedes(
                            ranks.priorities[i], ranks.ordinals[i], priority, ordinal)) {
                break;
            }
            PolicyTuple tuple = tuples[i];
            if (!flow.portsKnown && tuple.needsPorts()) {
                continue;
            }
            PolicyRecord found = tuple.find(flow, service);
            if (found != null && (best == null || found.precedes(best))) {
                best = found;
                priority = found.policy().priority();
                ordinal = found.ordinal;
            }
        }
        return best;
    }

    void add(PolicyRecord record) {
        PolicyTuple.Shape shape = PolicyTuple.Shape.of(record.policy().selector());
        int priority = record.policy().priority();
        PolicyTuple tuple = byShape.get(shape);
        if (tuple == null) {
            tuple = new PolicyTuple(shape);
            tuple.priority = priority;
            tuple.ordinal = record.ordinal;
            tuple.add(record);
            byShape.put(shape, tuple);
            rank();
            return;
        }
        tuple.add(record);
        if (PolicyRecord.precedes(priority, record.ordinal, tuple.priority, tuple.ordinal)) {
            tuple.priority = priority;
            tuple.ordinal = record.ordinal;
            rank();
        }
    }

    void remove(PolicyRecord record) {
        PolicyTuple.Shape shape = PolicyTuple.Shape.of(record.policy().selector());
        PolicyTuple tuple = byShape.get(shape);
        if (tuple == null) {
            return;
        }
        tuple.remove(record);
        if (tuple.isEmpty()) {
            byShape.remove(shape);
            rank();
        }
    }

    void clear() {
        byShape.clear();
        rank();
    }

    /// How many shapes there are: the most probes a search can take.
    int tuples() {
        return byShape.size();
    }

    private void rank() {
        PolicyTuple[] tuples = byShape.values().toArray(new PolicyTuple[0]);
        Arrays.sort(tuples, BY_RANK);
        ranking = new Ranking(tuples);
    }
}
