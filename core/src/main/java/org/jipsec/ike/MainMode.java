package org.jipsec.ike;

import org.jipsec.ike.Phase1State.Chosen;
import org.jipsec.ike.Phase1State.KeySent;
import org.jipsec.ike.Phase1State.Keyed;
import org.jipsec.ike.Phase1State.Offered;
import org.jipsec.ike.Phase1State.Proved;
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

/// Main mode with a pre-shared key (RFC 2409 5.4):
/// ```
/// 1  HDR, SA               -->
/// 2                        <--   HDR, SA
/// 3  HDR, KE, Ni, [NAT-D]  -->
/// 4                        <--   HDR, KE, Nr, [NAT-D]
/// 5  HDR*, IDii, HASH_I    -->
/// 6                        <--   HDR*, IDir, HASH_R
/// ```
final class MainMode {
    static final List<Phase1Row<?>> ROWS =
            List.of(
                    new Phase1Row<>(
                            ExchangeMode.MAIN, Role.RESPONDER, Started.class, 1, MainMode::choose),
                    new Phase1Row<>(
                            ExchangeMode.MAIN, Role.INITIATOR, Offered.class, 2, MainMode::sendKey),
                    new Phase1Row<>(
                            ExchangeMode.MAIN,
                            Role.RESPONDER,
                            Chosen.class,
                            3,
                            MainMode::answerKey),
                    new Phase1Row<>(
                            ExchangeMode.MAIN, Role.INITIATOR, KeySent.class, 4, MainMode::prove),
                    new Phase1Row<>(
                            ExchangeMode.MAIN,
                            Role.RESPONDER,
                            Keyed.class,
                            5,
                            MainMode::answerProof),
                    new Phase1Row<>(
                            ExchangeMode.MAIN, Role.INITIATOR, Proved.class, 6, MainMode::finish));

    private MainMode() {}

    /// Sends 1.
    static void begin(Phase1 exchange) {
        List<Proposal> proposals = exchange.ownProposals();
        Payload.Sa offer = Phase1Agreement.offer(proposals);
        List<Payload> payloads = new ArrayList<>(List.of(offer));
        payloads.addAll(exchange.ownVendorIds());
        exchange.sendClear(payloads, new Offered(proposals, offer));
    }

    /// Takes 1, sends 2.
    private static void choose(Phase1 exchange, Started state, PayloadChain chain)
            throws NegotiationException {
        Payload.Sa offer = chain.find(Payload.Sa.class).orElseThrow();
        Phase1Agreement agreement = exchange.choose(offer, chain);
        List<Payload> payloads = new ArrayList<>(List.of(agreement.answer()));
        payloads.addAll(exchange.ownVendorIds());
        exchange.sendClear(payloads, new Chosen(agreement, offer));
    }

    /// Takes 2, sends 3.
    private static void sendKey(Phase1 exchange, Offered state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement =
                exchange.accept(
                        chain.find(Payload.Sa.class).orElseThrow(), state.proposals(), chain);
        exchange.compute(
                Computation.keyPair(agreement.terms().group()),
                done -> {
                    Bytes ni = exchange.nonce();
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(new Payload.KeyExchange(done.own().publicValue()));
                    payloads.add(new Payload.Nonce(ni));
                    payloads.addAll(exchange.ownNatDetection(agreement.terms().hash()));
                    exchange.sendClear(
                            payloads, new KeySent(agreement, state.offer(), done.own(), ni));
                });
    }

    /// Takes 3, sends 4.
    private static void answerKey(Phase1 exchange, Chosen state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement = state.agreement();
        Bytes gxi = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Bytes ni = chain.find(Payload.Nonce.class).orElseThrow().body();
        Secret key = exchange.presharedKey(Optional.empty());
        exchange.checkNatDetection(agreement.terms().hash(), chain);
        exchange.compute(
                Computation.both(agreement.terms().group(), gxi),
                done -> {
                    Bytes nr = exchange.nonce();
                    Phase1Hashes hashes =
                            exchange.hashes(
                                    agreement, gxi, done.own().publicValue(), state.offer());
                    Phase1Keys keys = exchange.keys(agreement, key, ni, nr, done.secret(), hashes);
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(new Payload.KeyExchange(done.own().publicValue()));
                    payloads.add(new Payload.Nonce(nr));
                    payloads.addAll(exchange.ownNatDetection(agreement.terms().hash()));
                    exchange.sendClear(payloads, new Keyed(agreement, keys));
                });
    }

    /// Takes 4, sends 5.
    private static void prove(Phase1 exchange, KeySent state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement = state.agreement();
        Bytes gxr = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Bytes nr = chain.find(Payload.Nonce.class).orElseThrow().body();
        Secret key = exchange.presharedKey(Optional.empty());
        exchange.checkNatDetection(agreement.terms().hash(), chain);
        exchange.compute(
                Computation.secret(state.pair(), gxr),
                done -> {
                    Phase1Hashes hashes =
                            exchange.hashes(
                                    agreement, state.pair().publicValue(), gxr, state.offer());
                    Phase1Keys keys =
                            exchange.keys(agreement, key, state.ni(), nr, done.secret(), hashes);
                    exchange.float4500();
                    Payload.Identification own = Identities.payload(exchange.ownIdentity());
                    Bytes proof = hashes.hashI(keys.material().skeyid(), own.body());
                    exchange.sendSealed(
                            keys.chain(),
                            List.of(own, new Payload.Hash(proof)),
                            new Proved(agreement, keys));
                });
    }

    /// Takes 5, sends 6.
    private static void answerProof(Phase1 exchange, Keyed state, PayloadChain chain)
            throws NegotiationException {
        Phase1Keys keys = state.keys();
        Payload.Identification told = chain.find(Payload.Identification.class).orElseThrow();
        Bytes expected = keys.hashes().hashI(keys.material().skeyid(), told.body());
        Identity peer = exchange.authenticated(state.agreement(), told, expected, chain);
        Payload.Identification own = Identities.payload(exchange.ownIdentity());
        Bytes proof = keys.hashes().hashR(keys.material().skeyid(), own.body());
        exchange.sendLastSealed(keys.chain(), List.of(own, new Payload.Hash(proof)));
        exchange.establish(state.agreement(), keys, peer, chain);
    }

    /// Takes 6.
    private static void finish(Phase1 exchange, Proved state, PayloadChain chain)
            throws NegotiationException {
        Phase1Keys keys = state.keys();
        Payload.Identification told = chain.find(Payload.Identification.class).orElseThrow();
        Bytes expected = keys.hashes().hashR(keys.material().skeyid(), told.body());
        Identity peer = exchange.authenticated(state.agreement(), told, expected, chain);
        exchange.establish(state.agreement(), keys, peer, chain);
    }
}
