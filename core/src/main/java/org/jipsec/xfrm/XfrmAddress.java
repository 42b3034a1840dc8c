package org.jipsec.xfrm;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// `xfrm_address_t`: 16 octets in network order, of which IPv4 uses the first four.
final class XfrmAddress {
    private XfrmAddress() {}

    static int family(InetAddress address) {
        return address instanceof Inet4Address ? Xfrm.AF_INET : Xfrm.AF_INET6;
    }

    static void write(ByteBuffer out, InetAddress address) {
        byte[] octets = address.getAddress();
        out.put(octets).put(new byte[Xfrm.ADDRESS_SIZE - octets.length]);
    }

    /// @param family AF_INET; any other number is read as IPv6's
    static InetAddress read(ByteBuffer in, int family) throws WireException {
        ByteBuffer field = Wire.take(in, Xfrm.ADDRESS_SIZE);
        byte[] octets = new byte[family == Xfrm.AF_INET ? 4 : Xfrm.ADDRESS_SIZE];
        field.get(octets);
        return of(octets);
    }

    static boolean isIpv4(int family) {
        return family == Xfrm.AF_INET;
    }

    private static InetAddress of(byte[] octets) {
        try {
            // an IPv4-mapped address stays one of IPv6
            return octets.length == 4
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 octets", impossible);
        }
    }
}
