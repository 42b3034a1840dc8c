package org.jipsec.wire;

import java.nio.ByteBuffer;

/// Reads from a [ByteBuffer] that turn its end into a [WireException] instead of an unchecked
/// exception. Numbers are unsigned and in the byte order of the buffer.
public final class Wire {
    private Wire() {}

    public static int u8(ByteBuffer in) throws WireException {
        need(in, 1);
        return in.get() & 0xff;
    }

    public static int u16(ByteBuffer in) throws WireException {
        need(in, 2);
        return in.getShort() & 0xffff;
    }

    public static long u32(ByteBuffer in) throws WireException {
        need(in, 4);
        return in.getInt() & 0xffff_ffffL;
    }

    /// All 64 bits; above 2^63 negative, as Java has it.
    public static long u64(ByteBuffer in) throws WireException {
        need(in, 8);
        return in.getLong();
    }

    public static void skip(ByteBuffer in, int octets) throws WireException {
        need(in, octets);
        in.position(in.position() + octets);
    }

    /// A view of the next `length` octets, in the byte order of `in`, which is left behind them.
    public static ByteBuffer take(ByteBuffer in, int length) throws WireException {
        need(in, length);
        ByteBuffer view = in.slice(in.position(), length).order(in.order());
        in.position(in.position() + length);
        return view;
    }

    private static void need(ByteBuffer in, int octets) throws WireException {
        if (in.remaining() < octets) {
            throw new WireException(
                    in.position(), "needs " + octets + " octets, " + in.remaining() + " are left");
        }
    }
}
