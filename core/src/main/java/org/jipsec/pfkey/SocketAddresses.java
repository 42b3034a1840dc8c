package org.jipsec.pfkey;

import org.jipsec.sadb.Endpoint;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// `sockaddr_in` (16 octets) and `sockaddr_in6` (28): family in host order, port and address
/// big-endian.
///
/// ```
/// | family 2 | port 2 | address 4 | zero 8 |
/// | family 2 | port 2 | flow 4 | address 16 | scope 4 |
/// ```
/// Where the layout says so, the family is one octet behind another of the length.
///
/// The flow label is not kept. An IPv4-mapped IPv6 address stays IPv6.
final class SocketAddresses {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private SocketAddresses() {}

    /// Of the sockaddr alone.
    static int octets(InetAddress address) {
        return address instanceof Inet4Address ? 16 : 28;
    }

    /// As it stands at the end of an extension: to a multiple of 8.
    static int paddedOctets(InetAddress address) {
        return address instanceof Inet4Address ? 16 : 32;
    }

    /// @param at offset of `in` in its message, for the exception
    static Endpoint decode(ByteBuffer in, int at, Dialect.Layout layout) throws WireException {
        int start = in.position();
        try {
            int family = family(in, layout);
            if (family == layout.inet6()) {
                family = AF_INET6;
            } else if (family == AF_INET6) {
                family = 0;
            }
            return switch (family) {
                case AF_INET -> {
                    int port = bigEndianPort(in);
                    byte[] octets = octets(in, 4);
                    Wire.skip(in, 8);
                    yield new Endpoint(InetAddress.getByAddress(octets), port);
                }
                case AF_INET6 -> {
                    int port = bigEndianPort(in);
                    Wire.skip(in, 4);
                    byte[] octets = octets(in, 16);
                    int scope = (int) Wire.u32(in);
                    yield new Endpoint(
                            Inet6Address.getByAddress(null, octets, scope > 0 ? scope : -1), port);
                }
                default -> throw new WireException(start, "address family " + family);
            };
        } catch (WireException short_) {
            throw new WireException(at + start, "no socket address: " + short_.getMessage());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 octets", impossible);
        }
    }

    /// An octet of length is not looked at: the family says how long it is.
    private static int family(ByteBuffer in, Dialect.Layout layout) throws WireException {
        if (!layout.lengthInAddresses()) {
            return Wire.u16(in);
        }
        Wire.u8(in);
        return Wire.u8(in);
    }

    private static void putFamily(int octets, int family, ByteBuffer out, Dialect.Layout layout) {
        if (layout.lengthInAddresses()) {
            out.put((byte) octets).put((byte) family);
        } else {
            out.putShort((short) family);
        }
    }

    static void encode(Endpoint endpoint, ByteBuffer out, Dialect.Layout layout) {
        byte[] octets = endpoint.address().getAddress();
        int port = endpoint.port();
        if (octets.length == 4) {
            putFamily(16, AF_INET, out, layout);
            out.put((byte) (port >> 8)).put((byte) port);
            out.put(octets).putLong(0);
        } else {
            putFamily(28, layout.inet6(), out, layout);
            out.put((byte) (port >> 8)).put((byte) port);
            out.putInt(0).put(octets);
            out.putInt(((Inet6Address) endpoint.address()).getScopeId());
        }
    }

    private static int bigEndianPort(ByteBuffer in) throws WireException {
        int port = Wire.u16(in);
        return in.order() == ByteOrder.BIG_ENDIAN
                ? port
                : Short.reverseBytes((short) port) & 0xffff;
    }

    private static byte[] octets(ByteBuffer in, int count) throws WireException {
        byte[] octets = new byte[count];
        Wire.take(in, count).get(octets);
        return octets;
    }
}
