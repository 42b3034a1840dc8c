package org.jipsec.ike.settings;

import org.jipsec.wire.Secret;

import java.util.Optional;

/// `ldapcfg`.
///
/// @param version of the protocol, 2 or 3
/// @param subtree whether to search below `base` too
/// @param bindPassword empty where there is none
/// @param groupAttribute of `attr_group`
public record LdapSettings(
        int version,
        String host,
        int port,
        Optional<String> base,
        boolean subtree,
        Optional<String> bindName,
        Secret bindPassword,
        String userAttribute,
        String addressAttribute,
        String maskAttribute,
        Optional<String> groupAttribute,
        String memberAttribute) {
    public static final LdapSettings DEFAULTS =
            new LdapSettings(
                    3,
                    "localhost",
                    389,
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Secret.EMPTY,
                    "cn",
                    "racoon-address",
                    "racoon-netmask",
                    Optional.empty(),
                    "member");
}
