package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbEvent;

import java.util.Collection;

/// Keeps the policies in turn and the plan of the filter up to date with what the SPD tells. For
/// one thread.
final class PolicyFollower {
    private final PolicyTurns turns = new PolicyTurns();
    private final FilterPlanner filter = new FilterPlanner(turns);
    private boolean outboundChanged = true;

    PolicyTurns turns() {
        return turns;
    }

    FilterPlanner filter() {
        return filter;
    }

    /// Whether policies `out` have changed since this was last asked.
    boolean takeOutboundChanged() {
        boolean changed = outboundChanged;
        outboundChanged = false;
        return changed;
    }

    /// Policies that were there before.
    ///
    /// @param policies in turn
    void begin(Collection<Policy> policies) {
        policies.forEach(this::add);
    }

    void heed(SadbEvent event) {
        switch (event) {
            case SadbEvent.PolicyChanged(var change, var snapshot) -> {
                Policy policy = snapshot.policy();
                outboundChanged |= policy.direction() == Direction.OUT;
                switch (change) {
                    case ADDED -> add(policy);
                    case UPDATED -> filter.updated(turns.update(policy), policy);
                    case DELETED -> {
                        turns.remove(policy);
                        filter.removed(policy);
                    }
                }
            }
            case SadbEvent.PoliciesFlushed() -> {
                outboundChanged = true;
                turns.clear();
                filter.cleared();
            }
            case SadbEvent.Acquire _,
                    SadbEvent.Expire _,
                    SadbEvent.Mapping _,
                    SadbEvent.SaChanged _,
                    SadbEvent.SasFlushed _ -> {}
        }
    }

    private void add(Policy policy) {
        outboundChanged |= policy.direction() == Direction.OUT;
        filter.added(policy, turns.add(policy));
    }
}
