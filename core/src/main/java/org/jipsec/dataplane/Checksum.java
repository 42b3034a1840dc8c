package org.jipsec.dataplane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The Internet checksum (RFC 1071), and its repair after a change (RFC 1624).
final class Checksum {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Checksum() {}

    /// Adds octets to a running sum; only the last call for one checksum may have an odd `length`.
    ///
    /// Long words of the machine's own byte order are added up as two halves: the shape of loop
    /// that the compiler makes vector instructions of. The sum does not mind the byte order, but
    /// for being turned round in the end (RFC 1071 2 (B)).
    static long add(long sum, byte[] octets, int from, int length) {
        int words = length >>> 3;
        long low = 0;
        long high = 0;
        for (int i = 0; i < words; i++) {
            long word = (long) WORDS.get(octets, from + (i << 3));
            low += word & 0xffff_ffffL;
            high += word >>> 32;
        }
        return addRest(sum + inBigEndian(low + high), octets, from + (words << 3), length & 7);
    }

    private static long addRest(long sum, byte[] octets, int from, int length) {
        int at = from;
        int end = from + length;
        if (at + 4 <= end) {
            sum += Octets.u32(octets, at);
            at += 4;
        }
        if (at + 2 <= end) {
            sum += (long) Octets.u16(octets, at) << 16;
            at += 2;
            if (at < end) {
                sum += Octets.u8(octets, at) << 8;
            }
        } else if (at < end) {
            sum += (long) Octets.u8(octets, at) << 24;
        }
        return sum;
    }

    private static long inBigEndian(long nativeSum) {
        int folded = fold(nativeSum);
        return LITTLE_ENDIAN ? (folded >>> 8) | ((folded & 0xff) << 8) : folded;
    }

    private static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) folded;
    }

    /// Of a running sum, the 16 bits that go into the packet.
    static int finish(long sum) {
        return ~fold(sum) & 0xffff;
    }

    /// The pseudo-header of TCP, UDP, ICMPv6 (RFC 9293 3.1, RFC 8200 8.1) as the start of a sum.
    ///
    /// @param addresses where source and destination stand, one behind the other
    /// @param bothLength 8 or 32 octets
    static long pseudoHeader(
            byte[] octets, int addresses, int bothLength, int protocol, int upperLength) {
        return add(0, octets, addresses, bothLength) + protocol + upperLength;
    }

    /// The checksum after one 16-bit word under it has changed.
    static int replace(int checksum, int before, int after) {
        long sum = (~checksum & 0xffffL) + (~before & 0xffffL) + (after & 0xffffL);
        sum = (sum >>> 16) + (sum & 0xffff);
        sum = (sum >>> 16) + (sum & 0xffff);
        return (int) ~sum & 0xffff;
    }
}
