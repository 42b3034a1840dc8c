package org.jipsec.ike;

import org.jipsec.ike.Phase1State.Established;
import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.HookEvent;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The life of everything negotiated: from a need to a phase 1, its phase 2s, their renewal, and
/// their end.
final class Peers implements Phase1Owner, Phase2Owner, Needs.Server, Informational.Taker {
    private static final int AGED_PERCENT = 80;

    private final Context context;
    private final RecentDatagrams recent;
    private final Sessions sessions = new Sessions();
    private final Informational informational;
    private final KeepAlives keepAlives;
    private final Needs needs;
    private final Farewell farewell;
    private final Set<InetAddress> contacted = new HashSet<>();

    Peers(Context context, RecentDatagrams recent) {
        this.context = context;
        this.recent = recent;
        this.informational = new Informational(context, this);
        this.keepAlives = new KeepAlives(context);
        this.needs = new Needs(context, sessions, this);
        this.farewell = new Farewell(context, sessions, informational);
    }

    Sessions sessions() {
        return sessions;
    }

    Informational informational() {
        return informational;
    }

    Needs needs() {
        return needs;
    }

    Farewell farewell() {
        return farewell;
    }

    @Override
    public void begin(InetAddress local, InetAddress remote, RemoteSettings section) {
        Phase1 phase1 =
                new Phase1(
                        context,
                        this,
                        Role.INITIATOR,
                        section.modes().getFirst(),
                        context.places().ordinary(local).orElseThrow(),
                        new InetSocketAddress(remote, section.port()),
                        new Cookies(newCookie(), Cookie.ZERO),
                        List.of(section));
        sessions.add(phase1);
        phase1.begin();
    }

    Cookie newCookie() {
        long value;
        do {
            value = context.random().nextLong();
        } while (value == 0);
        return new Cookie(value);
    }

    /// As responder: a stranger's first message.
    Phase1 answer(
            ExchangeMode mode,
            InetSocketAddress local,
            InetSocketAddress remote,
            Cookie initiator,
            List<RemoteSettings> candidates) {
        Phase1 phase1 =
                new Phase1(
                        context,
                        this,
                        Role.RESPONDER,
                        mode,
                        local,
                        remote,
                        new Cookies(initiator, newCookie()),
                        candidates);
        sessions.add(phase1).ifPresent(this::drop);
        return phase1;
    }

    private void drop(Phase1 eldest) {
        context.debug("dropped a phase 1 of a stranger, for there are too many");
        eldest.end();
        sessions.remove(eldest);
    }

    @Override
    public void named(Phase1 phase1, Cookies before) {
        sessions.named(phase1);
    }

    @Override
    public void proceeded(Phase1 phase1) {
        sessions.trust(phase1);
    }

    @Override
    public void moved(Phase1 phase1, InetAddress before) {
        sessions.moved(phase1, before);
        keepAlives.follow(phase1);
    }

    @Override
    public void answered(Fingerprint datagram, InetSocketAddress from, List<UdpDatagram> answer) {
        recent.answered(
                datagram,
                from,
                context.now(),
                answer,
                context.settings().timers().retransmissions());
    }

    @Override
    public void answered(Fingerprint datagram, Phase1 on, List<UdpDatagram> answer) {
        answered(datagram, on.remote(), answer);
    }

    @Override
    public void established(Phase1 phase1, PayloadChain last) {
        Established done = phase1.established().orElseThrow();
        sessions.trust(phase1);
        armLifetime(phase1, done);
        keepAlives.follow(phase1);
        Liveness liveness =
                new Liveness(context, informational, phase1, () -> farewell.dead(phase1, this));
        phase1.liveness(liveness);
        liveness.start();
        if (phase1.settings().initialContact() && contacted.add(phase1.peer())) {
            informational.send(phase1, isakmpNotify(phase1, NotifyType.INITIAL_CONTACT));
        }
        hook(phase1, HookEvent.PHASE1_UP);
        for (Phase1 old : between(phase1.local().getAddress(), phase1.peer())) {
            if (old.isSuspect()) {
                sessions.handOver(old, phase1);
                farewell.tell(old);
                delete(old);
            }
        }
        last.all(Payload.Notify.class).forEach(notify -> notified(phase1, notify));
        if (!phase1.isEnded()) {
            needs.established(phase1);
        }
    }

    private static Payload.Notify isakmpNotify(Phase1 phase1, NotifyType type) {
        return Payload.Notify.of(
                Protocol.ISAKMP, Informational.spi(phase1.cookies()), type, Bytes.EMPTY);
    }

    private void armLifetime(Phase1 phase1, Established done) {
        Duration lifetime = done.agreement().lifetime();
        Instant aged = done.since().plus(lifetime.multipliedBy(AGED_PERCENT).dividedBy(100));
        context.agenda().arm(phase1, Agenda.Kind.RENEW, aged, () -> age(phase1));
        context.agenda().arm(phase1, Agenda.Kind.EXPIRE, done.expires(), () -> expire(phase1));
    }

    private boolean isRenewed(Phase1 phase1) {
        return switch (phase1.settings().rekey()) {
            case OFF -> false;
            case ON ->
                    phase1.settings().deadPeerDetection().probes()
                            && phase1.announcements().deadPeerDetection(phase1.settings());
            case FORCE -> true;
        };
    }

    private void age(Phase1 phase1) {
        if (!isRenewed(phase1)) {
            return;
        }
        phase1.age();
        Optional<Phase1> other = successor(phase1);
        if (other.isPresent()) {
            sessions.handOver(phase1, other.get());
            return;
        }
        boolean needed = sessions.phase2s(phase1).stream().anyMatch(Phase2::isDone);
        InetAddress local = phase1.local().getAddress();
        if (needed
                && phase1.role() == Role.INITIATOR
                && !sessions.isNegotiating(local, phase1.peer())) {
            context.info(
                    "renegotiating phase1 to %s due to active phase2"
                            .formatted(Places.text(phase1.remote())));
            renew(phase1);
        }
    }

    private Optional<Phase1> successor(Phase1 phase1) {
        return sessions.usable(phase1.local().getAddress(), phase1.peer())
                .filter(other -> other != phase1);
    }

    private void renew(Phase1 phase1) {
        Optional<RemoteSettings> section = needs.initiating(phase1.peer());
        if (section.isPresent()
                && context.places().ordinary(phase1.local().getAddress()).isPresent()) {
            begin(phase1.local().getAddress(), phase1.peer(), section.get());
        }
    }

    private void expire(Phase1 phase1) {
        context.info("ISAKMP-SA expired " + phase1.text());
        successor(phase1).ifPresent(other -> sessions.handOver(phase1, other));
        delete(phase1);
    }

    /// Ends an ISAKMP SA, and what is being negotiated under it. The SAs that came of it live on.
    void delete(Phase1 phase1) {
        boolean existed = phase1.established().isPresent();
        for (Phase2 each : sessions.phase2s(phase1)) {
            if (!each.isDone()) {
                each.end();
                sessions.remove(each);
            }
        }
        if (existed) {
            context.info(
                    "ISAKMP-SA deleted " + phase1.text(),
                    "event",
                    "phase1_down",
                    "local",
                    Places.text(phase1.local()),
                    "remote",
                    Places.text(phase1.remote()),
                    "cookies",
                    phase1.cookiesText());
        }
        hook(phase1, HookEvent.PHASE1_DOWN);
        phase1.end();
        keepAlives.forget(phase1);
        sessions.remove(phase1);
    }

    @Override
    public void failed(Phase1 phase1, Failure failure) {
        hook(phase1, HookEvent.PHASE1_DOWN);
        keepAlives.forget(phase1);
        sessions.remove(phase1);
        needs.failed(phase1);
    }

    @Override
    public void tell(Phase1 phase1, NotifyType type) {
        if (phase1.established().isPresent()) {
            informational.send(phase1, isakmpNotify(phase1, type));
        } else if (phase1.mayComplain() && context.mayReply()) {
            informational.sendClear(phase1, type);
        }
    }

    @Override
    public boolean isServed(Need need) {
        return sessions.phase1s(need.remote()).stream()
                .flatMap(phase1 -> sessions.phase2s(phase1).stream())
                .filter(phase2 -> !phase2.isDone())
                .anyMatch(phase2 -> serves(phase2, need));
    }

    /// A policy that was made for what the peer asks for has no number that is known here.
    private static boolean serves(Phase2 phase2, Need need) {
        return phase2.need()
                .filter(served -> served.local().equals(need.local()))
                .filter(
                        served ->
                                phase2.role() == Role.INITIATOR
                                        ? served.policy().id() == need.policy().id()
                                        : served.generated()
                                                && served.policy()
                                                        .selector()
                                                        .equals(need.policy().selector()))
                .isPresent();
    }

    @Override
    public void serve(Need need, Phase1 phase1) {
        Phase2 phase2 =
                new Phase2(
                        context,
                        this,
                        Role.INITIATOR,
                        phase1,
                        phase1.established().orElseThrow(),
                        phase1.messageIds().next(context.random()),
                        Optional.of(need));
        sessions.add(phase2);
        QuickInitiator.begin(phase2);
    }

    @Override
    public void established(Phase2 phase2) {
        sessions.done(phase2);
        follow(phase2);
    }

    @Override
    public void failed(Phase2 phase2, Failure failure) {
        sessions.remove(phase2);
        if (phase2.role() == Role.RESPONDER) {
            if (phase2.wasAnswered()) {
                // its last message may have been lost, and the peer may send what we cannot read
                phase2.reservedDeletes()
                        .forEach(delete -> informational.send(phase2.phase1(), delete));
            }
            return;
        }
        Need need = phase2.need().orElseThrow();
        if (phase2.isUnanswered() && !need.again()) {
            // none of them has brought a word from the peer meanwhile
            Phase1 under = phase2.phase1();
            between(under.local().getAddress(), under.peer()).forEach(Phase1::suspect);
            needs.want(need.afresh());
        } else {
            needs.refuse(need);
        }
    }

    @Override
    public void tell(Phase2 phase2, NotifyType type) {
        informational.send(phase2.phase1(), isakmpNotify(phase2.phase1(), type));
    }

    @Override
    public void notified(Phase1 phase1, Payload.Notify notify) {
        Optional<NotifyType> type = NotifyType.of(notify.code());
        if (type.isPresent() && phase1.established().isPresent()) {
            switch (type.get()) {
                case R_U_THERE -> {
                    phase1.liveness().ifPresent(liveness -> liveness.asked(notify));
                    return;
                }
                case R_U_THERE_ACK -> {
                    phase1.liveness().ifPresent(liveness -> liveness.acknowledged(notify));
                    return;
                }
                case INITIAL_CONTACT -> {
                    context.info(phase1.peer(), "received INITIAL-CONTACT");
                    farewell.initialContact(phase1);
                    return;
                }
                default -> {}
            }
        }
        if (!NotifyType.isError(notify.code())) {
            context.debug("received notify message " + NotifyType.text(notify.code()));
            return;
        }
        context.error(
                phase1.peer(),
                "fatal %s notify messsage, phase1 should be deleted."
                        .formatted(NotifyType.text(notify.code())));
        type.ifPresent(told -> refusedByPeer(phase1, notify, told));
    }

    /// What the peer does not want, it need not be asked again and again: it has proved that it is
    /// the peer.
    private void refusedByPeer(Phase1 phase1, Payload.Notify notify, NotifyType type) {
        List<Phase2> open =
                sessions.phase2s(phase1).stream()
                        .filter(each -> each.state() instanceof Phase2State.Offered)
                        .toList();
        List<Phase2> meant = open.stream().filter(each -> each.has(notify.spi())).toList();
        List<Phase2> refused = meant.isEmpty() && open.size() == 1 ? open : meant;
        for (Phase2 each : refused) {
            each.told(type);
            each.fail();
        }
    }

    @Override
    public void doubted(Phase1 phase1) {
        sessions.phase2s(phase1).forEach(Phase2::doubt);
    }

    @Override
    public void deleted(Phase1 phase1, Payload.Delete delete) {
        farewell.received(phase1, delete, this);
    }

    /// A lifetime of SAs is over: they are renewed by who made them.
    void expired(SadbEvent.Expire expire) {
        SecurityAssociation association = expire.snapshot().association();
        Optional<Phase2> found = sessions.find(association.id());
        if (found.isEmpty()) {
            return;
        }
        Phase2 phase2 = found.get();
        if (!phase2.isAged()) {
            phase2.age();
            context.info(
                    "IPsec-SA expired: %s"
                            .formatted(
                                    phase2.installer()
                                            .orElseThrow()
                                            .text(
                                                    ((Phase2State.Done) phase2.state())
                                                            .choice()
                                                            .parts()
                                                            .getFirst(),
                                                    association.spi())));
            if (phase2.role() == Role.INITIATOR && !isSuperseded(phase2)) {
                phase2.need().map(Need::renewed).ifPresent(needs::want);
            }
        }
        if (expire.hard()) {
            farewell.forget(phase2);
        }
    }

    /// Whether younger SAs do the same.
    private boolean isSuperseded(Phase2 phase2) {
        int policy = phase2.need().orElseThrow().policy().id();
        return sessions.phase1s(phase2.phase1().peer()).stream()
                .flatMap(phase1 -> sessions.phase2s(phase1).stream())
                .filter(Phase2::isDone)
                .filter(other -> other.order() > phase2.order())
                .anyMatch(
                        other ->
                                other.need()
                                        .filter(need -> need.policy().id() == policy)
                                        .isPresent());
    }

    /// Somebody else took an SA of ours away: its peer is told.
    void removed(SaSnapshot snapshot) {
        sessions.find(snapshot.association().id())
                .ifPresent(
                        phase2 -> {
                            context.info(
                                    "pfkey DELETE received: "
                                            + phase2.installer()
                                                    .orElseThrow()
                                                    .text(
                                                            ((Phase2State.Done) phase2.state())
                                                                    .choice()
                                                                    .parts()
                                                                    .getFirst(),
                                                            snapshot.association().spi()));
                            farewell.delete(phase2);
                        });
    }

    /// ESP in UDP came by another way, and was the peer's.
    void mapped(SadbEvent.Mapping mapping) {
        Optional<Phase2> found = sessions.find(mapping.id());
        if (found.isEmpty() || !found.get().phase1().nat().isDetected()) {
            return;
        }
        Phase1 phase1 = found.get().phase1();
        InetSocketAddress now =
                new InetSocketAddress(mapping.now().address(), mapping.now().port());
        if (!now.equals(phase1.remote())) {
            context.info(
                    phase1.peer(),
                    "NAT-T: the peer has moved from %s to %s"
                            .formatted(Places.text(phase1.remote()), Places.text(now)));
            phase1.follow(phase1.local(), now);
        }
        remapped(phase1);
    }

    /// All SAs were taken away.
    void flushed(IpsecProtocol protocol) {
        for (Phase2 each : sessions.phase2s()) {
            boolean meant =
                    protocol == IpsecProtocol.UNSPEC
                            || each.saIds().stream().anyMatch(id -> id.protocol() == protocol);
            if (each.isDone() && meant) {
                farewell.tell(each);
                farewell.forget(each);
            }
        }
    }

    /// An operator ends all between two ends.
    void deleteAll(InetAddress local, InetAddress remote) {
        for (Phase2 each : sessions.phase2s()) {
            if (each.isDone()
                    && each.phase1().peer().equals(remote)
                    && each.phase1().local().getAddress().equals(local)) {
                farewell.delete(each);
            }
        }
        for (Phase1 each : between(local, remote)) {
            context.info("purging ISAKMP-SA spi=%s.".formatted(each.cookiesText()));
            farewell.tell(each);
            context.info("purged ISAKMP-SA spi=%s.".formatted(each.cookiesText()));
            delete(each);
        }
        contacted.remove(remote);
    }

    /// The end of all.
    void stop() {
        needs.clear();
        for (Phase2 each : sessions.phase2s()) {
            if (each.isDone()) {
                farewell.delete(each);
            } else {
                each.end();
                sessions.remove(each);
            }
        }
        for (Phase1 each : sessions.phase1s()) {
            farewell.tell(each);
            delete(each);
        }
    }

    /// The peer's NAT has another way now: what goes out in UDP follows.
    @Override
    public void remapped(Phase1 phase1) {
        sessions.phase2s(phase1).stream().filter(Phase2::isDone).forEach(this::follow);
    }

    private void follow(Phase2 phase2) {
        if (phase2.outboundTo().equals(phase2.phase1().remote()) || !phase2.follows()) {
            return;
        }
        List<SaReference> references = phase2.outboundReferences();
        List<SaSnapshot> found = new ArrayList<>();
        for (SaReference reference : references) {
            boolean last = reference == references.getLast();
            context.ask(
                    new SadbOperation.GetSa(reference),
                    reply -> {
                        if (reply instanceof SadbReply.Sa(SaSnapshot snapshot)) {
                            found.add(snapshot);
                        }
                        if (last && phase2.isDone()) {
                            follow(phase2, found);
                        }
                    });
        }
    }

    /// The peer may have gone on meanwhile: what counts is where it is now.
    private void follow(Phase2 phase2, List<SaSnapshot> found) {
        InetAddress before = phase2.outboundTo().getAddress();
        InetSocketAddress now = phase2.phase1().remote();
        sessions.followed(phase2, now);
        List<Policy> policies = Remapping.policies(phase2.generated(), before, now.getAddress());
        if (!policies.equals(phase2.generated())) {
            phase2.generated(policies);
            policies.forEach(policy -> context.order(new SadbOperation.UpdatePolicy(policy)));
        }
        found.forEach(snapshot -> Remapping.of(snapshot, now).forEach(context::order));
    }

    void hook(Phase1 phase1, HookEvent event) {
        Optional.ofNullable(phase1.settings().scripts().get(event))
                .ifPresent(script -> context.hook(script, event, HookEnvironment.of(phase1)));
    }

    List<Phase1> between(InetAddress local, InetAddress remote) {
        List<Phase1> found = new ArrayList<>(sessions.phase1s(remote));
        found.removeIf(each -> !each.local().getAddress().equals(local));
        return found;
    }
}
