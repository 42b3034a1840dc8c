package org.jipsec.dataplane;

/// Puts headers in front of what a socket has delivered without them, so that [Inbound] sees whole
/// packets. What the kernel does not tell, and nobody asks for, is made up: identification 0, and
/// for UDP no checksum, as the kernel has checked it. Mutable and reused.
///
/// Fill in the fields, then [#udp] or [#raw] for each packet.
public final class RebuiltHeaders {
    private static final int HOP_LIMIT = 64;

    /// Source and destination, 4 or 16 octets each.
    public final byte[] addresses = new byte[32];

    /// TOS or traffic class.
    public int trafficClass;

    /// Of IPv6.
    public int hopLimit = HOP_LIMIT;

    /// Of IPv6.
    public int flowLabel;

    /// Octets in front of a UDP datagram's payload.
    public static int udpHeaders(boolean ipv4) {
        return (ipv4 ? 20 : IpHeaders.IPV6_HEADER) + UdpEncapsulationHeader.LENGTH;
    }

    /// Writes IP and UDP headers at the start of a cleared `packet`, which becomes as long as the
    /// datagram; its payload is then copied behind them.
    ///
    /// @param payload octets
    public void udp(
            PacketBuffer packet, boolean ipv4, int sourcePort, int destinationPort, int payload) {
        int headers = udpHeaders(ipv4);
        packet.length(headers + payload);
        byte[] octets = packet.array();
        int at = packet.offset();
        int upper = UdpEncapsulationHeader.LENGTH + payload;
        if (ipv4) {
            octets[at] = 0x45;
            octets[at + 1] = (byte) trafficClass;
            Octets.put16(octets, at + 2, headers + payload);
            Octets.put32(octets, at + 4, 0x4000);
            octets[at + 8] = HOP_LIMIT;
            octets[at + 9] = IpHeaders.UDP;
            System.arraycopy(addresses, 0, octets, at + 12, 8);
            IpHeaders.renewChecksum(octets, at);
        } else {
            ipv6(octets, at, IpHeaders.UDP, upper);
        }
        int udp = at + headers - UdpEncapsulationHeader.LENGTH;
        Octets.put16(octets, udp, sourcePort);
        Octets.put16(octets, udp + 2, destinationPort);
        Octets.put16(octets, udp + 4, upper);
        Octets.put16(octets, udp + 6, 0);
    }

    /// Writes an IPv6 header at the start of a cleared `packet`; what follows is then copied behind
    /// it.
    ///
    /// @param nextHeader of what follows
    /// @param payload octets of what follows
    public void raw(PacketBuffer packet, int nextHeader, int payload) {
        packet.length(IpHeaders.IPV6_HEADER + payload);
        ipv6(packet.array(), packet.offset(), nextHeader, payload);
    }

    private void ipv6(byte[] octets, int at, int nextHeader, int payload) {
        Octets.put32(octets, at, 6 << 28 | trafficClass << 20 | flowLabel);
        Octets.put16(octets, at + 4, payload);
        octets[at + 6] = (byte) nextHeader;
        octets[at + 7] = (byte) hopLimit;
        System.arraycopy(addresses, 0, octets, at + 8, 32);
    }
}
