package org.jipsec.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Builds one netlink message: header, the family's own header, attributes. Numbers are in the
/// machine's order, everything is aligned to 4 octets.
public final class NetlinkRequest {
    /// NLM_F_ACK: the kernel says how it went.
    public static final int ACKNOWLEDGED = Netlink.NLM_F_ACK;

    /// NLM_F_DUMP: all there is.
    public static final int DUMP = Netlink.NLM_F_DUMP;

    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;
    private static final int PORT = 12;

    /// What the 16 bits of an attribute's length can say.
    private static final int MAXIMUM_ATTRIBUTE = 0xffff - 4;

    private ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    /// @param flags those beside NLM_F_REQUEST
    public NetlinkRequest(int type, int flags) {
        out.putInt(0).putShort((short) type).putShort((short) (flags | Netlink.NLM_F_REQUEST));
        out.putInt(0).putInt(0); // sequence number: the socket's; port: the kernel knows it
    }

    NetlinkRequest u8(int value) {
        need(1);
        out.put((byte) value);
        return this;
    }

    NetlinkRequest u16(int value) {
        need(2);
        out.putShort((short) value);
        return this;
    }

    NetlinkRequest u32(int value) {
        need(4);
        out.putInt(value);
        return this;
    }

    /// The family's own header, or a structure of it.
    public NetlinkRequest octets(byte[] structure) {
        need(structure.length + 3);
        out.put(structure);
        pad();
        return this;
    }

    public NetlinkRequest attribute(int type, byte[] value) {
        if (value.length > MAXIMUM_ATTRIBUTE) {
            throw new IllegalArgumentException("attribute of " + value.length + " octets");
        }
        need(4 + value.length + 3);
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        pad();
        return this;
    }

    public NetlinkRequest attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    public NetlinkRequest attributeU32(int type, int value) {
        need(8);
        out.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /// An attribute that holds one attribute.
    NetlinkRequest nestedU32(int type, int inner, int value) {
        need(4);
        out.putShort((short) 12).putShort((short) type);
        return attributeU32(inner, value);
    }

    int flags() {
        return out.getShort(FLAGS) & 0xffff;
    }

    /// The finished message.
    public byte[] toOctets(int sequence) {
        return toOctets(sequence, 0);
    }

    /// The finished message.
    ///
    /// @param port of the socket that sends it: XFRM writes it into the notifications of what the
    ///     request has done
    public byte[] toOctets(int sequence, int port) {
        out.putInt(0, out.position()).putInt(SEQUENCE, sequence).putInt(PORT, port);
        return Arrays.copyOf(out.array(), out.position());
    }

    /// Overwrites what was built so far: there may be keys in it.
    public void wipe() {
        Arrays.fill(out.array(), (byte) 0);
    }

    private void pad() {
        while (out.position() % 4 != 0) {
            out.put((byte) 0);
        }
    }

    private void need(int octets) {
        if (out.remaining() < octets) {
            byte[] old = out.array();
            out =
                    ByteBuffer.allocate(2 * (out.position() + octets))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .put(old, 0, out.position());
            Arrays.fill(old, (byte) 0);
        }
    }
}
