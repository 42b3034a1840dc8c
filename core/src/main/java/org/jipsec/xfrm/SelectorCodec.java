package org.jipsec.xfrm;

import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// `xfrm_selector`: addresses and ports in network order, a mask for each port, prefix lengths, the
/// protocol (0 for any), and a device and a user that the language has no word for.
final class SelectorCodec {
    private static final int FAMILY = 40;
    private static final int ALL_BITS = 0xffff;

    private SelectorCodec() {}

    /// As af_key makes it: a port of 0 is any.
    static void write(ByteBuffer out, Selector selector) {
        XfrmAddress.write(out, selector.destination().address());
        XfrmAddress.write(out, selector.source().address());
        writePort(out, selector.destinationPort());
        writePort(out, selector.sourcePort());
        out.putShort((short) XfrmAddress.family(selector.source().address()));
        out.put((byte) selector.destination().length()).put((byte) selector.source().length());
        int protocol = selector.protocol() == Selector.ANY_PROTOCOL ? 0 : selector.protocol();
        out.put((byte) protocol).put(new byte[3]);
        out.putInt(0).putInt(0); // any device, any user
    }

    /// A port of 0 that has to match is any, too, as af_key tells it: the language has no other
    /// word. [PolicyOriginal] has the mask.
    static Selector read(ByteBuffer in) throws WireException {
        ByteBuffer view = Wire.take(in, Xfrm.SELECTOR_SIZE);
        int start = in.position() - Xfrm.SELECTOR_SIZE;
        int family = view.getShort(FAMILY) & 0xffff;
        InetAddress destination = XfrmAddress.read(view, family);
        InetAddress source = XfrmAddress.read(view, family);
        int destinationPort = readPort(view);
        int sourcePort = readPort(view);
        Wire.skip(view, 2);
        Prefix to = prefix(destination, Wire.u8(view), start);
        Prefix from = prefix(source, Wire.u8(view), start);
        int protocol = Wire.u8(view);
        return new Selector(
                from,
                sourcePort,
                to,
                destinationPort,
                protocol == 0 ? Selector.ANY_PROTOCOL : protocol);
    }

    private static Prefix prefix(InetAddress address, int length, int offset) throws WireException {
        if (length > Prefix.bits(address)) {
            throw new WireException(offset, "prefix length " + length);
        }
        return new Prefix(address, length);
    }

    private static void writePort(ByteBuffer out, int port) {
        putNetworkShort(out, port);
        putNetworkShort(out, port == 0 ? 0 : ALL_BITS);
    }

    private static int readPort(ByteBuffer in) throws WireException {
        int port = networkShort(in);
        return port & networkShort(in);
    }

    static void putNetworkShort(ByteBuffer out, int value) {
        out.put((byte) (value >> 8)).put((byte) value);
    }

    static int networkShort(ByteBuffer in) throws WireException {
        return Wire.u8(in) << 8 | Wire.u8(in);
    }
}
