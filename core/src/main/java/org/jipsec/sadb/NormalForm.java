package org.jipsec.sadb;

import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// SAs and policies as Linux, and with it the userspace stack, keeps them, however they were asked
/// for.
public final class NormalForm {
    /// `IPSEC_MANUAL_REQID_MAX`
    private static final int MAXIMUM_MANUAL_REQID = PolicyRule.FIRST_AUTOMATIC_REQID - 1;

    private NormalForm() {}

    /// Without ports, which mean nothing in an SA, and never of mode any.
    public static SecurityAssociation of(SecurityAssociation association) {
        boolean plain =
                association.source().port() == 0
                        && association.destination().port() == 0
                        && association.mode() != SaMode.ANY;
        if (plain) {
            return association;
        }
        return association.toBuilder()
                .between(
                        Endpoint.of(association.source().address()),
                        Endpoint.of(association.destination().address()))
                .mode(association.mode() == SaMode.ANY ? SaMode.TRANSPORT : association.mode())
                .build();
    }

    /// Level default is require; only unique has a reqid, and one that is not the user's to give is
    /// replaced; only tunnels have ends, and these no ports; only ipsec has rules, and ipsec
    /// without rules is none. Without an id.
    ///
    /// @param newReqid asked where unique wants one of the system's
    public static Policy of(Policy policy, IntSupplier newReqid) {
        boolean isIpsec = policy.action() == PolicyAction.IPSEC && !policy.rules().isEmpty();
        List<PolicyRule> rules =
                isIpsec
                        ? policy.rules().stream().map(rule -> of(rule, newReqid)).toList()
                        : List.of();
        PolicyAction action =
                policy.action() == PolicyAction.DISCARD || isIpsec
                        ? policy.action()
                        : PolicyAction.NONE;
        return new Policy(
                PolicyKey.of(policy).selector(),
                policy.direction(),
                action,
                policy.priority(),
                rules,
                policy.lifetime(),
                policy.context(),
                0);
    }

    private static PolicyRule of(PolicyRule rule, IntSupplier newReqid) {
        PolicyLevel level =
                rule.level() == PolicyLevel.DEFAULT ? PolicyLevel.REQUIRE : rule.level();
        int reqid = 0;
        if (level == PolicyLevel.UNIQUE) {
            boolean manual =
                    Integer.compareUnsigned(rule.reqid(), MAXIMUM_MANUAL_REQID) <= 0
                            && rule.reqid() != 0;
            reqid = manual ? rule.reqid() : newReqid.getAsInt();
        }
        Optional<PolicyRule.Endpoints> endpoints =
                rule.mode() == SaMode.TUNNEL
                        ? rule.endpoints().map(NormalForm::withoutPorts)
                        : Optional.empty();
        return new PolicyRule(rule.protocol(), rule.mode(), level, reqid, endpoints);
    }

    private static PolicyRule.Endpoints withoutPorts(PolicyRule.Endpoints endpoints) {
        return new PolicyRule.Endpoints(
                Endpoint.of(endpoints.source().address()),
                Endpoint.of(endpoints.destination().address()));
    }
}
