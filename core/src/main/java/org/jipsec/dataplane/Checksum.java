package org.jipsec.dataplane;

/// The Internet checksum (RFC 1071), and its repair after a change (RFC 1624).
final class Checksum {
    private Checksum() {}

    /// Adds octets to a running sum; only the last call for one checksum may have an odd `length`.
    static long add(long sum, byte[] octets, int from, int length) {
        int at = from;
        int end = from + length;
        for (; at + 4 <= end; at += 4) {
            sum += Octets.u32(octets, at);
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

    /// Of a running sum, the 16 bits that go into the packet.
    static int finish(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ~folded & 0xffff;
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
