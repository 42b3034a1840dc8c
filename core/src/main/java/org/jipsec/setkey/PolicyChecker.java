package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaMode;

import java.util.Optional;

/// Holds one policy against what policies can be.
final class PolicyChecker {
    private static final long LAST_MANUAL_REQID = 0x3fff;
    private static final long MOST_MINUS_FROM_BASE = 1_073_741_823L;
    private static final long MOST_PLUS_FROM_BASE = 1_073_741_824L;
    private static final long MOST_MINUS = 2_147_483_647L;
    private static final long MOST_PLUS = 2_147_483_648L;

    private final Capabilities capabilities;
    private final Diagnostics problems;

    PolicyChecker(Capabilities capabilities, Diagnostics problems) {
        this.capabilities = capabilities;
        this.problems = problems;
    }

    /// @param delete of a policy only target and direction then count
    void check(Target target, PolicyText policy, boolean delete) {
        switch (target) {
            case Target.Tagged tagged ->
                    problems.report(
                            Code.TAGGED_POLICY
                                    .at(
                                            tagged.span(),
                                            "policies for tagged packets are KAME's only")
                                    .hint("write addresses and a protocol instead"));
            case Target.Packets packets ->
                    packets.context()
                            .ifPresent(
                                    context ->
                                            SetkeyChecker.context(context, capabilities, problems));
        }
        policy.priority().ifPresent(this::priority);
        for (PolicyText.Rule rule : policy.rules()) {
            rule(policy.direction().value(), rule);
        }
        if (!delete) {
            action(policy);
        }
    }

    private void action(PolicyText policy) {
        Optional<Located<PolicyAction>> action = policy.action();
        if (action.isEmpty()) {
            problems.report(
                    Code.DIRECTION_ALONE
                            .at(policy.direction().span(), "a policy without an action discards")
                            .hint("write discard if that is meant, else ipsec or none"));
            return;
        }
        switch (action.get().value()) {
            case ENTRUST, BYPASS ->
                    problems.report(
                            Code.ACTION_OF_SOCKETS
                                    .at(
                                            action.get().span(),
                                            "`%s` is for the policies of sockets"
                                                    .formatted(action.get().value().word()))
                                    .hint("write none to let packets pass in clear")
                                    .note("the kernel refuses it in the SPD (EINVAL)"));
            case IPSEC -> {
                if (policy.rules().isEmpty()) {
                    problems.report(
                            Code.IPSEC_WITHOUT_RULES
                                    .at(
                                            action.get().span(),
                                            "`ipsec` without a rule protects nothing")
                                    .hint("add a rule such as esp/transport//require"));
                }
            }
            case NONE, DISCARD -> {
                if (!policy.rules().isEmpty()) {
                    problems.report(
                            Code.RULES_WITHOUT_IPSEC
                                    .at(
                                            policy.rules()
                                                    .getFirst()
                                                    .span()
                                                    .to(policy.rules().getLast().span()),
                                            "rules count behind `ipsec` only")
                                    .also(action.get().span(), "this is the action")
                                    .hint("write ipsec, or leave the rules out"));
                }
            }
        }
    }

    private void priority(PolicyText.Priority priority) {
        if (!capabilities.has(Feature.POLICY_PRIORITIES)) {
            problems.report(new LackingBackend(capabilities).priorities(priority.span()));
        }
        boolean based = priority.base().isPresent();
        long most =
                priority.negative()
                        ? based ? MOST_MINUS_FROM_BASE : MOST_MINUS
                        : based ? MOST_PLUS_FROM_BASE : MOST_PLUS;
        if (!priority.offset().isAtMost(most)) {
            problems.report(
                    Code.PRIORITY_RANGE
                            .at(
                                    priority.offset().span(),
                                    "%s is too far for a priority".formatted(priority.offset()))
                            .label(
                                    "with this sign %d at most%s"
                                            .formatted(most, based ? " from a base" : "")));
        }
    }

    private void rule(Direction direction, PolicyText.Rule rule) {
        boolean tunnel = rule.mode().value() == SaMode.TUNNEL;
        if (rule.ends().isEmpty()) {
            if (tunnel) {
                problems.report(
                        Code.TUNNEL_WITHOUT_ADDRESSES
                                .at(rule.span(), "a tunnel needs the addresses of both its ends")
                                .hint(
                                        "%s/tunnel/192.0.2.1-192.0.2.2/require"
                                                .formatted(rule.protocol().value().word())));
            }
        } else {
            ends(direction, rule.ends().get());
        }
        rule.level().flatMap(PolicyText.Level::number).ifPresent(this::unique);
        if (tunnel
                && direction == Direction.OUT
                && rule.level().map(level -> level.level() == PolicyLevel.USE).orElse(false)) {
            problems.report(
                    Code.OPTIONAL_TUNNEL
                            .at(
                                    rule.level().get().span(),
                                    "Linux refuses a tunnel that is optional on the way out")
                            .hint("write require"));
        }
        if (rule.protocol().value() == IpsecProtocol.IPCOMP
                && rule.level().map(level -> level.level() != PolicyLevel.USE).orElse(true)
                && direction != Direction.OUT
                && !tunnel) {
            problems.report(
                    Code.COMPRESSION_REQUIRED
                            .at(
                                    rule.level().map(PolicyText.Level::span).orElse(rule.span()),
                                    "small packets come without IPComp, and this refuses them")
                            .hint("write use: the sender leaves out what would not get smaller"));
        }
    }

    private void ends(Direction direction, PolicyText.Ends ends) {
        switch (ends) {
            case PolicyText.Ends.MeAny any when direction != Direction.OUT ->
                    problems.report(
                            Code.ME_ANY_DIRECTION
                                    .at(any.span(), "me-any is for policies of direction out")
                                    .hint("write any-me"));
            case PolicyText.Ends.AnyMe any when direction != Direction.IN ->
                    problems.report(
                            Code.ME_ANY_DIRECTION
                                    .at(any.span(), "any-me is for policies of direction in")
                                    .hint("write me-any"));
            case PolicyText.Ends.Pair pair
                    when pair.source().port().isPresent()
                            != pair.destination().port().isPresent() ->
                    problems.report(
                            Code.PORT_ON_ONE_END
                                    .at(
                                            pair.source().port().isPresent()
                                                    ? pair.destination().span()
                                                    : pair.source().span(),
                                            "one end of this rule has a port and the other has"
                                                    + " none")
                                    .hint("write a port behind both, such as [4500]"));
            default -> {}
        }
    }

    private void unique(Figure number) {
        if (!number.isAtMost(LAST_MANUAL_REQID)) {
            problems.report(
                    Code.UNIQUE_RANGE
                            .at(
                                    number.span(),
                                    "ids from 16384 on are given out by the backend, which takes"
                                            + " another one here")
                            .hint("write a number from 1 to 16383"));
        }
    }
}
