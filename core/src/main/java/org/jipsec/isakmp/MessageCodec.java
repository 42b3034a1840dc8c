package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Datagrams to messages and back (RFC 2408 3.1):
/// ```
/// !                          Initiator Cookie                     !
/// !                          Responder Cookie                     !
/// !  Next Payload ! MjVer ! MnVer ! Exchange Type !     Flags     !
/// !                          Message ID                           !
/// !                            Length                             !
/// ```
/// Where racoon is lenient and no harm comes of it, so are we: octets behind the header's length
/// are cut off, a datagram that is shorter than it is accepted as long as its payloads fit,
/// reserved octets are not looked at, any version and exchange is decoded.
public final class MessageCodec {
    private static final int FIRST_PAYLOAD = 16;
    private static final int LENGTH = 24;

    private MessageCodec() {}

    /// @param in the datagram, without the non-ESP marker (see [UdpFraming]); left as it is
    /// @return a [Message], or an [EncryptedMessage] if the header says so; fragments are never
    ///     taken for encrypted, for what is inside them is
    /// @throws WireException naming the octet, counted from the position of `in`
    public static Datagram decode(ByteBuffer in) throws WireException {
        ByteBuffer message = in.slice();
        Header header = header(message);
        int first = message.get(FIRST_PAYLOAD) & 0xff;
        long length = Wire.u32(message);
        if (length < Header.LENGTH) {
            throw new WireException(
                    LENGTH, "message length " + length + " is shorter than its own header");
        }
        if (length > Bounds.MESSAGE) {
            throw new WireException(
                    LENGTH, "message length " + length + " is more than " + Bounds.MESSAGE);
        }
        message.limit((int) Math.min(length, message.limit()));
        return header.isEncrypted() && PayloadType.of(first) != PayloadType.FRAGMENT
                ? new EncryptedMessage(header, first, Bytes.rest(message))
                : new Message(header, chain(first, FIRST_PAYLOAD, message));
    }

    /// The header without its length, before which `in` is left.
    static Header header(ByteBuffer in) throws WireException {
        if (in.remaining() < Header.LENGTH) {
            throw new WireException(
                    in.remaining(),
                    "datagram of %d octets, an ISAKMP header has %d"
                            .formatted(in.remaining(), Header.LENGTH));
        }
        Cookie initiator = new Cookie(Wire.u64(in));
        Cookie responder = new Cookie(Wire.u64(in));
        Wire.skip(in, 1); // the first payload
        return new Header(
                initiator, responder, Wire.u8(in), Wire.u8(in), Wire.u8(in), (int) Wire.u32(in));
    }

    /// The type of the first payload of octets that begin with a header.
    static int firstPayload(Bytes message) {
        return message.u8(FIRST_PAYLOAD);
    }

    /// The payloads of a body that was decrypted.
    ///
    /// @param first the type of the first one, of the header
    /// @param body all of it; what stands behind the last payload becomes the padding
    /// @throws WireException naming the octet, counted from the first of the header
    public static PayloadChain decodeBody(int first, Bytes body) throws WireException {
        ByteBuffer message =
                ByteBuffer.allocate(Header.LENGTH + body.length())
                        .position(Header.LENGTH)
                        .put(body.buffer())
                        .position(Header.LENGTH);
        return chain(first, FIRST_PAYLOAD, message);
    }

    /// @param announced where `first` was read
    private static PayloadChain chain(int first, int announced, ByteBuffer in)
            throws WireException {
        ByteBuffer whole = in.duplicate();
        List<Payload> payloads = new ArrayList<>();
        int type = first;
        int announcedAt = announced;
        while (type != PayloadType.NONE) {
            int start = in.position();
            if (payloads.size() == Bounds.PAYLOADS) {
                throw new WireException(announcedAt, "more than " + Bounds.PAYLOADS + " payloads");
            }
            GenericHeader header = GenericHeader.read(in);
            payloads.add(PayloadCodec.decode(type, header.body()));
            type = header.next();
            announcedAt = start;
        }
        Bytes octets = Bytes.rest(whole.limit(in.position()));
        return new PayloadChain(payloads, octets, Bytes.rest(in));
    }

    /// The datagram, with the padding of its chain.
    ///
    /// @throws IllegalArgumentException when it is longer than [Bounds#MESSAGE]
    public static Bytes encode(Datagram datagram) {
        return switch (datagram) {
            case Message(Header header, PayloadChain chain) ->
                    encode(header, chain.first(), chain.octets(), chain.padding());
            case EncryptedMessage(Header header, int first, Bytes body) ->
                    encode(header, first, body, Bytes.EMPTY);
        };
    }

    private static Bytes encode(Header header, int first, Bytes body, Bytes padding) {
        int length = Header.LENGTH + body.length() + padding.length();
        if (length > Bounds.MESSAGE) {
            throw new IllegalArgumentException("message of " + length + " octets");
        }
        return Bytes.of(
                ByteBuffer.allocate(length)
                        .putLong(header.initiator().value())
                        .putLong(header.responder().value())
                        .put((byte) first)
                        .put((byte) header.version())
                        .put((byte) header.exchange())
                        .put((byte) header.flags())
                        .putInt(header.messageId())
                        .putInt(length)
                        .put(body.buffer())
                        .put(padding.buffer())
                        .array());
    }
}
