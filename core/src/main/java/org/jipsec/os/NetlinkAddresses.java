package org.jipsec.os;

import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Addresses in netlink attributes.
final class NetlinkAddresses {
    private NetlinkAddresses() {}

    /// @param attribute or null where there is none
    static Optional<InetAddress> read(IpFamily family, @Nullable ByteBuffer attribute)
            throws WireException {
        if (attribute == null) {
            return Optional.empty();
        }
        byte[] octets = new byte[attribute.remaining()];
        if (octets.length != family.addressOctets()) {
            throw new WireException(
                    attribute.position(), "address of %d octets".formatted(octets.length));
        }
        attribute.duplicate().get(octets);
        return Optional.of(of(octets));
    }

    static InetAddress any(IpFamily family) {
        return of(new byte[family.addressOctets()]);
    }

    private static InetAddress of(byte[] octets) {
        try {
            // an IPv4-mapped address stays one of IPv6
            return octets.length == 16
                    ? Inet6Address.getByAddress(null, octets, -1)
                    : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(octets.length + " octets of an address", e);
        }
    }
}
