package org.jipsec.ike;

import org.jipsec.crypto.DhExchange.KeyPair;
import org.jipsec.crypto.DhGroup;
import org.jipsec.ike.Phase2State.Committing;
import org.jipsec.ike.Phase2State.Offered;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Proposal;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.Transform;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The initiator's side of quick mode (RFC 2409 5.5):
/// ```
/// 1  HDR*, HASH(1), SA, Ni, [KE], [IDci, IDcr]  -->
/// 2                                             <--   HDR*, HASH(2), SA, Nr, [KE], [IDci, IDcr]
/// 3  HDR*, HASH(3)                              -->
/// ```
final class QuickInitiator {
    private static final Duration LONGEST_WORK = Duration.ofSeconds(2);

    private QuickInitiator() {}

    /// Gets all that message 1 needs, and sends it.
    static void begin(Phase2 exchange) {
        exchange.announce();
        Need need = exchange.need().orElseThrow();
        try {
            SainfoSettings sainfo = exchange.sainfo(Traffic.of(need.policy().selector()));
            Phase2Wanted wanted = exchange.wanted(need.policy().rules(), sainfo);
            SaInstaller installer = exchange.prepare(wanted, Optional.empty());
            exchange.reserve(installer, spis -> withNumbers(exchange, wanted, spis));
        } catch (NegotiationException refused) {
            exchange.refuse(refused);
        }
    }

    private static void withNumbers(Phase2 exchange, Phase2Wanted wanted, List<Spi> spis) {
        Optional<DhGroup> group = wanted.sainfo().pfsGroup();
        if (group.isEmpty()) {
            offer(exchange, wanted, spis, Optional.empty());
        } else {
            exchange.compute(
                    Computation.keyPair(group.get()),
                    done -> offer(exchange, wanted, spis, Optional.of(done.own())));
        }
    }

    private static void offer(
            Phase2 exchange, Phase2Wanted wanted, List<Spi> spis, Optional<KeyPair> pair) {
        Bytes ni = exchange.nonce();
        Traffic traffic = exchange.traffic().orElseThrow();
        List<Payload> payloads = new ArrayList<>();
        payloads.add(sa(wanted, spis));
        payloads.add(new Payload.Nonce(ni));
        pair.ifPresent(own -> payloads.add(new Payload.KeyExchange(own.publicValue())));
        boolean names = namesTraffic(exchange, wanted, traffic);
        if (names) {
            payloads.add(traffic.ownPayload());
            payloads.add(traffic.peerPayload());
        }
        payloads.addAll(NatOriginalAddresses.own(exchange, wanted));
        if (wanted.udp()) {
            Encapsulation outer = wanted.encapsulation(wanted.rules().getLast());
            exchange.context()
                    .info(
                            "NAT detected -> UDP encapsulation (ENC_MODE %d->%d)."
                                    .formatted(
                                            new Encapsulation(outer.mode(), false)
                                                    .number(wanted.draft()),
                                            outer.number(wanted.draft())));
        }
        exchange.send(
                Optional.empty(),
                payloads,
                new Offered(wanted, spis, ni, pair, names, exchange.context().now()));
    }

    /// One proposal, with a protocol for each rule.
    private static Payload.Sa sa(Phase2Wanted wanted, List<Spi> spis) {
        List<Proposal> proposals = new ArrayList<>();
        for (int i = 0; i < spis.size(); i++) {
            PolicyRule rule = wanted.rules().get(i);
            Protocol protocol = Phase2Wanted.protocol(rule);
            List<Transform> transforms = new ArrayList<>();
            for (Phase2Terms terms : wanted.terms(rule)) {
                transforms.add(terms.transform(transforms.size() + 1));
            }
            proposals.add(
                    new Proposal(
                            1,
                            protocol.number(),
                            SaInstaller.octets(protocol, spis.get(i)),
                            transforms));
        }
        return Payload.Sa.of(proposals);
    }

    /// Identities may be left out where they are those of phase 1.
    private static boolean namesTraffic(Phase2 exchange, Phase2Wanted wanted, Traffic traffic) {
        boolean tunnel =
                wanted.rules().stream()
                        .anyMatch(rule -> wanted.encapsulation(rule).mode() == SaMode.TUNNEL);
        Phase1 phase1 = exchange.phase1();
        return tunnel
                || phase1.settings().supportProxy()
                || traffic.own().protocol() != 0
                || !traffic.own().address().equals(Optional.of(phase1.local().getAddress()))
                || !traffic.peer().address().equals(Optional.of(phase1.peer()));
    }

    /// Takes 2, sends 3.
    static void takeAnswer(Phase2 exchange, Offered state, PayloadChain chain)
            throws NegotiationException {
        checkTraffic(exchange, state, chain);
        Phase2Choice choice =
                Phase2Choice.of(chain.find(Payload.Sa.class).orElseThrow(), state.wanted());
        exchange.reportEncapsulation(choice);
        Optional<Payload.KeyExchange> ke = chain.find(Payload.KeyExchange.class);
        if (ke.isPresent() && state.pair().isEmpty()) {
            throw NegotiationException.silently(
                    Cause.NO_PHASE2_PROPOSAL, "no PFS is specified, but peer sends KE.");
        }
        if (ke.isEmpty() && state.pair().isPresent()) {
            throw NegotiationException.silently(
                    Cause.NO_PHASE2_PROPOSAL, "PFS was offered, but the peer sends no KE.");
        }
        exchange.stopRepeating();
        exchange.noteAnswer();
        Bytes nr = chain.find(Payload.Nonce.class).orElseThrow().body();
        Phase2Choice limited = QuickNotices.limit(choice, chain);
        exchange.prepare(state.wanted(), NatOriginalAddresses.peer(exchange, chain));
        if (state.pair().isPresent()) {
            exchange.compute(
                    Computation.secret(state.pair().get(), ke.orElseThrow().body()),
                    done -> install(exchange, state, limited, nr, done.secret().orElseThrow()));
        } else {
            install(exchange, state, limited, nr, Secret.EMPTY);
        }
    }

    private static void checkTraffic(Phase2 exchange, Offered state, PayloadChain chain)
            throws NegotiationException {
        List<Payload.Identification> told = chain.all(Payload.Identification.class).toList();
        Traffic traffic = exchange.traffic().orElseThrow();
        if (told.isEmpty()) {
            return;
        }
        boolean same =
                told.get(0).body().equals(traffic.ownPayload().body())
                        && told.get(1).body().equals(traffic.peerPayload().body());
        if (!same) {
            throw NegotiationException.telling(
                    NotifyType.INVALID_ID_INFORMATION,
                    Cause.NO_POLICY_AT_PEER,
                    "mismatched ID was returned.");
        }
    }

    /// What comes in can be read before message 3 goes out, and what goes out follows it: so
    /// neither side gets a packet that it cannot read.
    private static void install(
            Phase2 exchange, Offered state, Phase2Choice choice, Bytes nr, Secret sharedSecret) {
        SaInstaller installer = exchange.installer().orElseThrow();
        Keymat keymat = exchange.keymat(sharedSecret, state.ni(), nr);
        exchange.install(
                installer.inbound(choice, state.spis(), keymat),
                _ -> {
                    exchange.sendLast(List.of(exchange.hash3(state.ni(), nr)));
                    Runnable finish =
                            () ->
                                    exchange.install(
                                            exchange.outbound(choice, keymat),
                                            _ -> exchange.done(choice, state.spis()));
                    if (exchange.wantsCommit()) {
                        exchange.await(new Committing(finish));
                        exchange.impatiently(
                                exchange.context().settings().timers().interval(), finish);
                    } else if (state.pair().isPresent()) {
                        exchange.impatiently(peersWork(exchange, state), finish);
                    } else {
                        finish.run();
                    }
                });
    }

    /// Some responders (strongSwan) compute the shared secret only when message 3 is there, and
    /// until then drop what we send. How long that takes them, message 2 shows, for which they had
    /// to compute about as much; a loaded machine takes longer the second time.
    private static Duration peersWork(Phase2 exchange, Offered state) {
        Duration twice = Duration.between(state.since(), exchange.answeredAt()).multipliedBy(2);
        return twice.compareTo(LONGEST_WORK) < 0 ? twice : LONGEST_WORK;
    }

    /// Takes 4: the peer is ready.
    static void takeConnected(Phase2 exchange, Committing state, PayloadChain chain)
            throws NegotiationException {
        boolean connected =
                chain.all(Payload.Notify.class).anyMatch(each -> each.is(NotifyType.CONNECTED));
        if (!connected) {
            throw NegotiationException.silently(
                    Cause.MALFORMED, "CONNECTED expected, something else came");
        }
        state.finish().run();
    }

    static InetAddress address(Bytes octets) {
        try {
            return InetAddress.getByAddress(octets.toArray());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("the codec takes 4 or 16 octets", impossible);
        }
    }
}
