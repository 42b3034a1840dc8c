package org.jipsec.wire;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

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

    /// The same prefix with all bits zero that do not count.
    public Prefix network() {
        byte[] octets = address.getAddress();
        for (int i = 0; i < octets.length; i++) {
            int counting = Math.clamp(length - 8L * i, 0, 8);
            octets[i] &= (byte) (0xff00 >> counting);
        }
        try {
            return new Prefix(
                    isIpv4()
                            ? InetAddress.getByAddress(octets)
                            : Inet6Address.getByAddress(null, octets, -1),
                    length);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    /// Whether this one holds all of the other's addresses.
    public boolean contains(Prefix other) {
        return length <= other.length && contains(other.address);
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
