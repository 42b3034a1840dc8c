package org.jipsec.ike;

import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Proposal;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Selector;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which policy a peer's quick mode is for: the one there is, or, with `generate_policy`, one made
/// for it.
final class ServedPolicy {
    private final Phase2 exchange;

    ServedPolicy(Phase2 exchange) {
        this.exchange = exchange;
    }

    /// @param chain the peer's offer: a policy that is made asks for what the peer wants
    Need find(Traffic traffic, PayloadChain chain) throws NegotiationException {
        Selector out =
                traffic.out()
                        .or(() -> betweenPeers().out())
                        .orElseThrow(() -> none("its identities are no networks"));
        Selector in = out.reversed();
        Optional<Policy> inbound = exchange.context().spd().covering(in, Direction.IN);
        if (inbound.isEmpty()) {
            if (exchange.phase1().settings().generatePolicy() == GeneratePolicy.OFF) {
                throw none(SpdView.text(in, Direction.IN));
            }
            return need(generated(out, chain), true);
        }
        Policy found = inbound.get();
        if (exchange.context().generated().holds(found)) {
            // made for SAs that are being renewed: for as long as the new ones, and to the peer's
            // address of today
            return need(generated(out, chain), true);
        }
        if (found.action() != PolicyAction.IPSEC) {
            throw NegotiationException.telling(
                    NotifyType.INVALID_ID_INFORMATION,
                    Cause.NO_POLICY,
                    "policy found, but no IPsec required: "
                            + SpdView.text(found.selector(), Direction.IN));
        }
        Optional<Policy> outbound =
                exchange.context()
                        .spd()
                        .covering(out, Direction.OUT)
                        .filter(each -> each.action() == PolicyAction.IPSEC);
        // its rules are what is asked for; without it those for what comes in, the other way round
        return need(outbound.orElseGet(() -> mirrored(found)), false);
    }

    private Traffic betweenPeers() {
        Phase1 phase1 = exchange.phase1();
        return Traffic.between(phase1.local().getAddress(), phase1.peer());
    }

    private Need need(Policy policy, boolean generated) {
        Phase1 phase1 = exchange.phase1();
        return new Need(policy, phase1.local().getAddress(), phase1.peer(), 0, generated);
    }

    private static NegotiationException none(String what) {
        return NegotiationException.telling(
                NotifyType.INVALID_ID_INFORMATION, Cause.NO_POLICY, "no policy found: " + what);
    }

    private static Policy mirrored(Policy inbound) {
        List<PolicyRule> rules =
                inbound.rules().stream()
                        .map(
                                rule ->
                                        new PolicyRule(
                                                rule.protocol(),
                                                rule.mode(),
                                                rule.level(),
                                                rule.reqid(),
                                                rule.endpoints()
                                                        .map(
                                                                ends ->
                                                                        new PolicyRule.Endpoints(
                                                                                ends.destination(),
                                                                                ends.source()))))
                        .toList();
        return Policy.of(
                inbound.selector().reversed(),
                Direction.OUT,
                PolicyAction.IPSEC,
                rules.toArray(PolicyRule[]::new));
    }

    /// What the peer's first proposal asks for.
    private Policy generated(Selector out, PayloadChain chain) throws NegotiationException {
        Phase1 phase1 = exchange.phase1();
        boolean unique = phase1.settings().generatePolicy() == GeneratePolicy.UNIQUE;
        List<Proposal> proposals = chain.find(Payload.Sa.class).orElseThrow().proposals();
        int number = proposals.getFirst().number();
        List<PolicyRule> rules = new ArrayList<>();
        for (Proposal proposal : proposals) {
            if (proposal.number() != number) {
                continue;
            }
            SaMode mode = mode(proposal);
            rules.add(
                    new PolicyRule(
                            protocol(proposal),
                            mode,
                            unique ? PolicyLevel.UNIQUE : PolicyLevel.REQUIRE,
                            unique ? reqid(out, rules.size()) : 0,
                            mode == SaMode.TUNNEL
                                    ? Optional.of(
                                            new PolicyRule.Endpoints(
                                                    Endpoint.of(phase1.local().getAddress()),
                                                    Endpoint.of(phase1.peer())))
                                    : Optional.empty()));
        }
        return Policy.of(out, Direction.OUT, PolicyAction.IPSEC, rules.toArray(PolicyRule[]::new));
    }

    /// Of the policy that is renewed, or a new one: SAs of the old number go on while new ones are
    /// made.
    private int reqid(Selector out, int rule) {
        return exchange.context()
                .spd()
                .exactly(out, Direction.OUT)
                .filter(exchange.context().generated()::holds)
                .filter(old -> rule < old.rules().size())
                .map(old -> old.rules().get(rule).reqid())
                .filter(old -> old != 0)
                .orElseGet(exchange.context()::nextReqid);
    }

    private SaMode mode(Proposal proposal) throws NegotiationException {
        return Phase2Terms.of(
                        Phase2Wanted.protocol(protocol(proposal)), proposal.transforms().getFirst())
                .flatMap(
                        terms ->
                                Encapsulation.of(
                                        terms.encapsulation(), exchange.phase1().nat().draft()))
                .map(Encapsulation::mode)
                .orElseThrow(
                        () ->
                                NegotiationException.telling(
                                        NotifyType.NO_PROPOSAL_CHOSEN,
                                        Cause.NO_PHASE2_PROPOSAL,
                                        "the first proposal has no encapsulation mode that is"
                                                + " known"));
    }

    private static IpsecProtocol protocol(Proposal proposal) throws NegotiationException {
        if (proposal.protocol() == Protocol.ESP.number()) {
            return IpsecProtocol.ESP;
        }
        if (proposal.protocol() == Protocol.AH.number()) {
            return IpsecProtocol.AH;
        }
        if (proposal.protocol() == Protocol.IPCOMP.number()) {
            return IpsecProtocol.IPCOMP;
        }
        throw NegotiationException.telling(
                NotifyType.NO_PROPOSAL_CHOSEN,
                Cause.NO_PHASE2_PROPOSAL,
                "protocol %d is unknown".formatted(proposal.protocol()));
    }

    /// What puts a policy that was made into the SPD, in all its directions, for as long as the SAs
    /// live.
    List<SadbOperation> generate(Phase2Choice choice) {
        Need need = exchange.need().orElseThrow();
        if (!need.generated()) {
            return List.of();
        }
        List<Policy> made = policies(need.policy(), choice);
        exchange.generated(made);
        return made.stream().<SadbOperation>map(SadbOperation.UpdatePolicy::new).toList();
    }

    private static List<Policy> policies(Policy out, Phase2Choice choice) {
        Lifetime lifetime = Lifetime.ofSeconds(choice.lifetime().toSeconds());
        Policy in = mirrored(out).withDirection(Direction.IN);
        List<Policy> all = new ArrayList<>();
        all.add(limited(in, lifetime));
        if (out.rules().stream().anyMatch(rule -> rule.mode() == SaMode.TUNNEL)) {
            all.add(limited(in.withDirection(Direction.FWD), lifetime));
        }
        all.add(limited(out, lifetime));
        return all;
    }

    private static Policy limited(Policy policy, Lifetime lifetime) {
        return new Policy(
                policy.selector(),
                policy.direction(),
                policy.action(),
                PolicyPriority.DEFAULT,
                policy.rules(),
                lifetime,
                Optional.empty(),
                0);
    }
}
