package org.jipsec.ike;

import org.jipsec.wire.Bytes;

import java.net.InetSocketAddress;

/// One UDP datagram of IKE, without the marker that stands before it on port 4500 (RFC 3948 2.2):
/// whoever has the sockets strips it and puts it there.
///
/// @param local our address and port, numeric
/// @param remote the peer's
public record UdpDatagram(InetSocketAddress local, InetSocketAddress remote, Bytes octets) {}
