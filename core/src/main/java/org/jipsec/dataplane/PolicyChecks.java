package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.Selector;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// Which policies are let into the SPD, and in what form. The refusals and the form are those of
/// Linux's `af_key`; the sentences are ours.
final class PolicyChecks {
    /// `XFRM_MAX_DEPTH`
    private static final int MAXIMUM_RULES = 6;

    /// `IPSEC_MANUAL_REQID_MAX`
    private static final int MAXIMUM_MANUAL_REQID = PolicyRule.FIRST_AUTOMATIC_REQID - 1;

    private PolicyChecks() {}

    /// Null when there is nothing to refuse.
    static @Nullable Refused refusal(Policy policy) {
        if (policy.direction() == Direction.ANY) {
            return invalid("a policy has a direction");
        }
        return switch (policy.action()) {
            case ENTRUST, BYPASS ->
                    invalid(policy.action().word() + " is for the policies of sockets");
            case DISCARD, NONE -> null;
            case IPSEC -> refusalOfRules(policy);
        };
    }

    private static @Nullable Refused refusalOfRules(Policy policy) {
        if (policy.rules().size() > MAXIMUM_RULES) {
            return invalid("a policy has at most " + MAXIMUM_RULES + " rules");
        }
        for (PolicyRule rule : policy.rules()) {
            Refused refusal = refusal(rule, policy.direction());
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static @Nullable Refused refusal(PolicyRule rule, Direction direction) {
        IpsecProtocol protocol = rule.protocol();
        if (protocol == IpsecProtocol.UNSPEC || protocol == IpsecProtocol.TCP) {
            return invalid("a rule is of esp, ah or ipcomp");
        }
        return switch (rule.mode()) {
            case ANY -> invalid("a rule is of transport or tunnel mode");
            case TRANSPORT -> null;
            case TUNNEL -> refusalOfTunnel(rule, direction);
        };
    }

    private static @Nullable Refused refusalOfTunnel(PolicyRule rule, Direction direction) {
        if (rule.endpoints().isEmpty()) {
            return invalid("a tunnel has two ends");
        }
        PolicyRule.Endpoints endpoints = rule.endpoints().get();
        if (endpoints.source().isIpv4() != endpoints.destination().isIpv4()) {
            return invalid("the ends of a tunnel are of one family");
        }
        if (rule.level() == PolicyLevel.USE && direction == Direction.OUT) {
            return invalid("an outbound tunnel cannot be optional (level use)");
        }
        return null;
    }

    /// As Linux keeps it: level default is require; only unique has a reqid, and one that is not
    /// the user's to give is replaced; only tunnels have ends, and these no ports; only ipsec has
    /// rules, and ipsec without rules is none.
    ///
    /// @param newReqid asked where unique wants one of the system's
    static Policy normal(Policy policy, IntSupplier newReqid) {
        boolean isIpsec = policy.action() == PolicyAction.IPSEC && !policy.rules().isEmpty();
        List<PolicyRule> rules =
                isIpsec
                        ? policy.rules().stream().map(rule -> normal(rule, newReqid)).toList()
                        : List.of();
        PolicyAction action =
                policy.action() == PolicyAction.DISCARD || isIpsec
                        ? policy.action()
                        : PolicyAction.NONE;
        return new Policy(
                normal(policy.selector()),
                policy.direction(),
                action,
                policy.priority(),
                rules,
                policy.lifetime(),
                policy.context(),
                0);
    }

    /// Linux's 0 for any protocol is PF_KEY's 255.
    static Selector normal(Selector selector) {
        return selector.protocol() == 0
                ? new Selector(
                        selector.source(),
                        selector.sourcePort(),
                        selector.destination(),
                        selector.destinationPort(),
                        Selector.ANY_PROTOCOL)
                : selector;
    }

    private static PolicyRule normal(PolicyRule rule, IntSupplier newReqid) {
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
                        ? rule.endpoints().map(PolicyChecks::withoutPorts)
                        : Optional.empty();
        return new PolicyRule(rule.protocol(), rule.mode(), level, reqid, endpoints);
    }

    private static PolicyRule.Endpoints withoutPorts(PolicyRule.Endpoints endpoints) {
        return new PolicyRule.Endpoints(
                Endpoint.of(endpoints.source().address()),
                Endpoint.of(endpoints.destination().address()));
    }

    private static Refused invalid(String why) {
        return new Refused(Errno.EINVAL, why);
    }
}
