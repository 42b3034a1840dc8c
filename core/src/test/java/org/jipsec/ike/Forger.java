package org.jipsec.ike;

import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.wire.Bytes;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Says to an engine what no honest peer says: as anybody in clear, or, with the keys of one who
/// has an ISAKMP SA with it, under their protection.
final class Forger {
    private final IkeHost victim;
    private InetSocketAddress from;

    Forger(IkeHost victim, InetSocketAddress from) {
        this.victim = victim;
        this.from = from;
    }

    Forger from(InetSocketAddress other) {
        from = other;
        return this;
    }

    /// Any octets.
    void say(Bytes octets) {
        victim.give(
                new IkeInput.Received(
                        new UdpDatagram(new InetSocketAddress(victim.address, 500), from, octets)));
    }

    void say(Header header, List<? extends Payload> payloads) {
        say(MessageCodec.encode(Message.of(header, payloads)));
    }

    void say(Header header, Payload... payloads) {
        say(header, List.of(payloads));
    }

    /// In clear, about an ISAKMP SA that is there.
    void inform(Phase1 about, Payload... payloads) {
        say(header(about, ExchangeType.INFORMATIONAL, 4711), payloads);
    }

    /// As one who has the keys, behind a right HASH(1).
    void seal(Phase1 keys, ExchangeType exchange, int messageId, Payload... payloads) {
        Bytes rest = PayloadChain.of(List.of(payloads)).octets();
        Phase1State.Established done = keys.established().orElseThrow();
        Bytes hash =
                new Phase2Hashes(done.material().hash(), done.material().skeyidA(), messageId)
                        .hash1(rest);
        List<Payload> all = new ArrayList<>();
        all.add(new Payload.Hash(hash));
        all.addAll(List.of(payloads));
        sealAsItIs(keys, exchange, messageId, all.toArray(Payload[]::new));
    }

    /// As one who has the keys, without any HASH.
    void sealAsItIs(Phase1 keys, ExchangeType exchange, int messageId, Payload... payloads) {
        Phase1State.Established done = keys.established().orElseThrow();
        EncryptedMessage sealed =
                keys.chain(done, messageId)
                        .seal(
                                header(keys, exchange, messageId),
                                PayloadChain.of(List.of(payloads)),
                                TestSettings.anonymous(keys.mode(), java.util.Optional.empty())
                                        .padding(),
                                new java.util.Random(messageId));
        say(MessageCodec.encode(sealed));
    }

    static Header header(Phase1 of, ExchangeType exchange, int messageId) {
        return Header.of(of.cookies().initiator(), of.cookies().responder(), exchange, messageId);
    }

    /// Of a first message.
    static Header first(ExchangeType exchange, long cookie) {
        return Header.of(new Cookie(cookie), Cookie.ZERO, exchange, 0);
    }
}
