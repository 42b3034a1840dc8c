package org.jipsec.sadb;

import java.util.List;
import java.util.Optional;

/// An entry of the SPD.
///
/// @param priority unsigned 32 bits; the smallest is asked first. See [PolicyPriority]
/// @param rules innermost first, as setkey writes them; may stand, without effect, beside another
/// action than ipsec
/// @param lifetime addtime and usetime after which the policy goes; of these only seconds count
/// @param id `spid`: 0 before a backend has given one
public record Policy(
        Selector selector,
        Direction direction,
        PolicyAction action,
        int priority,
        List<PolicyRule> rules,
        Lifetime lifetime,
        Optional<SecurityContext> context,
        int id) {
    public Policy {
        rules = List.copyOf(rules);
    }

    public static Policy of(
            Selector selector, Direction direction, PolicyAction action, PolicyRule... rules) {
        return new Policy(
                selector,
                direction,
                action,
                PolicyPriority.DEFAULT,
                List.of(rules),
                Lifetime.UNLIMITED,
                Optional.empty(),
                0);
    }

    public Policy withId(int newId) {
        return new Policy(selector, direction, action, priority, rules, lifetime, context, newId);
    }

    public Policy withRules(List<PolicyRule> newRules) {
        return new Policy(selector, direction, action, priority, newRules, lifetime, context, id);
    }

    public Policy withDirection(Direction newDirection) {
        return new Policy(selector, newDirection, action, priority, rules, lifetime, context, id);
    }

    public Policy withPriority(int newPriority) {
        return new Policy(selector, direction, action, newPriority, rules, lifetime, context, id);
    }
}
