package org.jipsec.os;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// One message that the kernel sent.
///
/// @param type NLMSG_ or the family's own
/// @param sequence of the request it answers; of a notification that of whoever caused it, or 0
/// @param port of the socket that asked or caused it, 0 for the kernel by itself
/// @param body what follows the header, little-endian, position 0
public record NetlinkAnswer(int type, int flags, int sequence, int port, ByteBuffer body) {
    private static final int TYPE_MASK = 0x3fff; // without "nested" and "network byte order"

    static List<NetlinkAnswer> split(byte[] octets, int length) throws WireException {
        return split(ByteBuffer.wrap(octets, 0, length));
    }

    /// All messages of one datagram.
    ///
    /// @param datagram of which the answers are views
    public static List<NetlinkAnswer> split(ByteBuffer datagram) throws WireException {
        ByteBuffer in = datagram.slice().order(ByteOrder.LITTLE_ENDIAN);
        int length = in.limit();
        List<NetlinkAnswer> answers = new ArrayList<>();
        while (in.remaining() >= Netlink.HEADER) {
            int start = in.position();
            long whole = Wire.u32(in);
            int type = Wire.u16(in);
            int flags = Wire.u16(in);
            int sequence = (int) Wire.u32(in);
            int port = (int) Wire.u32(in);
            if (whole < Netlink.HEADER || whole > length - start) {
                throw new WireException(start, "netlink message of %d octets".formatted(whole));
            }
            ByteBuffer body = Wire.take(in, (int) whole - Netlink.HEADER);
            answers.add(new NetlinkAnswer(type, flags, sequence, port, body));
            in.position(Math.min(length, start + align(whole)));
        }
        return answers;
    }

    /// An acknowledgement or a refusal: see [#errno].
    public boolean isError() {
        return type == Netlink.NLMSG_ERROR;
    }

    /// The end of a dump, of which [#errno] says how it ended.
    public boolean isDone() {
        return type == Netlink.NLMSG_DONE;
    }

    /// What is dumped has changed meanwhile, so that entries may be missing.
    public boolean wasInterrupted() {
        return (flags & Netlink.NLM_F_DUMP_INTR) != 0;
    }

    /// Of an [#isError], and of the [#isDone] that ends a dump: 0, or as in errno(3).
    public int errno() throws WireException {
        ByteBuffer in = rewound();
        return in.remaining() < 4 ? 0 : -(int) Wire.u32(in);
    }

    /// What the kernel says in words beside [#errno]; may be empty.
    public String explanation() throws WireException {
        return Optional.ofNullable(details().get(Netlink.NLMSGERR_ATTR_MSG))
                .map(NetlinkAnswer::text)
                .orElse("");
    }

    /// Where in the request, counted from the start of its header, the attribute stands that the
    /// kernel does not like.
    public OptionalInt offendingOffset() throws WireException {
        return number(Netlink.NLMSGERR_ATTR_OFFS);
    }

    /// The type of the attribute that the kernel finds missing in the request.
    public OptionalInt missingAttribute() throws WireException {
        return number(Netlink.NLMSGERR_ATTR_MISS_TYPE);
    }

    private OptionalInt number(int attribute) throws WireException {
        ByteBuffer in = details().get(attribute);
        return in == null || in.remaining() < 4
                ? OptionalInt.empty()
                : OptionalInt.of((int) Wire.u32(in));
    }

    /// The extended acknowledgement, by attribute.
    private Map<Integer, ByteBuffer> details() throws WireException {
        if ((flags & Netlink.NLM_F_ACK_TLVS) == 0) {
            return Map.of();
        }
        ByteBuffer in = rewound();
        Wire.skip(in, 4);
        if (type == Netlink.NLMSG_ERROR) {
            long request = Wire.u32(in); // its header, unless capped the whole of it
            boolean isCapped = (flags & Netlink.NLM_F_CAPPED) != 0;
            if (!isCapped && request > in.capacity()) {
                throw new WireException(4, "a request of %d octets".formatted(request));
            }
            int rest = isCapped ? Netlink.HEADER : align(request);
            Wire.skip(in, Math.max(rest - 4, 0));
        }
        return attributes(in);
    }

    /// A view of the body from its start.
    public ByteBuffer rewound() {
        return body.duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind();
    }

    /// What is left of `in`, by type; of several of one type the last, as the kernel reads them.
    ///
    /// @return views, little-endian, position 0
    /// @throws WireException one is shorter than its header or longer than what is left
    public static Map<Integer, ByteBuffer> attributes(ByteBuffer in) throws WireException {
        Map<Integer, ByteBuffer> attributes = new HashMap<>();
        while (in.remaining() >= 4) {
            int start = in.position();
            int length = Wire.u16(in);
            int type = Wire.u16(in) & TYPE_MASK;
            if (length < 4) {
                throw new WireException(start, "attribute of %d octets".formatted(length));
            }
            attributes.put(type, Wire.take(in, length - 4));
            in.position(Math.min(in.limit(), start + align(length)));
        }
        return attributes;
    }

    static String text(ByteBuffer in) {
        byte[] octets = new byte[in.remaining()];
        in.duplicate().get(octets);
        int length = 0;
        while (length < octets.length && octets[length] != 0) {
            length++;
        }
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }

    private static int align(long length) {
        return (int) ((length + 3) & ~3L);
    }
}
