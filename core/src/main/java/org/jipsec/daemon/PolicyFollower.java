package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.util.Collection;

/// Keeps the policies in turn, and with them the plans of the filter and of the routes, up to date
/// with what the SPD tells. For one thread.
final class PolicyFollower {
    private final PolicyTurns turns = new PolicyTurns();
    private final FilterPlanner filter = new FilterPlanner(turns);
    private final DiversionPlanner routes = new DiversionPlanner();

    PolicyTurns turns() {
        return turns;
    }

    FilterPlanner filter() {
        return filter;
    }

    DiversionPlanner routes() {
        return routes;
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
                switch (change) {
                    case ADDED -> add(policy);
                    case UPDATED -> {
                        Policy old = turns.update(policy);
                        filter.updated(old, policy);
                        forgetRoute(old);
                        wantRoute(policy);
                    }
                    case DELETED -> {
                        forgetRoute(turns.remove(policy));
                        filter.removed(policy);
                    }
                }
            }
            case SadbEvent.PoliciesFlushed() -> {
                turns.clear();
                filter.cleared();
                routes.cleared();
            }
            case SadbEvent.Acquire _,
                    SadbEvent.Expire _,
                    SadbEvent.Mapping _,
                    SadbEvent.SaChanged _,
                    SadbEvent.SasFlushed _ -> {}
        }
    }

    private void add(Policy policy) {
        filter.added(policy, turns.add(policy));
        wantRoute(policy);
    }

    private void wantRoute(Policy policy) {
        if (policy.direction() == Direction.OUT) {
            routes.added(policy);
        }
    }

    private void forgetRoute(@Nullable Policy policy) {
        if (policy != null && policy.direction() == Direction.OUT) {
            routes.removed(policy);
        }
    }
}
