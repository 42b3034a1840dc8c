package org.jipsec.wire;

import java.net.Inet4Address;
import java.net.InetAddress;

/// An address and how many of its leading bits count. The other bits are kept as they were written:
/// setkey prints them back (`10.1.2.3/16`), and [#contains] does not look at them.
///
/// @param length 0 to 32 for IPv4, to 128 for IPv6
public record Prefix(InetAddress address, int length) {
    public Prefix {
        if (length < 0 || length > bits(address)) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " of " + address.getHostAddress());
        }
    }

    /// The whole address: /32 or /128.
    public static Prefix host(InetAddress address) {
        return new Prefix(address, bits(address));
    }

    /// 32 or 128.
    public static int bits(InetAddress address) {
        return address instanceof Inet4Address ? 32 : 128;
    }

    public boolean isHost() {
        return length == bits(address);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /// False also for an address of the other family.
    public boolean contains(InetAddress candidate) {
        return isIpv4() == candidate instanceof Inet4Address
                && sameBits(address.getAddress(), candidate.getAddress(), length);
    }

    private static boolean sameBits(byte[] left, byte[] right, int bits) {
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (left[i] != right[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || ((left[whole] ^ right[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
