package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/// The policies of one direction and one family, searched by tuples (Srinivasan, Suri, Varghese:
/// "Packet classification using tuple space search", SIGCOMM 1999): policies that look at the same
/// bits share a hash table, so one probe finds the policies of a shape. Which shapes to probe,
/// usually one or two, two [PrefixFilter]s tell by the packet's addresses.
///
/// One writer at a time; readers need no lock. A reader sees a policy that is added or removed
/// while he searches or does not; those that stay he always sees.
final class PolicyClassifier {
    /// Numbers of tuples for the filters.
    private static final int NUMBERS = 32;

    private final boolean ipv4;
    private final Map<PolicyTuple.Shape, PolicyTuple> byShape = new HashMap<>();
    private final int[] uses = new int[NUMBERS];
    private int size;

    /// How many the filters have room for, and how many removals they still remember.
    private int room;

    private int stale;
    private volatile Plan plan;

    /// What readers go by; replaced when a shape comes or goes or a filter has become too small.
    ///
    /// @param tuples by their number in the filters
    private record Plan(PrefixFilter sources, PrefixFilter destinations, PolicyTuple[][] tuples) {}

    PolicyClassifier(boolean ipv4) {
        this.ipv4 = ipv4;
        room = NUMBERS;
        plan = plan(new PrefixFilter(ipv4, room), new PrefixFilter(ipv4, room));
    }

    @Nullable PolicyEntry find(FlowKey flow) {
        Plan current = plan;
        int candidates =
                current.sources.candidates(flow.sourceHigh, flow.sourceLow)
                        & current.destinations.candidates(
                                flow.destinationHigh, flow.destinationLow);
        long service = PolicyTuple.service(flow.protocol, flow.sourcePort, flow.destinationPort);
        PolicyEntry best = null;
        while (candidates != 0) {
            for (PolicyTuple tuple : current.tuples[Integer.numberOfTrailingZeros(candidates)]) {
                best = tuple.better(flow, service, best);
            }
            candidates &= candidates - 1;
        }
        return best;
    }

    void add(PolicyEntry entry) {
        size++;
        PolicyTuple.Shape shape = PolicyTuple.Shape.of(entry.policy().selector());
        PolicyTuple tuple = byShape.get(shape);
        boolean isNew = tuple == null;
        if (tuple == null) {
            tuple = new PolicyTuple(shape, leastUsedNumber(), entry);
            byShape.put(shape, tuple);
            uses[tuple.number()]++;
        }
        tuple.add(entry);
        Plan current = plan;
        if (size + stale > room) {
            refill(size * 2);
        } else {
            admit(entry, tuple.number(), current);
            // Written even when it stays the same: who reads the plan from now on sees the filters'
            // new bits.
            plan = isNew ? plan(current.sources, current.destinations) : current;
        }
    }

    /// A reader finds one of the two at any time.
    ///
    /// @param now of the same selector
    void replace(PolicyEntry old, PolicyEntry now) {
        PolicyTuple tuple = byShape.get(PolicyTuple.Shape.of(now.policy().selector()));
        if (tuple == null) {
            throw new IllegalStateException("no tuple for a policy that is there");
        }
        tuple.replace(old, now);
    }

    void remove(PolicyEntry entry) {
        PolicyTuple tuple = byShape.get(PolicyTuple.Shape.of(entry.policy().selector()));
        if (tuple == null) {
            return;
        }
        tuple.remove(entry);
        size--;
        stale++;
        boolean isLast = tuple.size() == 0;
        if (isLast) {
            byShape.remove(tuple.shape());
            uses[tuple.number()]--;
        }
        if (stale > size + NUMBERS) {
            refill(size);
        } else if (isLast) {
            plan = plan(plan.sources, plan.destinations);
        }
    }

    void clear() {
        byShape.clear();
        Arrays.fill(uses, 0);
        size = 0;
        refill(0);
    }

    /// How many shapes there are: the most probes a search can take.
    int shapes() {
        return byShape.size();
    }

    private int leastUsedNumber() {
        int least = 0;
        for (int i = 1; i < NUMBERS; i++) {
            least = uses[i] < uses[least] ? i : least;
        }
        return least;
    }

    private void refill(int wantedRoom) {
        room = Math.max(wantedRoom, NUMBERS);
        stale = 0;
        Plan refilled = plan(new PrefixFilter(ipv4, room), new PrefixFilter(ipv4, room));
        for (PolicyTuple tuple : byShape.values()) {
            tuple.forEach(entry -> admit(entry, tuple.number(), refilled));
        }
        plan = refilled;
    }

    private Plan plan(PrefixFilter sources, PrefixFilter destinations) {
        PolicyTuple[][] tuples = new PolicyTuple[NUMBERS][];
        for (int i = 0; i < NUMBERS; i++) {
            tuples[i] = new PolicyTuple[uses[i]];
        }
        int[] filled = new int[NUMBERS];
        int alwaysBySource = 0;
        int alwaysByDestination = 0;
        for (PolicyTuple tuple : byShape.values()) {
            int number = tuple.number();
            tuples[number][filled[number]++] = tuple;
            alwaysBySource |= tuple.shape().sourceLength() == 0 ? 1 << number : 0;
            alwaysByDestination |= tuple.shape().destinationLength() == 0 ? 1 << number : 0;
        }
        return new Plan(
                sources.of(lengths(PolicyTuple.Shape::sourceLength), alwaysBySource),
                destinations.of(lengths(PolicyTuple.Shape::destinationLength), alwaysByDestination),
                tuples);
    }

    private int[] lengths(ToIntFunction<PolicyTuple.Shape> length) {
        return byShape.keySet().stream()
                .mapToInt(length)
                .filter(bits -> bits != 0)
                .distinct()
                .toArray();
    }

    private static void admit(PolicyEntry entry, int number, Plan plan) {
        plan.sources.add(entry.policy().selector().source(), number);
        plan.destinations.add(entry.policy().selector().destination(), number);
    }
}
