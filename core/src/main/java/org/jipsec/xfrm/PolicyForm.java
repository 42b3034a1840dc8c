package org.jipsec.xfrm;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A policy as af_key would give it to the kernel: level default is require; only unique has a
/// request id, and one that is not the user's to give is replaced; only tunnels have ends, and
/// these no ports; only ipsec has rules.
final class PolicyForm {
    /// `IPSEC_MANUAL_REQID_MAX`
    private static final int MAXIMUM_MANUAL = PolicyRule.FIRST_AUTOMATIC_REQID - 1;

    private PolicyForm() {}

    /// Gives a request id that no policy has.
    @FunctionalInterface
    interface RequestIds {
        int next() throws IOException;
    }

    static Policy of(Policy policy, RequestIds ids) throws IOException {
        List<PolicyRule> rules = new ArrayList<>(policy.rules().size());
        if (policy.action() == PolicyAction.IPSEC) {
            for (PolicyRule rule : policy.rules()) {
                rules.add(of(rule, ids));
            }
        }
        return policy.withRules(rules);
    }

    private static PolicyRule of(PolicyRule rule, RequestIds ids) throws IOException {
        PolicyLevel level =
                rule.level() == PolicyLevel.DEFAULT ? PolicyLevel.REQUIRE : rule.level();
        int reqid = 0;
        if (level == PolicyLevel.UNIQUE) {
            boolean isManual =
                    rule.reqid() != 0 && Integer.compareUnsigned(rule.reqid(), MAXIMUM_MANUAL) <= 0;
            reqid = isManual ? rule.reqid() : ids.next();
        }
        Optional<PolicyRule.Endpoints> ends =
                rule.mode() == SaMode.TUNNEL
                        ? rule.endpoints().map(PolicyForm::withoutPorts)
                        : Optional.empty();
        return new PolicyRule(rule.protocol(), rule.mode(), level, reqid, ends);
    }

    private static PolicyRule.Endpoints withoutPorts(PolicyRule.Endpoints ends) {
        return new PolicyRule.Endpoints(
                Endpoint.of(ends.source().address()), Endpoint.of(ends.destination().address()));
    }
}
