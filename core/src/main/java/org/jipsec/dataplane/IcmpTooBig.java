package org.jipsec.dataplane;

/// Tells the sender of a packet how large packets may be: "fragmentation needed" (RFC 1191), or
/// ICMPv6's "packet too big" (RFC 4443 3.2).
final class IcmpTooBig {
    private static final int IPV4_LIMIT = 576; // RFC 1812 4.3.2.3
    private static final int IPV6_LIMIT = 1280;
    private static final int ICMP_HEADER = 8;

    private IcmpTooBig() {}

    /// Writes the message into a further packet of the verdict, from `packet`'s destination, for
    /// that is whom its sender will believe; none where none may be sent (RFC 1122 3.2.2, RFC
    /// 4443 2.4 e).
    static void reply(PacketBuffer packet, IpHeaders headers, int mtu, Verdict verdict) {
        if (headers.fragmentOffset != 0 || isIcmpError(packet, headers)) {
            return;
        }
        if (headers.ipv4) {
            ipv4(packet, mtu, verdict);
        } else {
            ipv6(packet, mtu, verdict);
        }
    }

    private static boolean isIcmpError(PacketBuffer packet, IpHeaders headers) {
        if (packet.length() <= headers.upper) {
            return false;
        }
        int type = Octets.u8(packet.array(), packet.offset() + headers.upper);
        return switch (headers.upperProtocol) {
            case IpHeaders.ICMP -> type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
            case IpHeaders.ICMPV6 -> type < 128;
            default -> false;
        };
    }

    private static void ipv4(PacketBuffer packet, int mtu, Verdict verdict) {
        byte[] from = packet.array();
        int cause = packet.offset();
        if (Octets.s32(from, cause + 12) == 0 || Octets.u8(from, cause + 16) >= 224) {
            return;
        }
        int quoted = Math.min(packet.length(), IPV4_LIMIT - 20 - ICMP_HEADER);
        PacketBuffer reply = verdict.addExtra(IPV4_LIMIT);
        int length = 20 + ICMP_HEADER + quoted;
        reply.length(length);
        byte[] octets = reply.array();
        int at = reply.offset();
        Octets.put32(octets, at, 0x4500_0000 | length);
        Octets.put32(octets, at + 4, 0);
        Octets.put32(octets, at + 8, TunnelHeader.HOP_LIMIT << 24 | IpHeaders.ICMP << 16);
        System.arraycopy(from, cause + 16, octets, at + 12, 4);
        System.arraycopy(from, cause + 12, octets, at + 16, 4);
        IpHeaders.renewChecksum(octets, at);
        int icmp = at + 20;
        Octets.put32(octets, icmp, 3 << 24 | 4 << 16);
        Octets.put32(octets, icmp + 4, Math.min(mtu, 0xffff));
        System.arraycopy(from, cause, octets, icmp + ICMP_HEADER, quoted);
        Octets.put16(
                octets,
                icmp + 2,
                Checksum.finish(Checksum.add(0, octets, icmp, ICMP_HEADER + quoted)));
    }

    private static void ipv6(PacketBuffer packet, int mtu, Verdict verdict) {
        byte[] from = packet.array();
        int cause = packet.offset();
        boolean unspecified = Octets.s64(from, cause + 8) == 0 && Octets.s64(from, cause + 16) == 0;
        if (unspecified
                || Octets.u8(from, cause + 8) == 0xff
                || Octets.u8(from, cause + 24) == 0xff) {
            return;
        }
        int quoted = Math.min(packet.length(), IPV6_LIMIT - IpHeaders.IPV6_HEADER - ICMP_HEADER);
        PacketBuffer reply = verdict.addExtra(IPV6_LIMIT);
        int upper = ICMP_HEADER + quoted;
        reply.length(IpHeaders.IPV6_HEADER + upper);
        byte[] octets = reply.array();
        int at = reply.offset();
        Octets.put32(octets, at, 0x6000_0000);
        Octets.put16(octets, at + 4, upper);
        octets[at + 6] = IpHeaders.ICMPV6;
        octets[at + 7] = TunnelHeader.HOP_LIMIT;
        System.arraycopy(from, cause + 24, octets, at + 8, 16);
        System.arraycopy(from, cause + 8, octets, at + 24, 16);
        int icmp = at + IpHeaders.IPV6_HEADER;
        Octets.put32(octets, icmp, 2 << 24);
        Octets.put32(octets, icmp + 4, mtu);
        System.arraycopy(from, cause, octets, icmp + ICMP_HEADER, quoted);
        long sum = Checksum.pseudoHeader(octets, at + 8, 32, IpHeaders.ICMPV6, upper);
        Octets.put16(octets, icmp + 2, Checksum.finish(Checksum.add(sum, octets, icmp, upper)));
    }
}
