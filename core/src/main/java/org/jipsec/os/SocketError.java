package org.jipsec.os;

import java.net.InetAddress;
import java.util.Optional;

/// What the error queue of a socket tells about a datagram sent earlier.
///
/// @param destination of that datagram
/// @param port of the destination; of raw sockets 0
/// @param errno as in errno(3): EMSGSIZE, ECONNREFUSED, EHOSTUNREACH
/// @param mtu with EMSGSIZE: how many octets an IP packet may have on the way there; else 0
/// @param origin who found it
/// @param type of the ICMP message, or 0
/// @param code of the ICMP message, or 0
/// @param reporter who sent the ICMP message
public record SocketError(
        InetAddress destination,
        int port,
        int errno,
        int mtu,
        Origin origin,
        int type,
        int code,
        Optional<InetAddress> reporter) {
    /// Who found the error.
    public enum Origin {
        /// This host: the datagram never left.
        LOCAL,
        ICMP,
        ICMPV6,
        OTHER
    }
}
