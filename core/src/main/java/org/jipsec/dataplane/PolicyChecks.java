package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbReply.Refused;
import org.jspecify.annotations.Nullable;

/// Which policies are let into the SPD, and in what form. The refusals and the form are those of
/// Linux's `af_key`; the sentences are ours.
final class PolicyChecks {
    /// `XFRM_MAX_DEPTH`
    private static final int MAXIMUM_RULES = 6;

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

    private static Refused invalid(String why) {
        return new Refused(Errno.EINVAL, why);
    }
}
