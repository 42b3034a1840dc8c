package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.Phase1State.Ended;
import org.jipsec.ike.Phase1State.Established;
import org.jipsec.ike.Phase1State.Started;
import org.jipsec.ike.Phase1State.Working;
import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.Datagram;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.FragmentCodec;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.MessageRule;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.TransformReader;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One phase 1: the negotiation, and the ISAKMP SA that comes of it. What a message means is in
/// [Phase1Table] and the modes; here is what all of them need.
final class Phase1 {
    /// What is done with a payload of Diffie-Hellman work.
    @FunctionalInterface
    interface Then {
        void go(Computation.Result.Done done) throws NegotiationException;
    }

    private final Context context;
    private final Phase1Owner owner;
    private final Role role;
    private final ExchangeMode mode;
    private final Transmission transmission;
    private final Announcements announcements = new Announcements();
    private final NatProgress nat;
    private InetSocketAddress local;
    private InetSocketAddress remote;
    private InetSocketAddress heardLocal;
    private InetSocketAddress heardRemote;
    private Cookies cookies;
    private List<RemoteSettings> candidates;
    private Phase1State state = new Started();
    private Optional<Fingerprint> answering = Optional.empty();
    private final FailureNotes notes = new FailureNotes();
    private final MessageIds messageIds = new MessageIds();
    private Optional<Liveness> liveness = Optional.empty();
    private boolean quiet;
    private boolean dying;
    private boolean suspect;
    private int complaints;

    Phase1(
            Context context,
            Phase1Owner owner,
            Role role,
            ExchangeMode mode,
            InetSocketAddress local,
            InetSocketAddress remote,
            Cookies cookies,
            List<RemoteSettings> candidates) {
        this.context = context;
        this.owner = owner;
        this.role = role;
        this.mode = mode;
        this.local = local;
        this.remote = remote;
        this.heardLocal = local;
        this.heardRemote = remote;
        this.cookies = cookies;
        this.candidates = candidates;
        this.transmission = new Transmission(context);
        this.nat = new NatProgress(context);
    }

    Role role() {
        return role;
    }

    ExchangeMode mode() {
        return mode;
    }

    InetSocketAddress local() {
        return local;
    }

    InetSocketAddress remote() {
        return remote;
    }

    InetAddress peer() {
        return remote.getAddress();
    }

    Cookies cookies() {
        return cookies;
    }

    Announcements announcements() {
        return announcements;
    }

    NatProgress nat() {
        return nat;
    }

    Phase1State state() {
        return state;
    }

    MessageIds messageIds() {
        return messageIds;
    }

    FailureNotes notes() {
        return notes;
    }

    /// The section that is in force: before the choice the first that may be.
    RemoteSettings settings() {
        return candidates.getFirst();
    }

    List<RemoteSettings> candidates() {
        return candidates;
    }

    Optional<Established> established() {
        return state instanceof Established done ? Optional.of(done) : Optional.empty();
    }

    Optional<Liveness> liveness() {
        return liveness;
    }

    void liveness(Liveness watch) {
        liveness = Optional.of(watch);
    }

    /// Whether another error may be told in clear: a few are enough, whatever is sent to us.
    boolean mayComplain() {
        return complaints++ < MOST_COMPLAINTS;
    }

    /// Whether it is old: no new exchange begins under it.
    boolean isDying() {
        return dying;
    }

    void age() {
        dying = true;
    }

    /// The peer seems to have forgotten it. Nothing new begins under it, and it goes when there is
    /// another.
    void suspect() {
        dying = true;
        suspect = true;
    }

    boolean isSuspect() {
        return suspect && established().isPresent();
    }

    boolean isEnded() {
        return state instanceof Ended;
    }

    /// `192.168.1.100[500]<=>192.168.2.100[500]`
    String betweenText() {
        return Places.text(local) + "<=>" + Places.text(remote);
    }

    /// `192.168.1.100[500]-192.168.2.100[500] spi:INITIATOR:RESPONDER`
    String text() {
        return "%s-%s spi:%s".formatted(Places.text(local), Places.text(remote), cookiesText());
    }

    String cookiesText() {
        return cookies.initiator() + ":" + cookies.responder();
    }

    /// As initiator: sends the first message.
    void begin() {
        announce();
        try {
            switch (mode) {
                case MAIN -> MainMode.begin(this);
                case AGGRESSIVE -> AggressiveMode.begin(this);
                case BASE -> BaseMode.begin(this);
            }
        } catch (NegotiationException impossible) {
            problem(impossible);
            fail();
        }
    }

    private void announce() {
        context.info(
                "%s new phase 1 negotiation: %s".formatted(role.verb(), betweenText()),
                "event",
                "phase1_begun",
                "role",
                role.verb(),
                "local",
                Places.text(local),
                "remote",
                Places.text(remote));
        context.info("begin %s mode.".formatted(mode.title()));
    }

    /// As responder: takes the first message. Ended behind it when it was none of ours.
    void begin(Message first, Fingerprint fingerprint) {
        quiet = !context.tellsOfStranger();
        context.quietly(
                quiet,
                () -> {
                    announce();
                    receive(first, fingerprint);
                    if (state instanceof Started) {
                        fail();
                    }
                });
    }

    /// A message of phase 1.
    void receive(Datagram message, Fingerprint fingerprint) {
        Optional<Phase1Row<?>> row = Phase1Table.find(mode, role, state);
        if (row.isEmpty()) {
            context.debug("ignored a phase 1 packet in state " + state.getClass().getSimpleName());
            return;
        }
        Optional<CipherChain> chain = Phase1Chains.of(state);
        Bytes before = chain.map(CipherChain::iv).orElse(Bytes.EMPTY);
        Optional<Fingerprint> answeredBefore = answering;
        try {
            MessageRule rule = row.get().rule();
            PayloadChain payloads = open(rule, chain, message);
            announcements.hear(payloads, context);
            check(rule.violation(payloads, announcements.natTraversalNumbers(settings())));
            adoptCookie(message.header());
            answering = Optional.of(fingerprint);
            boolean later = !(state instanceof Started);
            row.get().take(this, state, payloads);
            if (later) {
                quiet = false; // whoever it is, it is at its address
                owner.proceeded(this);
            }
        } catch (NegotiationException refused) {
            chain.ifPresent(each -> each.resume(before));
            answering = answeredBefore;
            problem(refused);
        }
    }

    private static void check(Optional<MessageRule.Violation> violation)
            throws NegotiationException {
        if (violation.isPresent()) {
            throw NegotiationException.of(violation.get());
        }
    }

    private PayloadChain open(MessageRule rule, Optional<CipherChain> chain, Datagram message)
            throws NegotiationException {
        check(rule.coverViolation(message instanceof EncryptedMessage));
        return switch (message) {
            case Message clear -> clear.chain();
            case EncryptedMessage sealed -> {
                try {
                    CipherChain.Opened opened =
                            chain.orElseThrow().open(sealed, context.settings().padding());
                    chain.get().believe(opened);
                    yield opened.payloads();
                } catch (WireException garbled) {
                    throw NegotiationException.silently(
                            Cause.WRONG_KEY,
                            "the packet does not decrypt to payloads: " + garbled.getMessage());
                }
            }
        };
    }

    private void adoptCookie(Header header) {
        if (cookies.responder().isZero()) {
            Cookies old = cookies;
            cookies = new Cookies(cookies.initiator(), header.responder());
            owner.named(this, old);
        }
    }

    /// Once a section is settled.
    private void selectNatTraversal() {
        announcements
                .natTraversal(settings())
                .ifPresent(
                        draft ->
                                nat.select(
                                        draft,
                                        settings().natTraversal() == NatTraversal.FORCE,
                                        peer()));
    }

    /// What can be negotiated of our section's proposals.
    List<Proposal> ownProposals() {
        return settings().proposals().stream().filter(Phase1::isUsable).toList();
    }

    static boolean isUsable(Proposal proposal) {
        return proposal.authentication()
                == org.jipsec.ike.settings.AuthenticationMethod.PRE_SHARED_KEY;
    }

    List<Payload.Vendor> ownVendorIds() {
        return announcements.own(settings(), role);
    }

    /// As responder: chooses of an offer, and settles on a section.
    Phase1Agreement choose(Payload.Sa offer, PayloadChain chain) throws NegotiationException {
        notes.offered(offer);
        Optional<String> problem = TransformReader.problem(offer);
        if (problem.isPresent()) {
            throw noProposal(problem.get());
        }
        Optional<Phase1Agreement> chosen =
                Phase1Agreement.choose(offer, candidates, Phase1::isUsable);
        if (chosen.isEmpty()) {
            throw noProposal("no suitable proposal found: " + notes.nearest(offer, candidates));
        }
        candidates = List.of(chosen.get().remote());
        selectNatTraversal();
        return chosen.get();
    }

    /// racoon says nothing, and its peer can only guess.
    private static NegotiationException noProposal(String text) {
        return NegotiationException.telling(
                org.jipsec.isakmp.NotifyType.NO_PROPOSAL_CHOSEN, Cause.NO_PROPOSAL, text);
    }

    /// As initiator: takes the responder's choice.
    Phase1Agreement accept(Payload.Sa answer, List<Proposal> offered, PayloadChain chain)
            throws NegotiationException {
        Phase1Agreement agreement =
                Phase1Agreement.accept(answer, settings(), offered)
                        .orElseThrow(
                                () ->
                                        NegotiationException.silently(
                                                Cause.NO_PROPOSAL,
                                                "proposal mismathed: the answer is none of what"
                                                        + " was offered"));
        selectNatTraversal();
        return agreement;
    }

    Bytes nonce() {
        byte[] octets = new byte[settings().nonceSize()];
        context.random().nextBytes(octets);
        return Bytes.of(octets);
    }

    Secret presharedKey(Optional<Identity> name) throws NegotiationException {
        PresharedKeyLookup.Key key =
                new PresharedKeyLookup(context).find(name, peer(), settings().verifyIdentity());
        notes.key(key.entry());
        return key.secret();
    }

    Identity ownIdentity() throws NegotiationException {
        return Identities.own(settings().ownIdentity(), local)
                .orElseThrow(
                        () ->
                                NegotiationException.silently(
                                        Cause.NOT_AVAILABLE,
                                        "my_identifier asn1dn is not available yet"));
    }

    /// Who the peer says it is.
    Identity told(Payload.Identification payload) throws NegotiationException {
        Identity identity =
                Identities.of(payload)
                        .orElseThrow(
                                () ->
                                        NegotiationException.telling(
                                                org.jipsec.isakmp.NotifyType.INVALID_ID_INFORMATION,
                                                Cause.MALFORMED,
                                                "identification type %d is unknown"
                                                        .formatted(payload.kind())));
        notes.identity(identity);
        return identity;
    }

    /// As responder whose peer has named itself in clear: sections that would not have it are not
    /// asked.
    void narrowByIdentity(Identity identity) throws NegotiationException {
        List<RemoteSettings> fitting =
                candidates.stream().filter(each -> isAllowed(each, identity)).toList();
        if (fitting.isEmpty()) {
            throw wrongIdentity(identity);
        }
        candidates = fitting;
    }

    private boolean isAllowed(RemoteSettings section, Identity identity) {
        return !section.verifyIdentity()
                || section.peerIdentities().stream()
                        .anyMatch(meant -> Identities.matches(meant, identity, peer()));
    }

    private static NegotiationException wrongIdentity(Identity identity) {
        return NegotiationException.telling(
                org.jipsec.isakmp.NotifyType.INVALID_ID_INFORMATION,
                Cause.WRONG_IDENTITY,
                "mismatched ID: the peer says it is " + identity);
    }

    /// Checks the peer's proof, and that it may be who it is.
    ///
    /// @param told its identification payload
    /// @param expected the hash that it must have sent
    Identity authenticated(
            Phase1Agreement agreement,
            Payload.Identification told,
            Bytes expected,
            PayloadChain chain)
            throws NegotiationException {
        Identity identity = told(told);
        if (mode == ExchangeMode.MAIN && !identity.type().isAddress()) {
            throw NegotiationException.telling(
                    org.jipsec.isakmp.NotifyType.INVALID_ID_INFORMATION,
                    Cause.WRONG_IDENTITY,
                    "Expecting IP address type in main mode, but %s."
                            .formatted(identity.type().title()));
        }
        Bytes proof = chain.find(Payload.Hash.class).orElseThrow().body();
        if (!proof.matches(expected)) {
            throw NegotiationException.telling(
                    org.jipsec.isakmp.NotifyType.INVALID_HASH_INFORMATION,
                    Cause.WRONG_KEY,
                    "HASH mismatched");
        }
        if (!isAllowed(settings(), identity)) {
            throw wrongIdentity(identity);
        }
        return identity;
    }

    Phase1Hashes hashes(Phase1Agreement agreement, Bytes gxi, Bytes gxr, Payload.Sa offer) {
        return new Phase1Hashes(agreement.terms().hash(), gxi, gxr, cookies, offer.body());
    }

    Phase1Keys keys(
            Phase1Agreement agreement,
            Secret key,
            Bytes ni,
            Bytes nr,
            Optional<Secret> sharedSecret,
            Phase1Hashes hashes)
            throws NegotiationException {
        IkeHash hash = agreement.terms().hash();
        KeyMaterial material =
                KeyMaterial.derive(
                        agreement.terms().cipher(),
                        agreement.keyBits(),
                        hash,
                        KeyMaterial.skeyidOfPresharedKey(hash, key, ni, nr),
                        sharedSecret.orElseThrow(),
                        cookies);
        if (material.isWeak()) {
            material.close();
            throw NegotiationException.silently(Cause.WEAK_KEY, "weakkey was generated.");
        }
        return Phase1Keys.of(material, hashes);
    }

    List<Payload.NatDetection> ownNatDetection(IkeHash hash) {
        return nat.own(hash, cookies, local, remote);
    }

    void checkNatDetection(IkeHash hash, PayloadChain chain) throws NegotiationException {
        nat.check(hash, cookies, local, remote, chain);
    }

    /// As initiator that has found a NAT: from now on by port 4500 (RFC 3947 4).
    void float4500() {
        if (!nat.changesPort() || isOnNatPort()) {
            return;
        }
        Optional<InetSocketAddress> place = context.places().encapsulating(local.getAddress());
        if (place.isEmpty()) {
            context.warning(
                    "NAT detected, but no port for ESP in UDP is open at %s"
                            .formatted(Places.text(local)));
            return;
        }
        follow(place.get(), new InetSocketAddress(remote.getAddress(), NAT_PORT));
    }

    private static final int MOST_COMPLAINTS = 8;

    /// Where IKE goes behind a NAT (RFC 3947 4).
    static final int NAT_PORT = 4500;

    boolean isOnNatPort() {
        return context.places().encapsulating(local.getAddress()).equals(Optional.of(local));
    }

    /// Whether ESP goes in UDP: a NAT was found, or the peer has found one and moved.
    boolean usesUdp() {
        return nat.isDetected() || nat.draft().isPresent() && isOnNatPort();
    }

    /// A message of the peer's came by other ports than before.
    void follow(InetSocketAddress newLocal, InetSocketAddress newRemote) {
        InetAddress before = remote.getAddress();
        local = newLocal;
        remote = newRemote;
        owner.moved(this, before);
    }

    /// A message came by these ports; whether it is the peer's is not known yet.
    void comesBy(InetSocketAddress newLocal, InetSocketAddress newRemote) {
        heardLocal = newLocal;
        heardRemote = newRemote;
    }

    /// What came last is the peer's: behind a NAT that has changed its mind, answers go that way
    /// from now on.
    void believe() {
        boolean changed = !heardRemote.equals(remote) || !heardLocal.equals(local);
        if (changed && nat.isDetected()) {
            context.info(
                    peer(),
                    "NAT-T: the peer has moved from %s to %s"
                            .formatted(Places.text(remote), Places.text(heardRemote)));
            follow(heardLocal, heardRemote);
            owner.remapped(this);
        }
    }

    /// Has work done; meanwhile nothing is taken.
    void compute(Computation computation, Then then) {
        Phase1State before = state;
        transmission.stop();
        state = new Working(before.awaited());
        context.compute(
                computation,
                result -> {
                    if (!isEnded()) {
                        state = before;
                        context.quietly(quiet, () -> computed(result, then));
                    }
                });
    }

    private void computed(Computation.Result result, Then then) {
        switch (result) {
            case Computation.Result.Done done -> {
                try {
                    then.go(done);
                } catch (NegotiationException refused) {
                    problem(refused);
                    fail();
                }
            }
            case Computation.Result.Refused(String why) -> {
                problem(
                        NegotiationException.telling(
                                org.jipsec.isakmp.NotifyType.INVALID_KEY_INFORMATION,
                                Cause.BAD_KEY_EXCHANGE,
                                why));
                fail();
            }
        }
    }

    private void timeUp() {
        context.quietly(quiet, () -> fail("due to time up."));
    }

    void sendClear(List<? extends Payload> payloads, Phase1State next) {
        state = next;
        transmission.repeat(answer(Message.of(header(), payloads)), this::timeUp);
    }

    void sendSealed(CipherChain chain, List<? extends Payload> payloads, Phase1State next) {
        state = next;
        transmission.repeat(answer(seal(chain, payloads)), this::timeUp);
    }

    /// The exchange's last message: sent again only when the peer repeats its own.
    void sendLastSealed(CipherChain chain, List<? extends Payload> payloads) {
        transmission.once(answer(seal(chain, payloads)));
    }

    void sendLastClear(List<? extends Payload> payloads) {
        transmission.once(answer(Message.of(header(), payloads)));
    }

    private EncryptedMessage seal(CipherChain chain, List<? extends Payload> payloads) {
        return chain.seal(
                header(),
                PayloadChain.of(payloads),
                context.settings().padding(),
                context.random());
    }

    private Header header() {
        return new Header(
                cookies.initiator(), cookies.responder(), Header.IKE_V1, mode.number(), 0, 0);
    }

    private List<UdpDatagram> answer(Datagram message) {
        List<UdpDatagram> datagrams = datagrams(MessageCodec.encode(message));
        answering.ifPresent(fingerprint -> owner.answered(fingerprint, remote, datagrams));
        return datagrams;
    }

    /// A message on the way of this SA.
    List<UdpDatagram> datagrams(Bytes message) {
        List<Bytes> pieces =
                announcements.fragments(settings())
                        ? FragmentCodec.split(message, FragmentCodec.LIMIT)
                        : List.of(message);
        return pieces.stream().map(piece -> new UdpDatagram(local, remote, piece)).toList();
    }

    /// The negotiation is done: from now on it is an ISAKMP SA.
    void establish(Phase1Agreement agreement, Phase1Keys keys, Identity peer, PayloadChain last) {
        transmission.stop();
        state =
                new Established(
                        agreement,
                        keys.material(),
                        keys.chain().iv(),
                        peer,
                        context.now(),
                        context.now().plus(agreement.lifetime()));
        context.info(
                "ISAKMP-SA established " + text(),
                "event",
                "phase1_up",
                "local",
                Places.text(local),
                "remote",
                Places.text(remote),
                "cookies",
                cookiesText(),
                "peer_id",
                peer.toString());
        owner.established(this, last);
    }

    /// A message was not taken. The negotiation goes on: anybody can send a packet.
    private void problem(NegotiationException refused) {
        notes.problem(refused.why(), refused.text());
        context.error(peer(), refused.text());
        refused.notification().ifPresent(type -> owner.tell(this, type));
    }

    void fail() {
        fail(".");
    }

    private void fail(String how) {
        if (isEnded()) {
            return;
        }
        Failure failure = notes.failure(this, context.now());
        context.error(
                "phase1 negotiation failed%s%s %s"
                        .formatted(how.equals(".") ? "" : " ", how, cookiesText()));
        end();
        context.failures().add(failure);
        context.report(
                new IkeReport(
                        IkeReport.Level.ERROR,
                        Optional.of(peer()),
                        failure.sentence(),
                        IkeReport.facts(
                                "event",
                                "phase1_failed",
                                "cause",
                                failure.cause().word(),
                                "remote",
                                Places.text(remote))));
        owner.failed(this, failure);
    }

    /// Ends whatever it is, without a word to anybody.
    void end() {
        transmission.stop();
        context.agenda().disarmAll(this);
        if (state instanceof Established done) {
            done.material().close();
        }
        state = new Ended();
    }

    /// The chain for one exchange after phase 1 (RFC 2409 appendix B).
    CipherChain chain(Established done, int messageId) {
        KeyMaterial material = done.material();
        return new CipherChain(
                material.cipher(),
                material.encryptionKey(),
                IvDerivation.phase2(
                        material.cipher(), material.hash(), done.lastBlock(), messageId));
    }

    Cookie own() {
        return role == Role.INITIATOR ? cookies.initiator() : cookies.responder();
    }

    List<String> proposalTexts() {
        List<String> texts = new ArrayList<>();
        candidates.forEach(each -> each.proposals().forEach(one -> texts.add(one.toString())));
        return texts;
    }
}
