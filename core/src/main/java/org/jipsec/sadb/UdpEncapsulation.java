package org.jipsec.sadb;

import java.net.InetAddress;
import java.util.Optional;

/// ESP in UDP (RFC 3948), `esp-udp` in setkey.
///
/// @param sourcePort of the outer UDP header, 1..65535
/// @param destinationPort likewise
/// @param originalAddress the peer's own address behind its NAT (NAT-OA, RFC 3947 5.2), by which
/// kernels may repair transport mode checksums; the stack here computes them anew
/// @param fragmentSize `-esp_frag` of NetBSD: in tunnel mode a packet of more octets is cut into
/// fragments of no more, and each is encapsulated on its own; 0 for not
public record UdpEncapsulation(
        int sourcePort,
        int destinationPort,
        Optional<InetAddress> originalAddress,
        int fragmentSize) {
    public static final int DEFAULT_PORT = 4500;
}
