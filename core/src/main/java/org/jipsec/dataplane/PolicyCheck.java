package org.jipsec.dataplane;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// Whether what was done to a received packet is what its policy asks for (RFC 4301 5.2, as Linux
/// reads it): the rules must be met in their order, from the outermost on. More transport mode than
/// asked for does no harm; a tunnel that no rule names does, for the packet may claim to come from
/// anywhere.
///
/// A rule of level use may be unmet, and so may one of IPComp: what does not shrink is sent as it
/// is (RFC 3173 2.2).
final class PolicyCheck {
    private PolicyCheck() {}

    /// @param verdict whose steps are what was done
    /// @return null, or why the packet is to be dropped
    static @Nullable DropReason check(@Nullable PolicyEntry entry, Verdict verdict) {
        if (entry == null) {
            return unwantedTunnel(verdict, 0);
        }
        return switch (entry.policy().action()) {
            case DISCARD -> DropReason.POLICY_DISCARD;
            case NONE, BYPASS, ENTRUST -> unwantedTunnel(verdict, 0);
            case IPSEC -> match(entry.policy().rules(), verdict);
        };
    }

    private static @Nullable DropReason unwantedTunnel(Verdict verdict, int from) {
        for (int i = from; i < verdict.stepCount(); i++) {
            if (verdict.step(i).isTunnel()) {
                return DropReason.POLICY_UNWANTED_TUNNEL;
            }
        }
        return null;
    }

    private static @Nullable DropReason match(List<PolicyRule> rules, Verdict verdict) {
        int next = 0;
        for (int i = rules.size() - 1; i >= 0; i--) {
            PolicyRule rule = rules.get(i);
            int met = find(rule, verdict, next);
            if (met >= 0) {
                next = met + 1;
            } else if (!isOptional(rule)) {
                return DropReason.POLICY_UNPROTECTED;
            }
        }
        return unwantedTunnel(verdict, next);
    }

    /// The first step from `from` on that meets the rule, with no other tunnel before it; or -1.
    private static int find(PolicyRule rule, Verdict verdict, int from) {
        for (int i = from; i < verdict.stepCount(); i++) {
            ActiveSa step = verdict.step(i);
            if (meets(step, rule)) {
                return i;
            }
            if (step.isTunnel()) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isOptional(PolicyRule rule) {
        return rule.level() == PolicyLevel.USE || rule.protocol() == IpsecProtocol.IPCOMP;
    }

    private static boolean meets(ActiveSa step, PolicyRule rule) {
        SecurityAssociation sa = step.association();
        boolean tunnel = rule.mode() == SaMode.TUNNEL;
        if (sa.protocol() != rule.protocol()
                || step.isTunnel() != tunnel
                || (rule.reqid() != 0 && rule.reqid() != sa.reqid())) {
            return false;
        }
        if (!tunnel || rule.endpoints().isEmpty()) {
            return true;
        }
        PolicyRule.Endpoints ends = rule.endpoints().get();
        return ends.source().address().equals(sa.source().address())
                && ends.destination().address().equals(sa.destination().address());
    }
}
