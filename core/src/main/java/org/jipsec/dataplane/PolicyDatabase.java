package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/// The SPD: every policy by its selector, by its id, in the order of arrival, and in a
/// [PolicyClassifier] for each direction and family.
///
/// Changed under the engine's lock; the [PolicyLookup] part is read by the packet path without it.
final class PolicyDatabase implements PolicyLookup {
    /// What Linux tells policies of one direction apart by.
    private record Key(Direction direction, Selector selector, Optional<SecurityContext> context) {
        static Key of(Policy policy) {
            return new Key(policy.direction(), policy.selector(), policy.context());
        }
    }

    private final PolicyClassifier[] classifiers = new PolicyClassifier[8];

    /// How many policies of each direction look at ports. Never less than the packet path can meet,
    /// or a fragment would be judged without the ports of its first.
    private final AtomicIntegerArray withPorts = new AtomicIntegerArray(4);

    /// Likewise, at the protocol.
    private final AtomicIntegerArray withProtocol = new AtomicIntegerArray(4);

    private final Map<Key, PolicyRecord> byKey = new HashMap<>();
    private final Map<Integer, PolicyRecord> byId = new HashMap<>();
    private final Map<Integer, Integer> reqids = new HashMap<>();
    private @Nullable PolicyRecord newest;
    private int nextIndex;
    private int lastReqid = PolicyRule.FIRST_AUTOMATIC_REQID - 1;
    private long nextOrdinal;

    PolicyDatabase() {
        for (int i = 0; i < classifiers.length; i++) {
            classifiers[i] = new PolicyClassifier(i % 2 == 1);
        }
    }

    @Override
    public @Nullable PolicyEntry find(Direction direction, FlowKey flow) {
        return classifier(direction, flow.ipv4).find(flow);
    }

    @Override
    public boolean selectsByPort(Direction direction) {
        return withPorts.get(direction.number()) != 0;
    }

    @Override
    public boolean selectsByProtocol(Direction direction) {
        return withProtocol.get(direction.number()) != 0;
    }

    /// The same policies with the same counters, in the same turn and with the same numbers to
    /// come.
    PolicyDatabase copy() {
        PolicyDatabase copy = blank();
        all().reversed()
                .forEach(
                        record -> {
                            PolicyEntry entry = record.entry;
                            Policy policy = entry.policy();
                            copy.countSelectors(policy, 1);
                            copy.classifier(policy.direction(), policy.selector().isIpv4())
                                    .add(entry);
                            copy.remember(new PolicyRecord(entry));
                        });
        return copy;
    }

    /// Without policies, but with the numbers to come.
    PolicyDatabase blank() {
        PolicyDatabase blank = new PolicyDatabase();
        blank.nextIndex = nextIndex;
        blank.lastReqid = lastReqid;
        blank.nextOrdinal = nextOrdinal;
        return blank;
    }

    int size() {
        return byKey.size();
    }

    /// How many probes a search can take at most.
    int shapes(Direction direction, boolean ipv4) {
        return classifier(direction, ipv4).shapes();
    }

    @Nullable PolicyRecord find(Policy policy) {
        return byKey.get(Key.of(policy));
    }

    @Nullable PolicyRecord find(int id) {
        return byId.get(id);
    }

    /// @param policy without an id and with a selector that no policy of its direction has
    PolicyRecord add(Policy policy, long nowMillis) {
        return insert(policy.withId(newId(policy.direction())), nextOrdinal++, nowMillis);
    }

    /// Puts `policy` in the place of `old`, of which it takes the id and, with an unchanged
    /// priority, the turn among its equals. The packet path meets one of the two at any time.
    PolicyRecord replace(PolicyRecord old, Policy policy, long nowMillis) {
        boolean sameTurn = policy.priority() == old.policy().priority();
        Policy numbered = policy.withId(old.policy().id());
        long ordinal = sameTurn ? old.entry.ordinal() : nextOrdinal++;
        PolicyClassifier classifier = classifier(policy.direction(), policy.selector().isIpv4());
        PolicyRecord record = new PolicyRecord(new PolicyEntry(numbered, nowMillis, ordinal));
        classifier.replace(old.entry, record.entry);
        forget(old);
        remember(record);
        return record;
    }

    void remove(PolicyRecord record) {
        Policy policy = record.policy();
        classifier(policy.direction(), policy.selector().isIpv4()).remove(record.entry);
        countSelectors(policy, -1);
        forget(record);
    }

    void clear() {
        for (PolicyClassifier classifier : classifiers) {
            classifier.clear();
        }
        for (int i = 0; i < withPorts.length(); i++) {
            withPorts.set(i, 0);
            withProtocol.set(i, 0);
        }
        byKey.clear();
        byId.clear();
        reqids.clear();
        newest = null;
    }

    /// From the newest to the oldest.
    void forEach(Consumer<PolicyRecord> action) {
        for (PolicyRecord record = newest; record != null; record = record.older) {
            action.accept(record);
        }
    }

    List<PolicyRecord> all() {
        List<PolicyRecord> all = new ArrayList<>(size());
        forEach(all::add);
        return all;
    }

    /// In the order in which they are asked.
    List<Policy> inTurn() {
        List<PolicyRecord> all = all();
        all.sort(
                (left, right) ->
                        left.entry.precedes(right.entry)
                                ? -1
                                : right.entry.precedes(left.entry) ? 1 : 0);
        return all.stream().map(PolicyRecord::policy).toList();
    }

    /// One that no policy has, above those that a user may write.
    int newReqid() {
        do {
            lastReqid++;
            if (lastReqid == 0) {
                lastReqid = PolicyRule.FIRST_AUTOMATIC_REQID;
            }
        } while (reqids.containsKey(lastReqid));
        return lastReqid;
    }

    private PolicyRecord insert(Policy policy, long ordinal, long nowMillis) {
        PolicyRecord record = new PolicyRecord(new PolicyEntry(policy, nowMillis, ordinal));
        countSelectors(policy, 1);
        classifier(policy.direction(), policy.selector().isIpv4()).add(record.entry);
        remember(record);
        return record;
    }

    private void remember(PolicyRecord record) {
        Policy policy = record.policy();
        byKey.put(Key.of(policy), record);
        byId.put(policy.id(), record);
        for (PolicyRule rule : policy.rules()) {
            if (rule.reqid() != 0) {
                reqids.merge(rule.reqid(), 1, Integer::sum);
            }
        }
        PolicyRecord head = newest;
        record.older = head;
        if (head != null) {
            head.newer = record;
        }
        newest = record;
    }

    private void forget(PolicyRecord record) {
        Policy policy = record.policy();
        byKey.remove(Key.of(policy));
        byId.remove(policy.id());
        for (PolicyRule rule : policy.rules()) {
            if (rule.reqid() != 0) {
                reqids.computeIfPresent(rule.reqid(), (reqid, uses) -> uses == 1 ? null : uses - 1);
            }
        }
        PolicyRecord newer = record.newer;
        PolicyRecord older = record.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older != null) {
            older.newer = newer;
        }
    }

    private void countSelectors(Policy policy, int change) {
        Selector selector = policy.selector();
        if (selector.sourcePort() != 0 || selector.destinationPort() != 0) {
            withPorts.addAndGet(policy.direction().number(), change);
        }
        if (selector.protocol() != Selector.ANY_PROTOCOL) {
            withProtocol.addAndGet(policy.direction().number(), change);
        }
    }

    /// As Linux numbers them: a multiple of 8 plus 0 for in, 1 for out, 2 for fwd; never 0.
    private int newId(Direction direction) {
        while (true) {
            int id = nextIndex | (direction.number() - Direction.IN.number());
            nextIndex += 8;
            if (id == 0) {
                id = 8;
            }
            if (!byId.containsKey(id)) {
                return id;
            }
        }
    }

    private PolicyClassifier classifier(Direction direction, boolean ipv4) {
        return classifiers[direction.number() * 2 + (ipv4 ? 1 : 0)];
    }
}
