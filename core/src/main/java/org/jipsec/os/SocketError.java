package org.jipsec.os;

import org.jipsec.wire.Bytes;

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
/// @param protocol of the socket; 17 of a UDP socket
/// @param quoted the beginning of what the ICMP message quotes of that datagram: behind the IP
/// header of a raw socket's, behind the UDP header of a UDP socket's; often no more than 8 octets
/// behind the IP header are quoted
public record SocketError(
        InetAddress destination,
        int port,
        int errno,
        int mtu,
        Origin origin,
        int type,
        int code,
        Optional<InetAddress> reporter,
        int protocol,
        Bytes quoted) {
    /// Who found the error.
    public enum Origin {
        /// This host: the datagram never left.
        LOCAL,
        ICMP,
        ICMPV6,
        OTHER
    }
}
