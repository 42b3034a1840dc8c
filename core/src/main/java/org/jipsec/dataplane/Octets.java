package org.jipsec.dataplane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Big-endian numbers in a packet. The caller has checked that the octets are there.
final class Octets {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Octets() {}

    static int u8(byte[] octets, int at) {
        return octets[at] & 0xff;
    }

    static int u16(byte[] octets, int at) {
        return (short) SHORTS.get(octets, at) & 0xffff;
    }

    static int s32(byte[] octets, int at) {
        return (int) INTS.get(octets, at);
    }

    static long u32(byte[] octets, int at) {
        return (int) INTS.get(octets, at) & 0xffff_ffffL;
    }

    static long s64(byte[] octets, int at) {
        return (long) LONGS.get(octets, at);
    }

    static void put16(byte[] octets, int at, int value) {
        SHORTS.set(octets, at, (short) value);
    }

    static void put32(byte[] octets, int at, int value) {
        INTS.set(octets, at, value);
    }

    static void put64(byte[] octets, int at, long value) {
        LONGS.set(octets, at, value);
    }
}
