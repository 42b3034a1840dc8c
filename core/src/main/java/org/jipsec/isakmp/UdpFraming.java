package org.jipsec.isakmp;

import java.nio.ByteBuffer;

/// What RFC 3948 puts before and beside IKE messages on port 4500.
public final class UdpFraming {
    /// Octets of the non-ESP marker, all zero.
    public static final int MARKER = 4;

    private static final byte KEEPALIVE = (byte) 0xff;

    private UdpFraming() {}

    /// Whether the datagram is a NAT keepalive: one octet of ones.
    public static boolean isKeepalive(ByteBuffer datagram) {
        return datagram.remaining() == 1 && datagram.get(datagram.position()) == KEEPALIVE;
    }

    /// The message behind the non-ESP marker if there is one, else the datagram; a view. As in
    /// racoon the port does not matter, and a marker is four zero octets before four that are not
    /// all zero.
    public static ByteBuffer withoutMarker(ByteBuffer datagram) {
        int start = datagram.position();
        boolean marked =
                datagram.remaining() >= 2 * MARKER
                        && datagram.getInt(start) == 0
                        && datagram.getInt(start + MARKER) != 0;
        return marked
                ? datagram.slice(start + MARKER, datagram.remaining() - MARKER)
                : datagram.slice();
    }
}
