package org.jipsec.ike;

import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.Datagram;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.FragmentCodec;
import org.jipsec.isakmp.FragmentReassembly;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.UdpFraming;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What comes from the net, up to the exchange it belongs to. Nothing in it is believed: checks
/// are in racoon's order, and what fails one is dropped.
final class Reception {
    private static final int KNOWN_FLAGS =
            Header.ENCRYPTED | Header.COMMIT | Header.AUTHENTICATION_ONLY;

    /// Quick modes that one peer may have under way.
    private static final int MOST_PHASE2 = 1024;

    /// Diffie-Hellman work that strangers may cause at a time: in aggressive mode a first message
    /// is enough for it, and it may come from a forged address.
    static final int MOST_WORK = 64;

    /// Whose pieces belong together.
    private record Sender(InetSocketAddress address, Cookies cookies) {}

    private final Context context;
    private final RecentDatagrams recent;
    private final Peers peers;
    private final FragmentReassembly<Sender> fragments =
            new FragmentReassembly<>(FragmentReassembly.Limits.USUAL);

    Reception(Context context, RecentDatagrams recent, Peers peers) {
        this.context = context;
        this.recent = recent;
        this.peers = peers;
    }

    long fragmentOctets() {
        return fragments.used();
    }

    void take(UdpDatagram datagram) {
        if (UdpFraming.isKeepalive(datagram.octets().buffer())) {
            return;
        }
        if (datagram.remote().getPort() == 0) {
            murmur(datagram, "src port == 0 (valid as UDP but not with IKE)");
            return;
        }
        Fingerprint fingerprint = Fingerprint.of(datagram.octets());
        switch (recent.judge(fingerprint, datagram.remote(), context.now())) {
            case RecentDatagrams.Verdict.Fresh() -> takeFresh(datagram, fingerprint);
            case RecentDatagrams.Verdict.Elsewhere() ->
                    murmur(datagram, "a packet that came before came from elsewhere: dropped");
            case RecentDatagrams.Verdict.Again(List<UdpDatagram> answer, boolean soon) -> {
                if (soon) {
                    context.debug(
                            "the packet retransmitted in a short time from "
                                    + Places.text(datagram.remote()));
                }
                answer.forEach(context::send);
            }
        }
    }

    private void takeFresh(UdpDatagram datagram, Fingerprint fingerprint) {
        try {
            Datagram message = MessageCodec.decode(datagram.octets().buffer());
            Optional<Payload.Fragment> fragment = FragmentCodec.of(message);
            if (fragment.isPresent()) {
                takeFragment(datagram, message.header(), fragment.get());
                return;
            }
            Header header = message.header();
            Optional<String> fault = fault(header);
            if (fault.isPresent()) {
                murmur(datagram, fault.get());
            } else if (header.wantsCommit() && header.messageId() == 0) {
                murmur(datagram, "Commit bit on phase1 forbidden.");
                reply(datagram, header, NotifyType.INVALID_FLAGS);
            } else {
                dispatch(datagram, message, fingerprint);
            }
        } catch (WireException malformed) {
            murmur(datagram, "malformed packet: " + malformed.getMessage());
        }
    }

    /// A piece of a message: from whomever, for its first message may come so.
    private void takeFragment(UdpDatagram datagram, Header header, Payload.Fragment fragment) {
        Sender sender = new Sender(datagram.remote(), Cookies.of(header));
        switch (fragments.add(sender, header, fragment, context.now())) {
            case FragmentReassembly.Outcome.Waiting _ -> {}
            case FragmentReassembly.Outcome.Refused(String reason) -> murmur(datagram, reason);
            case FragmentReassembly.Outcome.Complete(Bytes message) -> {
                context.debug("all fragments of a message are there");
                take(new UdpDatagram(datagram.local(), datagram.remote(), message));
            }
        }
    }

    private static Optional<String> fault(Header header) {
        if (header.initiator().isZero()) {
            return Optional.of("malformed cookie received.");
        }
        if (header.majorVersion() != 1) {
            return Optional.of(
                    "invalid major version %d: only IKEv1 is spoken here."
                            .formatted(header.majorVersion()));
        }
        if ((header.flags() & ~KNOWN_FLAGS) != 0) {
            return Optional.of("invalid flag 0x%02x.".formatted(header.flags()));
        }
        return Optional.empty();
    }

    private void dispatch(UdpDatagram datagram, Datagram message, Fingerprint fingerprint) {
        Optional<ExchangeType> exchange = message.header().exchangeType();
        if (exchange.isEmpty()) {
            murmur(datagram, "invalid exchange type %d".formatted(message.header().exchange()));
            return;
        }
        switch (exchange.get()) {
            case BASE, IDENTITY_PROTECTION, AGGRESSIVE ->
                    phase1(
                            ExchangeMode.ofNumber(exchange.get().number()).orElseThrow(),
                            datagram,
                            message,
                            fingerprint);
            case QUICK -> quick(datagram, message, fingerprint);
            case INFORMATIONAL -> informational(datagram, message);
            case AUTHENTICATION_ONLY, MODE_CONFIG, NEW_GROUP, ACKNOWLEDGED_INFORMATIONAL ->
                    murmur(
                            datagram,
                            "%s exchange is not supported.".formatted(exchange.get().text()));
        }
    }

    private void phase1(
            ExchangeMode mode, UdpDatagram datagram, Datagram message, Fingerprint fingerprint) {
        Header header = message.header();
        if (header.messageId() != 0) {
            murmur(datagram, "a message of phase 1 with a message id: dropped");
            return;
        }
        Optional<Phase1> known = peers.sessions().find(header);
        if (known.isPresent()) {
            Phase1 phase1 = known.get();
            if (phase1.mode() != mode || !isAnswerable(phase1, header)) {
                murmur(datagram, "a message of another exchange than was begun: dropped");
                return;
            }
            adoptPorts(phase1, datagram);
            if (comesFromPeer(phase1, datagram)) {
                phase1.receive(message, fingerprint);
            }
            return;
        }
        if (!header.responder().isZero()) {
            murmur(datagram, "malformed cookie received or the initiator's cookies collide.");
            return;
        }
        switch (message) {
            case Message clear -> begin(mode, datagram, clear, fingerprint);
            case EncryptedMessage _ ->
                    murmur(datagram, "an encrypted first message of phase 1: dropped");
        }
    }

    /// An initiator's cookie of ours does not come back as somebody's first message.
    private static boolean isAnswerable(Phase1 phase1, Header header) {
        return phase1.role() == Role.INITIATOR
                ? !header.responder().isZero()
                : phase1.cookies().responder().equals(header.responder());
    }

    private void begin(
            ExchangeMode mode, UdpDatagram datagram, Message message, Fingerprint fingerprint) {
        List<RemoteSettings> ofPeer =
                context.settings().remotes().stream()
                        .filter(
                                each ->
                                        each.address()
                                                .filter(
                                                        address ->
                                                                !address.equals(
                                                                        datagram.remote()
                                                                                .getAddress()))
                                                .isEmpty())
                        .toList();
        List<RemoteSettings> candidates =
                ofPeer.stream().filter(each -> each.modes().contains(mode)).toList();
        if (candidates.isEmpty()) {
            boolean none = ofPeer.isEmpty();
            murmur(
                    datagram,
                    none
                            ? "couldn't find configuration."
                            : "exchange %s not allowed in any applicable rmconf."
                                    .formatted(mode.title()));
            context.failures()
                    .add(
                            FailureNotes.refusal(
                                    datagram,
                                    mode,
                                    none ? Cause.NO_REMOTE : Cause.EXCHANGE_NOT_ALLOWED,
                                    context.now()));
            return;
        }
        if (mode == ExchangeMode.AGGRESSIVE && context.computing() >= MOST_WORK) {
            murmur(datagram, "too many aggressive modes are begun at once: dropped");
            return;
        }
        Phase1 phase1 =
                peers.answer(
                        mode,
                        datagram.local(),
                        datagram.remote(),
                        message.header().initiator(),
                        preferred(candidates, datagram));
        phase1.begin(message, fingerprint);
    }

    /// Sections of this very address come before those for anybody.
    private static List<RemoteSettings> preferred(
            List<RemoteSettings> candidates, UdpDatagram datagram) {
        Optional<java.net.InetAddress> peer = Optional.of(datagram.remote().getAddress());
        List<RemoteSettings> own =
                candidates.stream().filter(each -> each.address().equals(peer)).toList();
        return own.isEmpty() ? candidates : own;
    }

    private void quick(UdpDatagram datagram, Datagram message, Fingerprint fingerprint) {
        Optional<Phase1> found =
                peers.sessions()
                        .find(message.header())
                        .filter(each -> each.established().isPresent());
        if (found.isEmpty()) {
            murmur(
                    datagram,
                    "can't start the quick mode, there is no ISAKMP-SA, "
                            + message.header().cookies());
            reply(datagram, message.header(), NotifyType.INVALID_COOKIE);
            return;
        }
        Phase1 phase1 = found.get();
        int messageId = message.header().messageId();
        switch (message) {
            case Message _ -> murmur(datagram, "a quick mode message in clear: dropped");
            case EncryptedMessage _ when messageId == 0 ->
                    murmur(datagram, "a quick mode message without a message id: dropped");
            case EncryptedMessage sealed -> {
                phase1.comesBy(datagram.local(), datagram.remote());
                Optional<Phase2> known = peers.sessions().find(phase1, messageId);
                if (known.isPresent()) {
                    known.get().receive(sealed, fingerprint);
                } else {
                    respond(phase1, datagram, sealed, fingerprint);
                }
            }
        }
    }

    private void respond(
            Phase1 phase1, UdpDatagram datagram, EncryptedMessage sealed, Fingerprint fingerprint) {
        long open =
                peers.sessions().phase2s(phase1).stream().filter(each -> !each.isDone()).count();
        if (open >= MOST_PHASE2) {
            murmur(datagram, "too many quick modes are under way: dropped");
            return;
        }
        Phase2 phase2 =
                new Phase2(
                        context,
                        peers,
                        Role.RESPONDER,
                        phase1,
                        phase1.established().orElseThrow(),
                        sealed.header().messageId(),
                        Optional.empty());
        peers.sessions().add(phase2);
        phase2.receive(sealed, fingerprint);
        if (phase2.state() instanceof Phase2State.Started) {
            phase2.end();
            peers.sessions().remove(phase2);
        }
    }

    private void informational(UdpDatagram datagram, Datagram message) {
        Optional<Phase1> found = peers.sessions().find(message.header());
        if (found.isEmpty()) {
            context.debug("ignored an informational exchange of an unknown ISAKMP SA");
            return;
        }
        found.get().comesBy(datagram.local(), datagram.remote());
        peers.informational().receive(found.get(), message);
    }

    /// Once, after both have announced NAT traversal: the peer has moved to the ports for it (RFC
    /// 3947 4).
    private void adoptPorts(Phase1 phase1, UdpDatagram datagram) {
        boolean changed =
                !phase1.remote().equals(datagram.remote())
                        || !phase1.local().equals(datagram.local());
        if (changed
                && phase1.established().isEmpty()
                && phase1.nat().draft().isPresent()
                && !phase1.isOnNatPort()
                && phase1.role() == Role.RESPONDER) {
            context.info(
                    "NAT-T: ports changed to: %s<->%s"
                            .formatted(
                                    Places.text(datagram.remote()), Places.text(datagram.local())));
            phase1.follow(datagram.local(), datagram.remote());
        }
    }

    private boolean comesFromPeer(Phase1 phase1, UdpDatagram datagram) {
        if (phase1.remote().getAddress().equals(datagram.remote().getAddress())
                || phase1.nat().draft().isPresent()) {
            return true;
        }
        murmur(
                datagram,
                "remote address mismatched. db=%s, act=%s"
                        .formatted(Places.text(phase1.remote()), Places.text(datagram.remote())));
        return true;
    }

    private void reply(UdpDatagram to, Header header, NotifyType type) {
        if (!context.mayReply()) {
            return;
        }
        Payload.Notify notify =
                Payload.Notify.of(
                        Protocol.ISAKMP, Informational.spi(Cookies.of(header)), type, Bytes.EMPTY);
        Message message =
                Message.of(
                        Header.of(
                                header.initiator(),
                                header.responder(),
                                ExchangeType.INFORMATIONAL,
                                context.random().nextInt()),
                        notify);
        context.send(new UdpDatagram(to.local(), to.remote(), MessageCodec.encode(message)));
    }

    private void murmur(UdpDatagram datagram, String text) {
        context.murmur(datagram.remote().getAddress(), text);
    }
}
