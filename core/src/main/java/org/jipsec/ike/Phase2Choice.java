package org.jipsec.ike;

import org.jipsec.crypto.DhGroup;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Proposal;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.Transform;
import org.jipsec.isakmp.TransformReader;
import org.jipsec.sadb.PolicyRule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What is agreed on in a phase 2.
///
/// @param parts one for each rule, in the order of the rules
/// @param lifetime of the SAs
/// @param ownLifetime whether it is ours, and shorter than what the peer said: it is told so
/// @param kilobytes of the SAs; 0: no limit
/// @param pfsGroup empty: no PFS
record Phase2Choice(
        List<Part> parts,
        Duration lifetime,
        boolean ownLifetime,
        long kilobytes,
        Optional<DhGroup> pfsGroup) {
    /// @param proposal as the peer sent it, with its SPI, and the one transform that was chosen
    /// @param encapsulation as the peer said it
    record Part(
            PolicyRule rule,
            Proposal proposal,
            Protection protection,
            Encapsulation encapsulation) {
        Protocol protocol() {
            return Phase2Wanted.protocol(rule);
        }
    }

    /// The transform that a part was chosen of, with what it says.
    private record Matched(Part part, Phase2Terms terms) {}

    /// Of a peer's offer the first that is what we want: as responder of all it offers, as
    /// initiator of the one it chose.
    ///
    /// @throws NegotiationException when there is none, with the reason of the nearest
    static Phase2Choice of(Payload.Sa offer, Phase2Wanted wanted) throws NegotiationException {
        Optional<String> problem = TransformReader.problem(offer);
        if (problem.isPresent()) {
            throw none(problem.get());
        }
        TreeMap<Integer, List<Proposal>> byNumber = new TreeMap<>();
        for (Proposal proposal : offer.proposals()) {
            byNumber.computeIfAbsent(proposal.number(), _ -> new ArrayList<>()).add(proposal);
        }
        Optional<NegotiationException> why = Optional.empty();
        for (List<Proposal> together : byNumber.values()) {
            try {
                Optional<Phase2Choice> choice = of(together, wanted);
                if (choice.isPresent()) {
                    return choice.get();
                }
            } catch (NegotiationException refused) {
                why = Optional.of(refused);
            }
        }
        throw why.orElseGet(
                () ->
                        none(
                                "no proposal chosen: offered %s; wanted %s"
                                        .formatted(offered(offer), wanted(wanted))));
    }

    private static Optional<Phase2Choice> of(List<Proposal> together, Phase2Wanted wanted)
            throws NegotiationException {
        if (together.size() != wanted.rules().size()) {
            return Optional.empty();
        }
        List<Proposal> left = new ArrayList<>(together);
        List<Matched> matched = new ArrayList<>();
        for (PolicyRule rule : wanted.rules()) {
            Optional<Matched> found = Optional.empty();
            for (Proposal proposal : left) {
                found = match(rule, proposal, wanted, matched);
                if (found.isPresent()) {
                    left.remove(proposal);
                    break;
                }
            }
            if (found.isEmpty()) {
                return Optional.empty();
            }
            matched.add(found.get());
        }
        return Optional.of(agreed(matched, wanted));
    }

    private static Optional<Matched> match(
            PolicyRule rule, Proposal proposal, Phase2Wanted wanted, List<Matched> before) {
        Protocol protocol = Phase2Wanted.protocol(rule);
        if (proposal.protocol() != protocol.number()
                || TransformReader.phase2Problem(proposal).isPresent()) {
            return Optional.empty();
        }
        for (Transform transform : proposal.transforms()) {
            Optional<Phase2Terms> terms = Phase2Terms.of(protocol, transform);
            Optional<Protection> protection = terms.flatMap(each -> wanted.match(rule, each));
            if (protection.isPresent() && goesWith(terms.get(), before)) {
                Proposal chosen =
                        new Proposal(
                                proposal.number(),
                                proposal.protocol(),
                                proposal.spi(),
                                List.of(transform));
                return Optional.of(
                        new Matched(
                                new Part(
                                        rule,
                                        chosen,
                                        protection.get(),
                                        wanted.encapsulation(rule, terms.get())),
                                terms.get()));
            }
        }
        return Optional.empty();
    }

    /// All SAs of a bundle have one group and one lifetime.
    private static boolean goesWith(Phase2Terms terms, List<Matched> before) {
        return before.isEmpty()
                || before.getFirst().terms().group() == terms.group()
                        && before.getFirst().terms().lifetime().equals(terms.lifetime());
    }

    private static Phase2Choice agreed(List<Matched> matched, Phase2Wanted wanted)
            throws NegotiationException {
        Phase2Terms told = matched.getFirst().terms();
        Duration own = wanted.sainfo().lifetime();
        boolean longer = told.lifetime().compareTo(own) > 0;
        if (longer && wanted.check() == ProposalCheck.STRICT) {
            throw none(
                    "long lifetime proposed: my:%d peer:%d"
                            .formatted(own.toSeconds(), told.lifetime().toSeconds()));
        }
        if (wanted.check() == ProposalCheck.EXACT && !told.lifetime().equals(own)) {
            throw none(
                    "lifetime mismatched: my:%d peer:%d"
                            .formatted(own.toSeconds(), told.lifetime().toSeconds()));
        }
        boolean useOwn = longer && wanted.check() == ProposalCheck.CLAIM;
        return new Phase2Choice(
                matched.stream().map(Matched::part).toList(),
                useOwn ? own : told.lifetime(),
                useOwn,
                told.kilobytes(),
                pfsGroup(told, wanted));
    }

    private static Optional<DhGroup> pfsGroup(Phase2Terms told, Phase2Wanted wanted)
            throws NegotiationException {
        int own = wanted.sainfo().pfsGroup().map(DhGroup::number).orElse(0);
        boolean mustBeOurs =
                switch (wanted.check()) {
                    case OBEY -> false;
                    case STRICT, CLAIM -> own != 0;
                    case EXACT -> true;
                };
        if (mustBeOurs && told.group() != own) {
            throw none("pfs group mismatched: my:%d peer:%d".formatted(own, told.group()));
        }
        if (told.group() == 0) {
            return Optional.empty();
        }
        Optional<DhGroup> group = DhGroup.ofNumber(told.group());
        if (group.isEmpty()) {
            throw none("pfs group %d is unknown".formatted(told.group()));
        }
        return group;
    }

    private static NegotiationException none(String text) {
        return NegotiationException.telling(
                NotifyType.NO_PROPOSAL_CHOSEN, Cause.NO_PHASE2_PROPOSAL, text);
    }

    private static String offered(Payload.Sa offer) {
        return String.join(
                "; ",
                offer.proposals().stream()
                        .limit(8)
                        .map(
                                proposal ->
                                        "%s with transforms %s"
                                                .formatted(
                                                        Protocol.text(proposal.protocol()),
                                                        proposal.transforms().stream()
                                                                .limit(8)
                                                                .map(each -> text(proposal, each))
                                                                .toList()))
                        .toList());
    }

    private static String text(Proposal proposal, Transform transform) {
        return Protocol.of(proposal.protocol())
                .filter(protocol -> protocol != Protocol.ISAKMP)
                .flatMap(protocol -> Phase2Terms.of(protocol, transform))
                .map(
                        terms ->
                                "id %d key %d auth %d mode %d group %d"
                                        .formatted(
                                                terms.transformId(),
                                                terms.keyBits(),
                                                terms.authentication(),
                                                terms.encapsulation(),
                                                terms.group()))
                .orElse("unreadable");
    }

    /// What we want, in words.
    static List<String> wanted(Phase2Wanted wanted) {
        return wanted.rules().stream()
                .map(
                        rule ->
                                Protection.allowed(Phase2Wanted.protocol(rule), wanted.sainfo())
                                                .stream()
                                                .map(each -> each.text(Phase2Wanted.protocol(rule)))
                                                .toList()
                                        + " "
                                        + wanted.encapsulation(rule).mode().word())
                .toList();
    }
}
