package org.jipsec.ike;

import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.Transform;
import org.jipsec.isakmp.TransformReader;
import org.jipsec.wire.Bytes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What both sides of a phase 1 agreed on.
///
/// @param remote the section whose proposal it is
/// @param terms ours, which the peer's equal
/// @param keyBits of the cipher
/// @param lifetime the peer's
/// @param answer the SA payload that says so
record Phase1Agreement(
        RemoteSettings remote, Proposal terms, int keyBits, Duration lifetime, Payload.Sa answer) {
    /// What an initiator offers: one proposal, a transform for each that we have.
    static Payload.Sa offer(List<Proposal> proposals) {
        List<Transform> transforms = new ArrayList<>();
        for (Proposal proposal : proposals) {
            transforms.add(Phase1Terms.transform(transforms.size() + 1, proposal));
        }
        return Payload.Sa.of(
                List.of(
                        new org.jipsec.isakmp.Proposal(
                                1, Protocol.ISAKMP.number(), Bytes.EMPTY, transforms)));
    }

    /// What a responder chooses: of the peer's transforms the first that any of ours equals.
    ///
    /// @param candidates in the order of the configuration
    static Optional<Phase1Agreement> choose(
            Payload.Sa offer, List<RemoteSettings> candidates, Usable usable) {
        for (org.jipsec.isakmp.Proposal proposal : offer.proposals()) {
            if (TransformReader.phase1Problem(proposal).isPresent()) {
                continue;
            }
            for (Transform transform : proposal.transforms()) {
                Optional<Phase1Terms> terms = Phase1Terms.of(transform);
                for (RemoteSettings remote : candidates) {
                    Optional<Proposal> own =
                            terms.flatMap(
                                    each ->
                                            remote.proposals().stream()
                                                    .filter(usable::test)
                                                    .filter(
                                                            mine ->
                                                                    each.fits(
                                                                            mine,
                                                                            remote.proposalCheck()))
                                                    .findFirst());
                    if (own.isPresent()) {
                        return Optional.of(
                                agreement(remote, own.get(), terms.get(), proposal, transform));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Whether a proposal can be negotiated at all.
    @FunctionalInterface
    interface Usable {
        boolean test(Proposal proposal);
    }

    private static Phase1Agreement agreement(
            RemoteSettings remote,
            Proposal own,
            Phase1Terms terms,
            org.jipsec.isakmp.Proposal proposal,
            Transform transform) {
        return new Phase1Agreement(
                remote,
                own,
                terms.keyBits(own.cipher()),
                terms.lifetime(),
                Payload.Sa.of(
                        List.of(
                                new org.jipsec.isakmp.Proposal(
                                        proposal.number(),
                                        proposal.protocol(),
                                        proposal.spi(),
                                        List.of(transform)))));
    }

    /// What a responder's answer means to the initiator. Empty: it is none of what we offered.
    ///
    /// @param offered of `remote`, in the order of the offer
    static Optional<Phase1Agreement> accept(
            Payload.Sa answer, RemoteSettings remote, List<Proposal> offered) {
        if (answer.proposals().size() != 1
                || answer.proposals().getFirst().transforms().size() != 1) {
            return Optional.empty();
        }
        Transform transform = answer.proposals().getFirst().transforms().getFirst();
        Optional<Phase1Terms> terms = Phase1Terms.of(transform);
        return terms.flatMap(
                each ->
                        offered.stream()
                                .filter(own -> each.fits(own, remote.proposalCheck()))
                                .findFirst()
                                .map(
                                        own ->
                                                new Phase1Agreement(
                                                        remote,
                                                        own,
                                                        each.keyBits(own.cipher()),
                                                        each.lifetime(),
                                                        answer)));
    }
}
