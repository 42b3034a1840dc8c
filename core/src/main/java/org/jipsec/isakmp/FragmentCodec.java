package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Cuts messages that are too large for the path into datagrams of their own (Cisco's
/// fragmentation of IKEv1, vendor id FRAGMENTATION; no RFC). For the way back see
/// [FragmentReassembly].
///
/// Each piece is an ISAKMP message in clear with one [Payload.Fragment]: the message's cookies and
/// exchange, message id 0, no flags. The whole message, its header included, is what is cut; if it
/// is encrypted, then before.
public final class FragmentCodec {
    /// Octets of a datagram that racoon cuts messages to, the non-ESP marker included.
    public static final int LIMIT = 552;

    /// The id that racoon gives the pieces of every message.
    private static final int ID = 1;

    private static final int MOST = 255;

    private FragmentCodec() {}

    /// The datagrams to send in place of a message, in their order: itself, if it is no longer than
    /// `limit`.
    ///
    /// @param message as [MessageCodec#encode] makes it, without the non-ESP marker
    /// @param limit octets of a datagram, of which four are left for the non-ESP marker
    /// @throws IllegalArgumentException when it is not a message, or when 255 pieces of that size
    ///     are not enough
    public static List<Bytes> split(Bytes message, int limit) {
        if (message.length() <= limit) {
            return List.of(message);
        }
        int each =
                limit
                        - UdpFraming.MARKER
                        - Header.LENGTH
                        - GenericHeader.LENGTH
                        - Payload.Fragment.FIXED;
        int pieces = each > 0 ? (message.length() + each - 1) / each : Integer.MAX_VALUE;
        if (pieces > MOST) {
            throw new IllegalArgumentException(
                    "message of %d octets in datagrams of %d".formatted(message.length(), limit));
        }
        Header header = headerOfPieces(message);
        byte[] octets = message.toArray();
        List<Bytes> datagrams = new ArrayList<>(pieces);
        for (int i = 0; i < pieces; i++) {
            int from = i * each;
            int length = Math.min(each, octets.length - from);
            datagrams.add(
                    MessageCodec.encode(
                            Message.of(
                                    header,
                                    new Payload.Fragment(
                                            ID,
                                            i + 1,
                                            i + 1 == pieces ? Payload.Fragment.LAST : 0,
                                            Bytes.of(octets, from, length)))));
        }
        return datagrams;
    }

    /// The piece that a datagram carries; empty if it is a message by itself. Whatever stands
    /// beside a fragment is not looked at.
    public static Optional<Payload.Fragment> of(Datagram datagram) {
        return datagram instanceof Message message
                        && !message.payloads().isEmpty()
                        && message.payloads().getFirst() instanceof Payload.Fragment fragment
                ? Optional.of(fragment)
                : Optional.empty();
    }

    private static Header headerOfPieces(Bytes message) {
        ByteBuffer in = message.buffer();
        try {
            Header header = MessageCodec.header(in);
            return new Header(
                    header.initiator(),
                    header.responder(),
                    header.version(),
                    header.exchange(),
                    0,
                    0);
        } catch (WireException tooShort) {
            throw new IllegalArgumentException("not a message: " + message, tooShort);
        }
    }
}
