package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.Phase1State.Established;
import org.jipsec.ike.Phase2State.Answered;
import org.jipsec.ike.Phase2State.Ended;
import org.jipsec.ike.Phase2State.Offered;
import org.jipsec.ike.Phase2State.Started;
import org.jipsec.ike.Phase2State.Working;
import org.jipsec.ike.QuickTable.Row;
import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.MessageRule;
import org.jipsec.isakmp.NattDraft;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One phase 2: a quick mode, and the SAs that come of it. What a message means is in [QuickTable]
/// and the two sides; here is what both need.
final class Phase2 {
    /// What is done when work is done.
    @FunctionalInterface
    interface Then<T> {
        void go(T result) throws NegotiationException;
    }

    private final Context context;
    private final Phase2Owner owner;
    private final Role role;
    private Phase1 phase1;
    private final int messageId;
    private final CipherChain chain;
    private final Phase2Hashes hashes;
    private final Transmission transmission;
    private Optional<Need> need;
    private Optional<Traffic> traffic = Optional.empty();
    private Optional<SaInstaller> installer = Optional.empty();
    private List<Spi> reserved = List.of();
    private List<Policy> generated = List.of();
    private Optional<InetSocketAddress> outboundTo = Optional.empty();
    private boolean following;
    private Phase2State state = new Started();
    private Optional<Fingerprint> answering = Optional.empty();
    private boolean wantsCommit;
    private Instant answeredAt = Instant.EPOCH;
    private boolean aged;
    private boolean unanswered;
    private int doubts;
    private boolean answeredOffer;
    private long order;
    private Cause lastCause = Cause.NO_ANSWER_IN_PHASE2;
    private String lastDetail = "";

    /// @param done that `phase1` is
    /// @param need as initiator; empty as responder
    Phase2(
            Context context,
            Phase2Owner owner,
            Role role,
            Phase1 phase1,
            Established done,
            int messageId,
            Optional<Need> need) {
        this.context = context;
        this.owner = owner;
        this.role = role;
        this.phase1 = phase1;
        this.messageId = messageId;
        this.chain = phase1.chain(done, messageId);
        this.hashes =
                new Phase2Hashes(done.material().hash(), done.material().skeyidA(), messageId);
        this.transmission = new Transmission(context);
        this.need = need;
    }

    Context context() {
        return context;
    }

    Role role() {
        return role;
    }

    Phase1 phase1() {
        return phase1;
    }

    int messageId() {
        return messageId;
    }

    Phase2State state() {
        return state;
    }

    Optional<Need> need() {
        return need;
    }

    Optional<Traffic> traffic() {
        return traffic;
    }

    Optional<SaInstaller> installer() {
        return installer;
    }

    boolean isEnded() {
        return state instanceof Ended;
    }

    boolean isDone() {
        return state instanceof Phase2State.Done;
    }

    boolean wantsCommit() {
        return wantsCommit;
    }

    /// `INITIATOR:RESPONDER:MESSAGEID`, as racoon names it.
    String text() {
        return phase1.cookiesText() + ":" + "%08x".formatted(messageId);
    }

    void announce() {
        context.info(
                "%s new phase 2 negotiation: %s".formatted(role.verb(), phase1.betweenText()),
                "event",
                "phase2_begun",
                "role",
                role.verb(),
                "local",
                Places.text(phase1.local()),
                "remote",
                Places.text(phase1.remote()));
    }

    /// A message of this exchange.
    void receive(EncryptedMessage message, Fingerprint fingerprint) {
        Optional<Row<?>> row = QuickTable.find(role, state);
        if (row.isEmpty()) {
            context.debug("ignored a phase 2 packet in state " + state.getClass().getSimpleName());
            return;
        }
        Bytes before = chain.iv();
        Optional<Fingerprint> answeredBefore = answering;
        try {
            CipherChain.Opened opened = chain.open(message, context.settings().padding());
            Optional<MessageRule.Violation> violation =
                    row.get()
                            .rule()
                            .violation(
                                    opened.payloads(),
                                    phase1.nat().draft().map(NattDraft::numbers));
            if (violation.isPresent()) {
                throw NegotiationException.of(violation.get());
            }
            checkHash(row.get().proof(), opened.payloads());
            chain.believe(opened);
            phase1.believe();
            wantsCommit |= message.header().wantsCommit();
            answering = Optional.of(fingerprint);
            row.get().take(this, state, opened.payloads());
        } catch (WireException garbled) {
            problem(
                    NegotiationException.silently(
                            Cause.MALFORMED,
                            "the packet does not decrypt to payloads: " + garbled.getMessage()));
        } catch (NegotiationException refused) {
            chain.resume(before);
            answering = answeredBefore;
            problem(refused);
            if (state instanceof Started) {
                fail();
            }
        }
    }

    private void checkHash(QuickTable.Proof proof, PayloadChain payloads)
            throws NegotiationException {
        Bytes told = payloads.find(Payload.Hash.class).orElseThrow().body();
        Bytes expected =
                switch (proof) {
                    case HASH_1 -> hashes.hash1(payloads.behindFirst());
                    case HASH_2 -> hashes.hash2(((Offered) state).ni(), payloads.behindFirst());
                    case HASH_3 -> hashes.hash3(((Answered) state).ni(), ((Answered) state).nr());
                };
        if (!told.matches(expected)) {
            throw NegotiationException.telling(
                    NotifyType.INVALID_HASH_INFORMATION,
                    Cause.MALFORMED,
                    "HASH(%d) mismatch.".formatted(proof.ordinal() + 1));
        }
    }

    Bytes nonce() {
        byte[] octets = new byte[phase1.settings().nonceSize()];
        context.random().nextBytes(octets);
        return Bytes.of(octets);
    }

    /// The traffic is known: which sainfo is for it?
    SainfoSettings sainfo(Traffic wanted) throws NegotiationException {
        traffic = Optional.of(wanted);
        Established done = phase1.established().orElseThrow();
        SainfoSearch search =
                new SainfoSearch(
                        wanted.own(),
                        wanted.peer(),
                        phase1.settings().id(),
                        Optional.of(done.peer()),
                        phase1.peer());
        return search.in(context.settings())
                .orElseThrow(
                        () ->
                                NegotiationException.telling(
                                        NotifyType.INVALID_ID_INFORMATION,
                                        Cause.NO_SAINFO,
                                        "failed to get sainfo for " + search.text()));
    }

    /// Whether a configuration has its sainfo still.
    boolean isConfigured(Settings settings) {
        return installer
                .map(made -> settings.sainfos().contains(made.wanted().sainfo()))
                .orElse(true);
    }

    /// As responder: which policy it is for.
    void serve(Need found) {
        need = Optional.of(found);
    }

    /// Policies made for it: they go with the last that they were made for.
    void generated(List<Policy> made) {
        context.generated().hold(made);
        context.generated().release(generated);
        generated = List.copyOf(made);
    }

    List<Policy> generated() {
        return generated;
    }

    Phase2Wanted wanted(List<PolicyRule> rules, SainfoSettings sainfo) {
        return new Phase2Wanted(
                rules,
                sainfo,
                phase1.settings().proposalCheck(),
                context.settings().complexBundle(),
                phase1.usesUdp(),
                phase1.nat().draft());
    }

    SaInstaller prepare(Phase2Wanted wanted, Optional<InetAddress> peerOriginal) {
        int fragment = phase1.settings().espFragment();
        SaInstaller made =
                new SaInstaller(
                        wanted,
                        phase1.local(),
                        phase1.remote(),
                        peerOriginal,
                        fragment == UNFRAGMENTED ? 0 : fragment,
                        SaInstaller.inboundReqids(wanted.rules(), need().flatMap(this::inbound)));
        installer = Optional.of(made);
        return made;
    }

    private Optional<Policy> inbound(Need from) {
        return context.spd().covering(from.policy().selector().reversed(), Direction.IN);
    }

    private static final int UNFRAGMENTED = 65535;
    private static final int ENOUGH_DOUBTS = 2;

    /// Says, as racoon does, that ESP in UDP is what the policy has as ESP.
    void reportEncapsulation(Phase2Choice choice) {
        for (Phase2Choice.Part part : choice.parts()) {
            Encapsulation inUdp = part.encapsulation();
            if (inUdp.udp()) {
                Encapsulation plain = new Encapsulation(inUdp.mode(), false);
                context.info("Adjusting my encmode %s->%s".formatted(inUdp.text(), plain.text()));
                context.info(
                        "Adjusting peer's encmode %s(%d)->%s(%d)"
                                .formatted(
                                        inUdp.text(),
                                        inUdp.number(phase1.nat().draft()),
                                        plain.text(),
                                        plain.number(phase1.nat().draft())));
            }
        }
    }

    /// Gets a number for each rule.
    void reserve(SaInstaller from, Then<List<Spi>> then) {
        state = new Working();
        limitWork();
        List<Spi> spis = new ArrayList<>();
        List<PolicyRule> rules = from.wanted().rules();
        for (PolicyRule rule : rules) {
            context.ask(
                    from.reserve(rule),
                    reply -> {
                        switch (reply) {
                            case SadbReply.SpiReserved(Spi spi) -> spis.add(spi);
                            case SadbReply.Refused refused -> refused(refused);
                            case SadbReply.Done _,
                                    SadbReply.Sa _,
                                    SadbReply.Sas _,
                                    SadbReply.FoundPolicy _,
                                    SadbReply.Policies _,
                                    SadbReply.Registered _,
                                    SadbReply.Counted _ ->
                                    throw new IllegalStateException("no SPI: " + reply);
                        }
                        if (isEnded()) {
                            release(from, rules, spis);
                        } else if (spis.size() == rules.size()) {
                            reserved = List.copyOf(spis);
                            go(then, reserved);
                        }
                    });
        }
    }

    /// Has work done; meanwhile nothing is taken.
    void compute(Computation computation, Then<Computation.Result.Done> then) {
        state = new Working();
        limitWork();
        context.compute(
                computation,
                result -> {
                    switch (result) {
                        case Computation.Result.Done done -> go(then, done);
                        case Computation.Result.Refused(String why) ->
                                go(
                                        _ -> {
                                            throw NegotiationException.telling(
                                                    NotifyType.INVALID_KEY_INFORMATION,
                                                    Cause.BAD_KEY_EXCHANGE,
                                                    why);
                                        },
                                        why);
                    }
                });
    }

    /// Has SAs made; a refusal ends the exchange.
    void install(List<SadbOperation> operations, Then<Boolean> then) {
        state = new Working();
        limitWork();
        context.askAll(
                operations,
                refusal -> {
                    if (refusal.isPresent()) {
                        refused(refusal.get());
                    } else {
                        go(then, true);
                    }
                });
    }

    /// A worker or backend that never answers does not keep this for ever.
    private void limitWork() {
        context.agenda()
                .arm(
                        this,
                        Agenda.Kind.GIVE_UP,
                        context.now().plus(context.settings().timers().phase2()),
                        () -> {
                            lastCause = Cause.TOO_LATE;
                            context.error(
                                    "%s give up to get IPsec-SA due to time up to wait."
                                            .formatted(Places.text(phase1.remote())));
                            fail();
                        });
    }

    private <T> void go(Then<T> then, T result) {
        context.agenda().disarm(this, Agenda.Kind.GIVE_UP);
        if (isEnded()) {
            return;
        }
        try {
            then.go(result);
        } catch (NegotiationException refused) {
            problem(refused);
            fail();
        }
    }

    private void refused(SadbReply.Refused refused) {
        if (isEnded()) {
            return;
        }
        problem(
                NegotiationException.silently(
                        Cause.REFUSED_BY_BACKEND,
                        "the SADB refused: %s%s"
                                .formatted(
                                        refused.errno(),
                                        refused.why().isEmpty() ? "" : ": " + refused.why())));
        fail();
    }

    private void release(SaInstaller from, List<PolicyRule> rules, List<Spi> spis) {
        for (int i = 0; i < spis.size(); i++) {
            context.order(
                    new SadbOperation.DeleteSa(from.inboundReference(rules.get(i), spis.get(i))));
        }
    }

    Keymat keymat(Secret sharedSecret, Bytes ni, Bytes nr) {
        Established done = phase1.established().orElseThrow();
        IkeHash hash = done.material().hash();
        return new Keymat(hash, done.material().skeyidD(), sharedSecret, ni, nr);
    }

    /// Sends payloads behind HASH(1) or, with `ni`, HASH(2), again and again.
    void send(Optional<Bytes> ni, List<? extends Payload> behind, Phase2State next) {
        state = next;
        transmission.repeat(
                seal(hashed(ni, behind)),
                () -> {
                    context.error("phase2 negotiation failed due to time up. " + text());
                    unanswered = role == Role.INITIATOR && lastDetail.isEmpty();
                    fail();
                });
    }

    /// Sends the last message: again only when the peer repeats its own.
    void sendLast(List<? extends Payload> payloads) {
        transmission.once(seal(payloads));
    }

    void sendLastHashed(List<? extends Payload> behind) {
        sendLast(hashed(Optional.empty(), behind));
    }

    Payload.Hash hash3(Bytes ni, Bytes nr) {
        return new Payload.Hash(hashes.hash3(ni, nr));
    }

    private List<Payload> hashed(Optional<Bytes> ni, List<? extends Payload> behind) {
        Bytes rest = PayloadChain.of(behind).octets();
        Bytes hash = ni.isPresent() ? hashes.hash2(ni.get(), rest) : hashes.hash1(rest);
        List<Payload> all = new ArrayList<>();
        all.add(new Payload.Hash(hash));
        all.addAll(behind);
        return all;
    }

    private List<UdpDatagram> seal(List<? extends Payload> payloads) {
        Header header =
                Header.of(
                        phase1.cookies().initiator(),
                        phase1.cookies().responder(),
                        ExchangeType.QUICK,
                        messageId);
        EncryptedMessage sealed =
                chain.seal(
                        header,
                        PayloadChain.of(payloads),
                        context.settings().padding(),
                        context.random());
        List<UdpDatagram> datagrams = phase1.datagrams(MessageCodec.encode(sealed));
        answering.ifPresent(fingerprint -> owner.answered(fingerprint, phase1, datagrams));
        return datagrams;
    }

    void await(Phase2State next) {
        state = next;
    }

    /// The peer does not say anything that is awaited: after a while on without it.
    void impatiently(Duration patience, Runnable then) {
        context.agenda().arm(this, Agenda.Kind.GIVE_UP, context.now().plus(patience), then);
    }

    /// As initiator: the peer's answer has come.
    void noteAnswer() {
        answeredAt = context.now();
    }

    Instant answeredAt() {
        return answeredAt;
    }

    void stopRepeating() {
        transmission.stop();
    }

    /// All SAs are there.
    void done(Phase2Choice choice, List<Spi> inbound) {
        context.agenda().disarm(this, Agenda.Kind.GIVE_UP);
        List<Spi> outbound = choice.parts().stream().map(SaInstaller::peerSpi).toList();
        state = new Phase2State.Done(choice, inbound, outbound);
        order = context.next();
        SaInstaller made = installer.orElseThrow();
        for (int i = 0; i < inbound.size(); i++) {
            report(made.text(choice.parts().get(i), inbound.get(i)), inbound.get(i), "in");
        }
        for (int i = 0; i < outbound.size(); i++) {
            report(made.text(choice.parts().get(i), outbound.get(i)), outbound.get(i), "out");
        }
        owner.established(this);
    }

    /// What goes out, to where the peer is now.
    List<SadbOperation> outbound(Phase2Choice choice, Keymat keymat) {
        outboundTo = Optional.of(phase1.remote());
        return installer.orElseThrow().outbound(choice, keymat, phase1.remote());
    }

    /// Where what goes out is sent: the peer's place when the SAs were made, or where they have
    /// followed it since.
    InetSocketAddress outboundTo() {
        return outboundTo.orElseGet(phase1::remote);
    }

    /// The SAs have followed the peer.
    void followed(InetSocketAddress now) {
        outboundTo = Optional.of(now);
        following = false;
    }

    /// @return whether they are not being moved already
    boolean follows() {
        boolean before = following;
        following = true;
        return !before;
    }

    /// Its ISAKMP SA ends, and another takes its place.
    void moveTo(Phase1 other) {
        phase1 = other;
    }

    /// Of both directions; empty before the SAs are there.
    List<SaId> saIds() {
        if (!(state instanceof Phase2State.Done done)) {
            return List.of();
        }
        List<SaId> ids = new ArrayList<>();
        for (int i = 0; i < done.inbound().size(); i++) {
            IpsecProtocol protocol = done.choice().parts().get(i).rule().protocol();
            ids.add(new SaId(phase1.local().getAddress(), protocol, done.inbound().get(i)));
            ids.add(new SaId(outboundTo().getAddress(), protocol, done.outbound().get(i)));
        }
        return ids;
    }

    /// Of what is ours and not done yet.
    List<SaId> reservedIds() {
        List<SaId> ids = new ArrayList<>();
        installer.ifPresent(
                from -> {
                    for (int i = 0; i < reserved.size(); i++) {
                        ids.add(
                                new SaId(
                                        phase1.local().getAddress(),
                                        from.wanted().rules().get(i).protocol(),
                                        reserved.get(i)));
                    }
                });
        return ids;
    }

    /// Whether one of our numbers is this.
    boolean has(Bytes spi) {
        return installer.isPresent()
                && reserved.stream()
                        .anyMatch(
                                each ->
                                        spi.equals(SaInstaller.octets(Protocol.ESP, each))
                                                || spi.equals(
                                                        SaInstaller.octets(Protocol.IPCOMP, each)));
    }

    /// All SAs, where they are.
    List<SaReference> references() {
        if (!(state instanceof Phase2State.Done done)) {
            return List.of();
        }
        List<SaReference> references = new ArrayList<>(outboundReferences());
        SaInstaller made = installer.orElseThrow();
        for (int i = 0; i < done.inbound().size(); i++) {
            references.add(
                    made.inboundReference(
                            done.choice().parts().get(i).rule(), done.inbound().get(i)));
        }
        return references;
    }

    List<SaReference> outboundReferences() {
        if (!(state instanceof Phase2State.Done done)) {
            return List.of();
        }
        List<SaReference> references = new ArrayList<>();
        SaInstaller made = installer.orElseThrow();
        for (int i = 0; i < done.outbound().size(); i++) {
            references.add(
                    made.outboundReference(
                            done.choice().parts().get(i).rule(),
                            done.outbound().get(i),
                            outboundTo().getAddress()));
        }
        return references;
    }

    /// Its lifetime is nearly over, and somebody knows.
    void age() {
        aged = true;
    }

    boolean isAged() {
        return aged;
    }

    /// As initiator: whether nothing at all came back.
    boolean isUnanswered() {
        return unanswered;
    }

    /// Whether the peer may have SAs of it that we have not.
    boolean wasAnswered() {
        return answeredOffer;
    }

    List<Payload.Delete> reservedDeletes() {
        List<Payload.Delete> deletes = new ArrayList<>();
        installer.ifPresent(
                from -> {
                    for (int i = 0; i < reserved.size(); i++) {
                        Protocol protocol = Phase2Wanted.protocol(from.wanted().rules().get(i));
                        deletes.add(
                                Payload.Delete.of(
                                        protocol, SaInstaller.octets(protocol, reserved.get(i))));
                    }
                });
        return deletes;
    }

    /// Later ones have greater numbers.
    long order() {
        return order;
    }

    private void report(String text, Spi spi, String direction) {
        context.info(
                "IPsec-SA established: " + text,
                "event",
                "phase2_up",
                "direction",
                direction,
                "spi",
                spi.toString(),
                "local",
                Places.text(phase1.local()),
                "remote",
                Places.text(phase1.remote()));
    }

    /// As initiator: somebody says that the peer does not know the ISAKMP SA. Said again, to what
    /// was sent again, it saves the wait for the end of the time.
    void doubt() {
        if (state instanceof Offered && ++doubts == ENOUGH_DOUBTS) {
            context.error("phase2 negotiation failed: the peer knows no such ISAKMP-SA. " + text());
            unanswered = true;
            fail();
        }
    }

    /// Ends before anything was said.
    void refuse(NegotiationException refused) {
        lastCause = refused.why();
        lastDetail = refused.text();
        context.error(phase1.peer(), refused.text());
        fail();
    }

    private void problem(NegotiationException refused) {
        lastCause = refused.why();
        lastDetail = refused.text();
        context.error(phase1.peer(), refused.text());
        refused.notification().ifPresent(type -> owner.tell(this, type));
    }

    /// The peer says that it will not.
    void told(NotifyType type) {
        lastCause =
                switch (type) {
                    case NO_PROPOSAL_CHOSEN, BAD_PROPOSAL_SYNTAX, ATTRIBUTES_NOT_SUPPORTED ->
                            Cause.NO_PHASE2_PROPOSAL;
                    case INVALID_ID_INFORMATION -> Cause.NO_POLICY_AT_PEER;
                    default -> Cause.REFUSED_BY_PEER;
                };
        lastDetail = "the peer says " + type.text();
    }

    /// Ends the negotiation, and remembers why.
    void fail() {
        if (isEnded()) {
            return;
        }
        int awaited = role == Role.INITIATOR ? 2 : state instanceof Answered ? 3 : 1;
        answeredOffer = state instanceof Answered;
        List<String> wanted =
                installer.map(made -> Phase2Choice.wanted(made.wanted())).orElse(List.of());
        Failure failure =
                new Failure(
                        context.now(),
                        phase1.local(),
                        phase1.remote(),
                        2,
                        "Quick",
                        role,
                        awaited,
                        lastCause,
                        role == Role.INITIATOR ? wanted : List.of(),
                        role == Role.INITIATOR ? List.of() : wanted,
                        traffic.map(each -> each.own() + " to " + each.peer()),
                        Optional.empty(),
                        lastDetail);
        end();
        context.failures().add(failure);
        context.report(
                new IkeReport(
                        IkeReport.Level.ERROR,
                        Optional.of(phase1.peer()),
                        failure.sentence(),
                        IkeReport.facts(
                                "event",
                                "phase2_failed",
                                "cause",
                                failure.cause().word(),
                                "remote",
                                Places.text(phase1.remote()))));
        owner.failed(this, failure);
    }

    /// Ends it without a word; what was only reserved is given back, and so are policies that were
    /// made for nothing else.
    void end() {
        if (!(state instanceof Phase2State.Done) && !(state instanceof Ended)) {
            installer.ifPresent(from -> release(from, from.wanted().rules(), reserved));
        }
        List<Policy> unused = context.generated().release(generated);
        generated = List.of();
        unused.forEach(policy -> context.order(new SadbOperation.DeletePolicy(policy)));
        if (!unused.isEmpty()) {
            context.debug("deleting a generated policy.");
        }
        transmission.stop();
        context.agenda().disarmAll(this);
        state = new Ended();
    }
}
