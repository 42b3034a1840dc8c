package org.jipsec.ike;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.Selector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Policies that were made for peers (`generate_policy`), and how many phase 2s rest on each: while
/// SAs are renewed that is two, and the policy goes with the last.
final class GeneratedPolicies {
    private record Key(Selector selector, Direction direction) {
        static Key of(Policy policy) {
            return new Key(policy.selector(), policy.direction());
        }
    }

    private final Map<Key, Integer> holders = new HashMap<>();

    void hold(List<Policy> policies) {
        policies.forEach(policy -> holders.merge(Key.of(policy), 1, Integer::sum));
    }

    /// @return those that nothing rests on any more
    List<Policy> release(List<Policy> policies) {
        List<Policy> unused = new ArrayList<>();
        for (Policy policy : policies) {
            if (holders.merge(Key.of(policy), -1, Integer::sum) == 0) {
                holders.remove(Key.of(policy));
                unused.add(policy);
            }
        }
        return unused;
    }

    boolean holds(Policy policy) {
        return holders.containsKey(Key.of(policy));
    }
}
