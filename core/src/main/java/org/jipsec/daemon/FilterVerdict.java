package org.jipsec.daemon;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;

/// What becomes of a packet in clear text.
enum FilterVerdict {
    ACCEPT,
    DROP;

    /// What a policy wants for packets that came without protection. It is optional where the level
    /// is use, and for IPComp, which leaves alone what does not shrink (RFC 3173 2.2).
    static FilterVerdict of(Policy policy) {
        return switch (policy.action()) {
            case DISCARD -> DROP;
            case NONE, ENTRUST, BYPASS -> ACCEPT;
            case IPSEC ->
                    policy.rules().stream().allMatch(FilterVerdict::isOptional) ? ACCEPT : DROP;
        };
    }

    private static boolean isOptional(PolicyRule rule) {
        return rule.level() == PolicyLevel.USE || rule.protocol() == IpsecProtocol.IPCOMP;
    }
}
