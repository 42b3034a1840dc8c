package org.jipsec.ike;

import org.jipsec.ike.Phase1State.OpenlyAnswered;
import org.jipsec.ike.Phase1State.OpenlyOffered;
import org.jipsec.ike.Phase1State.Started;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Aggressive mode with a pre-shared key (RFC 2409 5.4):
/// ```
/// 1  HDR, SA, KE, Ni, IDii  -->
/// 2                         <--   HDR, SA, KE, Nr, IDir, HASH_R, [NAT-D]
/// 3  HDR, HASH_I, [NAT-D]   -->
/// ```
/// The initiator's group is that of his proposals: they have one group only, since his value is
/// sent before the choice.
final class AggressiveMode {

    static final List<Phase1Row<?>> ROWS =
            List.of(
                    new Phase1Row<>(
                            ExchangeMode.AGGRESSIVE,
                            Role.RESPONDER,
                            Started.class,
                            1,
                            AggressiveMode::answer),
                    new Phase1Row<>(
                            ExchangeMode.AGGRESSIVE,
                            Role.INITIATOR,
                            OpenlyOffered.class,
                            2,
                            AggressiveMode::prove),
                    new Phase1Row<>(
                            ExchangeMode.AGGRESSIVE,
                            Role.RESPONDER,
                            OpenlyAnswered.class,
                            3,
                            AggressiveMode::finish));

    private AggressiveMode() {}

    /// Sends 1.
    static void begin(Phase1 exchange) throws NegotiationException {
        List<Proposal> all = exchange.ownProposals();
        List<Proposal> proposals =
                all.stream().filter(each -> each.group() == all.getFirst().group()).toList();
        Identity own = exchange.ownIdentity();
        Payload.Sa offer = Phase1Agreement.offer(proposals);
        exchange.compute(
                Computation.keyPair(all.getFirst().group()),
                done -> {
                    Bytes ni = exchange.nonce();
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(offer);
                    payloads.add(new Payload.KeyExchange(done.own().publicValue()));
                    payloads.add(new Payload.Nonce(ni));
                    payloads.add(Identities.payload(own));
                    payloads.addAll(exchange.ownVendorIds());
                    exchange.sendClear(
                            payloads, new OpenlyOffered(proposals, offer, done.own(), ni, own));
                });
    }

    /// Takes 1, sends 2.
    private static void answer(Phase1 exchange, Started state, PayloadChain chain)
            throws NegotiationException {
        Payload.Sa offer = chain.find(Payload.Sa.class).orElseThrow();
        Bytes gxi = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Bytes ni = chain.find(Payload.Nonce.class).orElseThrow().body();
        Identity peer = exchange.told(chain.find(Payload.Identification.class).orElseThrow());
        exchange.narrowByIdentity(peer);
        Phase1Agreement agreement = exchange.choose(offer, chain);
        Secret key = exchange.presharedKey(Optional.of(peer));
        Identity own = exchange.ownIdentity();
        exchange.compute(
                Computation.both(agreement.terms().group(), gxi),
                done -> {
                    Bytes nr = exchange.nonce();
                    Phase1Hashes hashes =
                            exchange.hashes(agreement, gxi, done.own().publicValue(), offer);
                    Phase1Keys keys = exchange.keys(agreement, key, ni, nr, done.secret(), hashes);
                    Payload.Identification idir = Identities.payload(own);
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(agreement.answer());
                    payloads.add(new Payload.KeyExchange(done.own().publicValue()));
                    payloads.add(new Payload.Nonce(nr));
                    payloads.add(idir);
                    payloads.add(
                            new Payload.Hash(hashes.hashR(keys.material().skeyid(), idir.body())));
                    payloads.addAll(exchange.ownVendorIds());
                    payloads.addAll(exchange.ownNatDetection(agreement.terms().hash()));
                    exchange.sendClear(payloads, new OpenlyAnswered(agreement, keys, peer));
                });
    }

    /// Takes 2, sends 3: in clear, as racoon does, since some peers know it no other way.
    private static void prove(Phase1 exchange, OpenlyOffered state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement =
                exchange.accept(
                        chain.find(Payload.Sa.class).orElseThrow(), state.proposals(), chain);
        Bytes gxr = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Bytes nr = chain.find(Payload.Nonce.class).orElseThrow().body();
        Payload.Identification told = chain.find(Payload.Identification.class).orElseThrow();
        Secret key = exchange.presharedKey(Optional.of(exchange.told(told)));
        exchange.compute(
                Computation.secret(state.pair(), gxr),
                done -> {
                    Phase1Hashes hashes =
                            exchange.hashes(
                                    agreement, state.pair().publicValue(), gxr, state.offer());
                    Phase1Keys keys =
                            exchange.keys(agreement, key, state.ni(), nr, done.secret(), hashes);
                    Bytes expected = hashes.hashR(keys.material().skeyid(), told.body());
                    Identity peer = exchange.authenticated(agreement, told, expected, chain);
                    exchange.checkNatDetection(agreement.terms().hash(), chain);
                    Bytes proof =
                            hashes.hashI(
                                    keys.material().skeyid(),
                                    Identities.payload(state.own()).body());
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(new Payload.Hash(proof));
                    payloads.addAll(exchange.ownNatDetection(agreement.terms().hash()));
                    exchange.float4500();
                    exchange.sendLastClear(payloads);
                    exchange.establish(agreement, keys, peer, chain);
                });
    }

    /// Takes 3.
    private static void finish(Phase1 exchange, OpenlyAnswered state, PayloadChain chain)
            throws NegotiationException {
        Phase1Keys keys = state.keys();
        Payload.Identification told = Identities.payload(state.peer());
        Bytes expected = keys.hashes().hashI(keys.material().skeyid(), told.body());
        Identity peer = exchange.authenticated(state.agreement(), told, expected, chain);
        exchange.checkNatDetection(state.agreement().terms().hash(), chain);
        exchange.establish(state.agreement(), keys, peer, chain);
    }
}
