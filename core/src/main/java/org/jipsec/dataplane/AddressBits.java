package org.jipsec.dataplane;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Addresses as the two longs that [FlowKey] has: an IPv4 address in the low 32 bits of the low
/// half. Allocates: not for the packet path.
public final class AddressBits {
    private AddressBits() {}

    public static long high(InetAddress address) {
        return address instanceof Inet4Address
                ? 0
                : ByteBuffer.wrap(address.getAddress()).getLong();
    }

    public static long low(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? octets.getInt() & 0xffff_ffffL : octets.getLong(8);
    }

    /// The bits of the high half that a prefix of `length` looks at.
    public static long maskHigh(boolean ipv4, int length) {
        return ipv4 ? 0 : leading(Math.min(length, 64));
    }

    /// The bits of the low half that a prefix of `length` looks at.
    public static long maskLow(boolean ipv4, int length) {
        return ipv4 ? leading(length) >>> 32 : leading(Math.max(length - 64, 0));
    }

    private static long leading(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
