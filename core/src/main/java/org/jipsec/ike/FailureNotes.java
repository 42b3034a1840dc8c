package org.jipsec.ike;

import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Transform;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What is noted of a phase 1 on its way, for the day it fails.
final class FailureNotes {
    private static final int MOST_OFFERED = 32;

    private Optional<Cause> cause = Optional.empty();
    private String detail = "";
    private List<String> offered = List.of();
    private Optional<String> identity = Optional.empty();
    private Optional<String> key = Optional.empty();

    /// Something was wrong. What we saw ourselves counts for more than what the peer says.
    void problem(Cause seen, String text) {
        cause = Optional.of(seen);
        detail = text;
    }

    /// The peer sent an error, in clear: anybody may have.
    void told(NotifyType type) {
        if (cause.isEmpty()) {
            cause = Optional.of(cause(type));
            detail = "the peer says " + type.text();
        }
    }

    private static Cause cause(NotifyType type) {
        return switch (type) {
            case NO_PROPOSAL_CHOSEN, BAD_PROPOSAL_SYNTAX, ATTRIBUTES_NOT_SUPPORTED ->
                    Cause.NO_PROPOSAL;
            case INVALID_HASH_INFORMATION, AUTHENTICATION_FAILED, PAYLOAD_MALFORMED ->
                    Cause.WRONG_KEY;
            case INVALID_ID_INFORMATION -> Cause.WRONG_IDENTITY;
            default -> Cause.REFUSED_BY_PEER;
        };
    }

    void offered(Payload.Sa offer) {
        offered =
                offer.proposals().stream()
                        .flatMap(proposal -> proposal.transforms().stream())
                        .limit(MOST_OFFERED)
                        .map(FailureNotes::text)
                        .toList();
    }

    void identity(Identity told) {
        identity = Optional.of(told.toString());
    }

    void key(String entry) {
        key = Optional.of(entry);
    }

    private static String text(Transform transform) {
        return Phase1Terms.of(transform)
                .map(Phase1Terms::toText)
                .orElse("a transform that says nothing we know");
    }

    /// How the nearest pair of what is offered and what we allow differs.
    String nearest(Payload.Sa offer, List<RemoteSettings> candidates) {
        return offer.proposals().stream()
                .flatMap(proposal -> proposal.transforms().stream())
                .flatMap(transform -> Phase1Terms.of(transform).stream())
                .flatMap(
                        terms ->
                                candidates.stream()
                                        .flatMap(
                                                remote ->
                                                        remote.proposals().stream()
                                                                .map(
                                                                        own ->
                                                                                new Pair(
                                                                                        terms,
                                                                                        own,
                                                                                        terms
                                                                                                .differences(
                                                                                                        own,
                                                                                                        remote
                                                                                                                .proposalCheck())))))
                .min(Comparator.comparing(pair -> pair.differences().size()))
                .map(Pair::text)
                .orElse("nothing in the offer is known here");
    }

    private record Pair(Phase1Terms terms, Proposal own, List<String> differences) {
        String text() {
            return "offered %s; nearest of ours %s; differs in %s"
                    .formatted(terms.toText(), own, String.join(", ", differences));
        }
    }

    /// What is remembered of a first message that nothing came of.
    static Failure refusal(UdpDatagram datagram, ExchangeMode mode, Cause cause, Instant now) {
        return new Failure(
                now,
                datagram.local(),
                datagram.remote(),
                1,
                mode.title(),
                Role.RESPONDER,
                1,
                cause,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                "");
    }

    /// What is remembered of a phase 1 that ends now.
    Failure failure(Phase1 phase1, Instant now) {
        int awaited = phase1.state().awaited();
        Cause guess =
                phase1.role() == Role.INITIATOR && awaited <= 2
                        ? Cause.NO_ANSWER
                        : Cause.NO_ANSWER_TO_LATER;
        boolean initiator = phase1.role() == Role.INITIATOR;
        return new Failure(
                now,
                phase1.local(),
                phase1.remote(),
                1,
                phase1.mode().title(),
                phase1.role(),
                awaited,
                cause.orElse(guess),
                initiator ? phase1.proposalTexts() : offered,
                initiator ? List.of() : phase1.proposalTexts(),
                identity,
                key,
                detail);
    }
}
