package org.jipsec.dataplane;

/// Tells the sender of a packet why it was not passed on: "fragmentation needed" (RFC 1191) or
/// ICMPv6's "packet too big" (RFC 4443 3.2), with the size that fits; "time exceeded" (RFC 792, RFC
/// 4443 3.3).
///
/// Each method writes the message into a further packet of the verdict; none where none may be sent
/// (RFC 1122 3.2.2, RFC 4443 2.4 e): about an ICMP error, about a fragment other than the first, to
/// or about what is not one host.
///
/// A message comes from the packet's destination. That is whom its sender will believe, and it
/// makes the message fit the SA by which answers to the packet go, which is the one that may carry
/// it (RFC 4301 6.2): this host's own address most often would not.
final class IcmpError {
    private static final int IPV4_LIMIT = 576; // RFC 1812 4.3.2.3
    private static final int IPV6_LIMIT = PathMtu.IPV6_MINIMUM;
    private static final int ICMP_HEADER = 8;

    private static final int UNREACHABLE = 3;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int TIME_EXCEEDED = 11;
    private static final int IPV6_TOO_BIG = 2;
    private static final int IPV6_TIME_EXCEEDED = 3;

    private IcmpError() {}

    /// @param mtu octets of the largest packet that fits
    static void tooBig(PacketBuffer packet, IpHeaders headers, int mtu, Verdict verdict) {
        if (headers.ipv4) {
            int word = UNREACHABLE << 8 | FRAGMENTATION_NEEDED;
            ipv4(packet, headers, word, Math.min(mtu, 0xffff), verdict);
        } else {
            ipv6(packet, headers, IPV6_TOO_BIG, mtu, verdict);
        }
    }

    static void timeExceeded(PacketBuffer packet, IpHeaders headers, Verdict verdict) {
        if (headers.ipv4) {
            ipv4(packet, headers, TIME_EXCEEDED << 8, 0, verdict);
        } else {
            ipv6(packet, headers, IPV6_TIME_EXCEEDED, 0, verdict);
        }
    }

    private static boolean mayBeAnswered(PacketBuffer packet, IpHeaders headers) {
        byte[] octets = packet.array();
        int at = packet.offset();
        return headers.fragmentOffset == 0
                && !isIcmpError(packet, headers)
                && (headers.ipv4
                        ? isOneHost(octets, at + 12) && isOneHost(octets, at + 16)
                        : isOneHost6(octets, at + 8) && isOneHost6(octets, at + 24));
    }

    /// Not unspecified ("this network"), loopback, multicast, reserved or broadcast.
    private static boolean isOneHost(byte[] octets, int at) {
        int first = Octets.u8(octets, at);
        return first != 0 && first != 127 && first < 224;
    }

    private static boolean isOneHost6(byte[] octets, int at) {
        boolean unspecifiedOrLoopback =
                Octets.s64(octets, at) == 0 && (Octets.s64(octets, at + 8) & ~1) == 0;
        return !unspecifiedOrLoopback && Octets.u8(octets, at) != 0xff;
    }

    private static boolean isIcmpError(PacketBuffer packet, IpHeaders headers) {
        if (packet.length() <= headers.upper) {
            return false;
        }
        int type = Octets.u8(packet.array(), packet.offset() + headers.upper);
        return switch (headers.upperProtocol) {
            case IpHeaders.ICMP -> type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
            case IpHeaders.ICMPV6 -> type < 128 || type == 137; // redirects count as errors
            default -> false;
        };
    }

    /// @param typeAndCode as they stand on the wire
    /// @param rest what stands behind the checksum
    private static void ipv4(
            PacketBuffer packet, IpHeaders headers, int typeAndCode, int rest, Verdict verdict) {
        if (!mayBeAnswered(packet, headers)) {
            return;
        }
        byte[] from = packet.array();
        int cause = packet.offset();
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
        Octets.put32(octets, icmp, typeAndCode << 16);
        Octets.put32(octets, icmp + 4, rest);
        System.arraycopy(from, cause, octets, icmp + ICMP_HEADER, quoted);
        long sum = Checksum.add(0, octets, icmp, ICMP_HEADER + quoted);
        Octets.put16(octets, icmp + 2, Checksum.finish(sum));
    }

    private static void ipv6(
            PacketBuffer packet, IpHeaders headers, int type, int rest, Verdict verdict) {
        if (!mayBeAnswered(packet, headers)) {
            return;
        }
        byte[] from = packet.array();
        int cause = packet.offset();
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
        Octets.put32(octets, icmp, type << 24);
        Octets.put32(octets, icmp + 4, rest);
        System.arraycopy(from, cause, octets, icmp + ICMP_HEADER, quoted);
        long sum = Checksum.pseudoHeader(octets, at + 8, 32, IpHeaders.ICMPV6, upper);
        Octets.put16(octets, icmp + 2, Checksum.finish(Checksum.add(sum, octets, icmp, upper)));
    }
}
