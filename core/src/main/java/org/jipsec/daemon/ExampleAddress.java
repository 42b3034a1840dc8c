package org.jipsec.daemon;

import org.jipsec.wire.Prefix;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// Addresses to ask a host's routes with.
final class ExampleAddress {
    private ExampleAddress() {}

    /// An address of the prefix that is not in one of its parts; when there is none, any.
    ///
    /// @param parts by address, outer before inner
    static InetAddress of(Prefix prefix, Iterable<Prefix> parts) {
        BigInteger first = new BigInteger(1, prefix.address().getAddress());
        BigInteger last = first.add(size(prefix)).subtract(BigInteger.ONE);
        int bits = Prefix.bits(prefix.address());
        BigInteger candidate = prefix.length() >= bits - 1 ? first : first.add(BigInteger.ONE);
        for (Prefix part : parts) { // in order: what is skipped is not met again
            if (part.contains(address(candidate, bits))) {
                candidate = new BigInteger(1, part.address().getAddress()).add(size(part));
            }
            if (candidate.compareTo(last) > 0) {
                return address(first, bits);
            }
        }
        return address(candidate, bits);
    }

    /// The last one of the prefix.
    static InetAddress last(Prefix prefix) {
        BigInteger first = new BigInteger(1, prefix.address().getAddress());
        return address(
                first.add(size(prefix)).subtract(BigInteger.ONE), Prefix.bits(prefix.address()));
    }

    private static BigInteger size(Prefix prefix) {
        return BigInteger.ONE.shiftLeft(Prefix.bits(prefix.address()) - prefix.length());
    }

    private static InetAddress address(BigInteger value, int bits) {
        byte[] octets = new byte[bits / 8];
        byte[] digits = value.toByteArray();
        int length = Math.min(digits.length, octets.length);
        System.arraycopy(digits, digits.length - length, octets, octets.length - length, length);
        try {
            return bits == 32
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }
}
