package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.Optional;

/// Policies and their parts from short texts.
final class TestPolicies {
    private TestPolicies() {}

    static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    /// `10.0.0.0/8`, or an address alone.
    static Prefix prefix(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? Prefix.host(address(text))
                : new Prefix(
                        address(text.substring(0, slash)),
                        Integer.parseInt(text.substring(slash + 1)));
    }

    static Selector between(String source, String destination) {
        return Selector.between(prefix(source), prefix(destination));
    }

    static Policy none(Direction direction, Selector selector) {
        return Policy.of(selector, direction, PolicyAction.NONE);
    }

    static Policy discard(Direction direction, Selector selector) {
        return Policy.of(selector, direction, PolicyAction.DISCARD);
    }

    static Policy esp(Direction direction, Selector selector) {
        return Policy.of(selector, direction, PolicyAction.IPSEC, transport(PolicyLevel.REQUIRE));
    }

    static Policy espIfThere(Direction direction, Selector selector) {
        return Policy.of(selector, direction, PolicyAction.IPSEC, transport(PolicyLevel.USE));
    }

    static PolicyRule transport(PolicyLevel level) {
        return new PolicyRule(IpsecProtocol.ESP, SaMode.TRANSPORT, level, 0, Optional.empty());
    }

    static PolicyRule tunnel(String source, String destination) {
        return new PolicyRule(
                IpsecProtocol.ESP,
                SaMode.TUNNEL,
                PolicyLevel.REQUIRE,
                0,
                Optional.of(
                        new PolicyRule.Endpoints(
                                Endpoint.of(address(source)), Endpoint.of(address(destination)))));
    }

    static Policy tunnelled(Direction direction, Selector selector, PolicyRule... rules) {
        return Policy.of(selector, direction, PolicyAction.IPSEC, rules);
    }
}
