package org.jipsec.ike;

import org.jipsec.ike.Phase1State.Established;
import org.jipsec.isakmp.Datagram;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.PayloadType;
import org.jipsec.isakmp.Protocol;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Informational exchanges (RFC 2408 4.8, RFC 2409 5.7): one message each, never answered. What
/// comes in clear is only logged and noted, for anybody can have sent it.
final class Informational {
    /// What is done with what was said under an ISAKMP SA.
    interface Taker {
        void notified(Phase1 phase1, Payload.Notify notify);

        void deleted(Phase1 phase1, Payload.Delete delete);

        /// Somebody says, in clear, that the peer does not know an ISAKMP SA.
        void doubted(Phase1 phase1);
    }

    private final Context context;
    private final Taker taker;

    Informational(Context context, Taker taker) {
        this.context = context;
        this.taker = taker;
    }

    /// Under the keys of an ISAKMP SA.
    void send(Phase1 phase1, Payload... payloads) {
        Optional<Established> done = phase1.established();
        if (done.isEmpty()) {
            return;
        }
        int messageId = phase1.messageIds().next(context.random());
        List<Payload> behind = List.of(payloads);
        Bytes hash =
                new Phase2Hashes(
                                done.get().material().hash(),
                                done.get().material().skeyidA(),
                                messageId)
                        .hash1(PayloadChain.of(behind).octets());
        List<Payload> all = new ArrayList<>();
        all.add(new Payload.Hash(hash));
        all.addAll(behind);
        EncryptedMessage sealed =
                phase1.chain(done.get(), messageId)
                        .seal(
                                header(phase1, messageId),
                                PayloadChain.of(all),
                                context.settings().padding(),
                                context.random());
        phase1.datagrams(MessageCodec.encode(sealed)).forEach(context::send);
    }

    /// In clear, before there are keys: for errors.
    void sendClear(Phase1 phase1, NotifyType type) {
        Payload.Notify notify =
                Payload.Notify.of(Protocol.ISAKMP, spi(phase1.cookies()), type, Bytes.EMPTY);
        Message message =
                Message.of(header(phase1, phase1.messageIds().next(context.random())), notify);
        phase1.datagrams(MessageCodec.encode(message)).forEach(context::send);
    }

    private static Header header(Phase1 phase1, int messageId) {
        return Header.of(
                phase1.cookies().initiator(),
                phase1.cookies().responder(),
                ExchangeType.INFORMATIONAL,
                messageId);
    }

    /// Both cookies: the SPI of an ISAKMP SA.
    static Bytes spi(Cookies cookies) {
        byte[] both = new byte[16];
        cookies.initiator().octets().buffer().get(both, 0, 8);
        cookies.responder().octets().buffer().get(both, 8, 8);
        return Bytes.of(both);
    }

    void receive(Phase1 phase1, Datagram datagram) {
        switch (datagram) {
            case Message clear -> receiveClear(phase1, clear.chain());
            case EncryptedMessage sealed -> receiveSealed(phase1, sealed);
        }
    }

    private void receiveClear(Phase1 phase1, PayloadChain chain) {
        for (Payload payload : chain.payloads()) {
            if (payload instanceof Payload.Notify notify) {
                context.murmur(
                        phase1.peer(),
                        "notification %s received in unencrypted informational exchange."
                                .formatted(NotifyType.text(notify.code())));
                if (notify.is(NotifyType.INVALID_COOKIE)) {
                    taker.doubted(phase1);
                }
                if (NotifyType.isError(notify.code())) {
                    NotifyType.of(notify.code()).ifPresent(phase1.notes()::told);
                }
            } else {
                context.murmur(
                        phase1.peer(),
                        "ignored a %s payload in an unencrypted informational exchange."
                                .formatted(payload.type().text()));
            }
        }
    }

    private void receiveSealed(Phase1 phase1, EncryptedMessage sealed) {
        Optional<Established> done = phase1.established();
        int messageId = sealed.header().messageId();
        if (done.isEmpty()) {
            context.debug("ignored an informational exchange before phase 1 is done");
            return;
        }
        try {
            PayloadChain chain =
                    phase1.chain(done.get(), messageId)
                            .open(sealed, context.settings().padding())
                            .payloads();
            Optional<Bytes> told = chain.find(Payload.Hash.class).map(Payload.Hash::body);
            boolean first =
                    !chain.payloads().isEmpty()
                            && chain.payloads().getFirst().type() == PayloadType.HASH;
            if (told.isEmpty()
                    || !first
                    || !told.get()
                            .matches(
                                    new Phase2Hashes(
                                                    done.get().material().hash(),
                                                    done.get().material().skeyidA(),
                                                    messageId)
                                            .hash1(chain.behindFirst()))) {
                context.error(phase1.peer(), "HASH mismatched in an informational exchange.");
                return;
            }
            if (!phase1.messageIds().use(messageId)) {
                context.debug("ignored an informational exchange that came before");
                return;
            }
            phase1.believe();
            take(phase1, chain);
        } catch (WireException garbled) {
            context.error(
                    phase1.peer(),
                    "an informational exchange does not decrypt: " + garbled.getMessage());
        }
    }

    private void take(Phase1 phase1, PayloadChain chain) {
        for (Payload payload : chain.payloads()) {
            if (phase1.isEnded()) {
                return;
            }
            switch (payload) {
                case Payload.Notify notify -> taker.notified(phase1, notify);
                case Payload.Delete delete -> taker.deleted(phase1, delete);
                case Payload.Hash _, Payload.Vendor _ -> {}
                case Payload.Sa _,
                        Payload.KeyExchange _,
                        Payload.Nonce _,
                        Payload.Identification _,
                        Payload.Certificate _,
                        Payload.CertificateRequest _,
                        Payload.Signature _,
                        Payload.Attributes _,
                        Payload.NatDetection _,
                        Payload.NatOriginalAddress _,
                        Payload.Gss _,
                        Payload.Fragment _,
                        Payload.Unknown _ ->
                        context.error(
                                phase1.peer(),
                                "reject the packet, received unexpecting payload type %s."
                                        .formatted(payload.type().text()));
            }
        }
    }
}
