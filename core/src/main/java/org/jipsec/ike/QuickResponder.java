package org.jipsec.ike;

import org.jipsec.ike.Phase2State.Answered;
import org.jipsec.ike.Phase2State.Started;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Proposal;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The responder's side of quick mode; see [QuickInitiator].
final class QuickResponder {
    private QuickResponder() {}

    /// Takes 1, sends 2.
    static void takeOffer(Phase2 exchange, Started state, PayloadChain chain)
            throws NegotiationException {
        exchange.announce();
        Traffic traffic = traffic(exchange, chain);
        Need need = new ServedPolicy(exchange).find(traffic, chain);
        exchange.serve(need);
        SainfoSettings sainfo = exchange.sainfo(traffic);
        Phase2Wanted wanted = exchange.wanted(need.policy().rules(), sainfo);
        Phase2Choice choice = Phase2Choice.of(chain.find(Payload.Sa.class).orElseThrow(), wanted);
        exchange.reportEncapsulation(choice);
        Optional<Bytes> ke = chain.find(Payload.KeyExchange.class).map(Payload.KeyExchange::body);
        if (choice.pfsGroup().isPresent() && ke.isEmpty()) {
            throw NegotiationException.telling(
                    NotifyType.INVALID_KEY_INFORMATION,
                    Cause.NO_PHASE2_PROPOSAL,
                    "a group was offered, but no KE came");
        }
        SaInstaller installer =
                exchange.prepare(wanted, NatOriginalAddresses.peer(exchange, chain));
        Bytes ni = chain.find(Payload.Nonce.class).orElseThrow().body();
        boolean named = chain.find(Payload.Identification.class).isPresent();
        exchange.reserve(
                installer,
                spis -> {
                    if (choice.pfsGroup().isPresent()) {
                        exchange.compute(
                                Computation.both(choice.pfsGroup().get(), ke.orElseThrow()),
                                done ->
                                        install(
                                                exchange,
                                                choice,
                                                spis,
                                                ni,
                                                Optional.of(done.own().publicValue()),
                                                done.secret().orElseThrow(),
                                                named));
                    } else {
                        install(exchange, choice, spis, ni, Optional.empty(), Secret.EMPTY, named);
                    }
                });
    }

    private static Traffic traffic(Phase2 exchange, PayloadChain chain)
            throws NegotiationException {
        List<Payload.Identification> told = chain.all(Payload.Identification.class).toList();
        Phase1 phase1 = exchange.phase1();
        if (told.isEmpty()) {
            return Traffic.between(phase1.local().getAddress(), phase1.peer());
        }
        Optional<Identity> peer = Identities.of(told.get(0));
        Optional<Identity> own = Identities.of(told.get(1));
        if (peer.isEmpty() || own.isEmpty()) {
            throw NegotiationException.telling(
                    NotifyType.INVALID_ID_INFORMATION,
                    Cause.MALFORMED,
                    "identification types %d and %d: one is unknown"
                            .formatted(told.get(0).kind(), told.get(1).kind()));
        }
        return new Traffic(own.get(), peer.get());
    }

    /// What comes in can be read before message 2 goes out: its sender may use it at once. And what
    /// answers it meets its policy already: it waits for the SA, and does not go in clear.
    private static void install(
            Phase2 exchange,
            Phase2Choice choice,
            List<Spi> spis,
            Bytes ni,
            Optional<Bytes> gxr,
            Secret sharedSecret,
            boolean named) {
        Bytes nr = exchange.nonce();
        SaInstaller installer = exchange.installer().orElseThrow();
        Keymat keymat = exchange.keymat(sharedSecret, ni, nr);
        List<SadbOperation> operations =
                new ArrayList<>(new ServedPolicy(exchange).generate(choice));
        operations.addAll(installer.inbound(choice, spis, keymat));
        exchange.install(
                operations,
                _ -> {
                    Traffic traffic = exchange.traffic().orElseThrow();
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(sa(choice, spis));
                    payloads.add(new Payload.Nonce(nr));
                    gxr.ifPresent(value -> payloads.add(new Payload.KeyExchange(value)));
                    if (named) {
                        payloads.add(traffic.peerPayload());
                        payloads.add(traffic.ownPayload());
                    }
                    payloads.addAll(NatOriginalAddresses.own(exchange, installer.wanted()));
                    payloads.addAll(
                            QuickNotices.own(
                                    choice,
                                    SaInstaller.octets(
                                            choice.parts().getFirst().protocol(),
                                            spis.getFirst())));
                    exchange.send(
                            Optional.of(ni),
                            payloads,
                            new Answered(choice, spis, ni, nr, sharedSecret));
                });
    }

    /// The peer's proposals with the transforms chosen and our numbers.
    private static Payload.Sa sa(Phase2Choice choice, List<Spi> spis) {
        List<Proposal> proposals = new ArrayList<>();
        for (int i = 0; i < spis.size(); i++) {
            Phase2Choice.Part part = choice.parts().get(i);
            proposals.add(
                    new Proposal(
                            part.proposal().number(),
                            part.proposal().protocol(),
                            SaInstaller.octets(part.protocol(), spis.get(i)),
                            part.proposal().transforms()));
        }
        return Payload.Sa.of(proposals);
    }

    /// Takes 3, and sends 4 where the peer wants it (RFC 2408 3.1, commit bit).
    static void takeProof(Phase2 exchange, Answered state, PayloadChain chain) {
        exchange.stopRepeating();
        Keymat keymat = exchange.keymat(state.sharedSecret(), state.ni(), state.nr());
        exchange.install(
                exchange.outbound(state.choice(), keymat),
                _ -> {
                    if (exchange.wantsCommit()) {
                        sendConnected(exchange, state);
                    }
                    exchange.done(state.choice(), state.spis());
                });
    }

    private static void sendConnected(Phase2 exchange, Answered state) {
        Phase2Choice.Part first = state.choice().parts().getFirst();
        exchange.sendLastHashed(
                List.of(
                        Payload.Notify.of(
                                first.protocol(),
                                SaInstaller.octets(first.protocol(), state.spis().getFirst()),
                                NotifyType.CONNECTED,
                                Bytes.EMPTY)));
    }
}
