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

/// One message that the kernel sent.
///
/// @param type NLMSG_ or RTM_
/// @param sequence of the request it answers, 0 for a notification
/// @param body what follows the header, little-endian, position 0
record NetlinkAnswer(int type, int flags, int sequence, ByteBuffer body) {
    private static final int TYPE_MASK = 0x3fff; // without "nested" and "network byte order"

    /// All messages of one datagram.
    static List<NetlinkAnswer> split(byte[] octets, int length) throws WireException {
        ByteBuffer in = ByteBuffer.wrap(octets, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        List<NetlinkAnswer> answers = new ArrayList<>();
        while (in.remaining() >= Netlink.HEADER) {
            int start = in.position();
            long whole = Wire.u32(in);
            int type = Wire.u16(in);
            int flags = Wire.u16(in);
            int sequence = (int) Wire.u32(in);
            Wire.skip(in, 4); // port
            if (whole < Netlink.HEADER || whole > length - start) {
                throw new WireException(start, "netlink message of %d octets".formatted(whole));
            }
            ByteBuffer body = Wire.take(in, (int) whole - Netlink.HEADER);
            answers.add(new NetlinkAnswer(type, flags, sequence, body));
            in.position(Math.min(length, start + align(whole)));
        }
        return answers;
    }

    boolean wasInterrupted() {
        return (flags & Netlink.NLM_F_DUMP_INTR) != 0;
    }

    /// Of NLMSG_ERROR, and of the NLMSG_DONE that ends a dump: 0, or as in errno(3).
    int errno() throws WireException {
        ByteBuffer in = rewound();
        return in.remaining() < 4 ? 0 : -(int) Wire.u32(in);
    }

    /// What the kernel says in words beside [#errno]; may be empty.
    String explanation() throws WireException {
        if ((flags & Netlink.NLM_F_ACK_TLVS) == 0) {
            return "";
        }
        ByteBuffer in = rewound();
        Wire.skip(in, 4);
        if (type == Netlink.NLMSG_ERROR) {
            long request = Wire.u32(in); // its header, unless capped the whole of it
            int rest = (flags & Netlink.NLM_F_CAPPED) != 0 ? Netlink.HEADER : align(request);
            Wire.skip(in, rest - 4);
        }
        return Optional.ofNullable(attributes(in).get(Netlink.NLMSGERR_ATTR_MSG))
                .map(NetlinkAnswer::text)
                .orElse("");
    }

    /// A view of the body from its start.
    ByteBuffer rewound() {
        return body.duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind();
    }

    /// What is left of `in`, by type; of several of one type the last.
    static Map<Integer, ByteBuffer> attributes(ByteBuffer in) throws WireException {
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
