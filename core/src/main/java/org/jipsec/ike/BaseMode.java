package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.Phase1State.Acquainted;
import org.jipsec.ike.Phase1State.PlainlyProved;
import org.jipsec.ike.Phase1State.Presented;
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

/// Base mode with a pre-shared key (draft-ietf-ipsec-ike-base-mode), which only racoon speaks:
/// ```
/// 1  HDR, SA, Ni, IDii             -->
/// 2                                <--   HDR, SA, Nr, IDir
/// 3  HDR, KE, HASH_I, [NAT-D]      -->
/// 4                                <--   HDR, KE, HASH_R, [NAT-D]
/// ```
final class BaseMode {

    static final List<Phase1Row<?>> ROWS =
            List.of(
                    new Phase1Row<>(
                            ExchangeMode.BASE, Role.RESPONDER, Started.class, 1, BaseMode::answer),
                    new Phase1Row<>(
                            ExchangeMode.BASE, Role.INITIATOR, Presented.class, 2, BaseMode::prove),
                    new Phase1Row<>(
                            ExchangeMode.BASE,
                            Role.RESPONDER,
                            Acquainted.class,
                            3,
                            BaseMode::answerProof),
                    new Phase1Row<>(
                            ExchangeMode.BASE,
                            Role.INITIATOR,
                            PlainlyProved.class,
                            4,
                            BaseMode::finish));

    private BaseMode() {}

    /// Sends 1.
    static void begin(Phase1 exchange) throws NegotiationException {
        List<Proposal> proposals = exchange.ownProposals();
        Payload.Sa offer = Phase1Agreement.offer(proposals);
        Bytes ni = exchange.nonce();
        Identity own = exchange.ownIdentity();
        List<Payload> payloads =
                new ArrayList<>(List.of(offer, new Payload.Nonce(ni), Identities.payload(own)));
        payloads.addAll(exchange.ownVendorIds());
        exchange.sendClear(payloads, new Presented(proposals, offer, ni, own));
    }

    /// Takes 1, sends 2.
    private static void answer(Phase1 exchange, Started state, PayloadChain chain)
            throws NegotiationException {
        Payload.Sa offer = chain.find(Payload.Sa.class).orElseThrow();
        Bytes ni = chain.find(Payload.Nonce.class).orElseThrow().body();
        Identity peer = exchange.told(chain.find(Payload.Identification.class).orElseThrow());
        exchange.narrowByIdentity(peer);
        Phase1Agreement agreement = exchange.choose(offer, chain);
        Identity own = exchange.ownIdentity();
        Bytes nr = exchange.nonce();
        List<Payload> payloads =
                new ArrayList<>(
                        List.of(
                                agreement.answer(),
                                new Payload.Nonce(nr),
                                Identities.payload(own)));
        payloads.addAll(exchange.ownVendorIds());
        exchange.sendClear(payloads, new Acquainted(agreement, offer, ni, nr, own, peer));
    }

    /// Takes 2, sends 3.
    private static void prove(Phase1 exchange, Presented state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement =
                exchange.accept(
                        chain.find(Payload.Sa.class).orElseThrow(), state.proposals(), chain);
        Bytes nr = chain.find(Payload.Nonce.class).orElseThrow().body();
        Identity peer = exchange.told(chain.find(Payload.Identification.class).orElseThrow());
        IkeHash hash = agreement.terms().hash();
        Secret key = exchange.presharedKey(Optional.of(peer));
        exchange.compute(
                Computation.keyPair(agreement.terms().group()),
                done -> {
                    Bytes gxi = done.own().publicValue();
                    Secret skeyid = KeyMaterial.skeyidOfPresharedKey(hash, key, state.ni(), nr);
                    Bytes proof =
                            exchange.hashes(agreement, gxi, Bytes.EMPTY, state.offer())
                                    .baseHashI(skeyid, Identities.payload(state.own()).body());
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(new Payload.KeyExchange(gxi));
                    payloads.add(new Payload.Hash(proof));
                    payloads.addAll(exchange.ownNatDetection(hash));
                    exchange.sendClear(
                            payloads,
                            new PlainlyProved(
                                    agreement, state.offer(), done.own(), state.ni(), nr, peer));
                });
    }

    /// Takes 3, sends 4.
    private static void answerProof(Phase1 exchange, Acquainted state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement = state.agreement();
        IkeHash hash = agreement.terms().hash();
        Bytes gxi = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Secret key = exchange.presharedKey(Optional.of(state.peer()));
        Payload.Identification told = Identities.payload(state.peer());
        Secret skeyid = KeyMaterial.skeyidOfPresharedKey(hash, key, state.ni(), state.nr());
        Bytes expected =
                exchange.hashes(agreement, gxi, Bytes.EMPTY, state.offer())
                        .baseHashI(skeyid, told.body());
        Identity peer = exchange.authenticated(agreement, told, expected, chain);
        exchange.checkNatDetection(hash, chain);
        exchange.compute(
                Computation.both(agreement.terms().group(), gxi),
                done -> {
                    Phase1Hashes hashes =
                            exchange.hashes(
                                    agreement, gxi, done.own().publicValue(), state.offer());
                    Phase1Keys keys =
                            exchange.keys(
                                    agreement, key, state.ni(), state.nr(), done.secret(), hashes);
                    Bytes proof =
                            hashes.hashR(
                                    keys.material().skeyid(),
                                    Identities.payload(state.own()).body());
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(new Payload.KeyExchange(done.own().publicValue()));
                    payloads.add(new Payload.Hash(proof));
                    payloads.addAll(exchange.ownNatDetection(hash));
                    exchange.sendLastClear(payloads);
                    exchange.establish(agreement, keys, peer, chain);
                });
    }

    /// Takes 4.
    private static void finish(Phase1 exchange, PlainlyProved state, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement = state.agreement();
        Bytes gxr = chain.find(Payload.KeyExchange.class).orElseThrow().body();
        Payload.Identification told = Identities.payload(state.peer());
        Secret key = exchange.presharedKey(Optional.of(state.peer()));
        exchange.compute(
                Computation.secret(state.pair(), gxr),
                done -> {
                    Phase1Hashes hashes =
                            exchange.hashes(
                                    agreement, state.pair().publicValue(), gxr, state.offer());
                    Phase1Keys keys =
                            exchange.keys(
                                    agreement, key, state.ni(), state.nr(), done.secret(), hashes);
                    Bytes expected = hashes.hashR(keys.material().skeyid(), told.body());
                    Identity peer = exchange.authenticated(agreement, told, expected, chain);
                    exchange.checkNatDetection(agreement.terms().hash(), chain);
                    exchange.float4500();
                    exchange.establish(agreement, keys, peer, chain);
                });
    }
}
