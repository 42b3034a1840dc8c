package org.jipsec.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Builds one netlink message: header, the family's own header, attributes. Numbers are in the
/// machine's order, everything is aligned to 4 octets.
final class NetlinkRequest {
    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;

    private final ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    /// @param flags those beside NLM_F_REQUEST
    NetlinkRequest(int type, int flags) {
        out.putInt(0).putShort((short) type).putShort((short) (flags | Netlink.NLM_F_REQUEST));
        out.putInt(0).putInt(0); // sequence number: the socket's; port: the kernel knows it
    }

    NetlinkRequest u8(int value) {
        out.put((byte) value);
        return this;
    }

    NetlinkRequest u16(int value) {
        out.putShort((short) value);
        return this;
    }

    NetlinkRequest u32(int value) {
        out.putInt(value);
        return this;
    }

    NetlinkRequest attribute(int type, byte[] value) {
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (out.position() % 4 != 0) {
            out.put((byte) 0);
        }
        return this;
    }

    NetlinkRequest attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    NetlinkRequest attributeU32(int type, int value) {
        out.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /// An attribute that holds one attribute.
    NetlinkRequest nestedU32(int type, int inner, int value) {
        out.putShort((short) 12).putShort((short) type);
        return attributeU32(inner, value);
    }

    int flags() {
        return out.getShort(FLAGS) & 0xffff;
    }

    /// The finished message.
    byte[] toOctets(int sequence) {
        out.putInt(0, out.position()).putInt(SEQUENCE, sequence);
        return Arrays.copyOf(out.array(), out.position());
    }
}
