package org.jipsec.dataplane;

import org.jipsec.sadb.UdpEncapsulation;
import org.jspecify.annotations.Nullable;

/// The UDP header around ESP (RFC 3948), and what a NAT on the way does to checksums inside.
final class UdpEncapsulationHeader {
    static final int LENGTH = 8;

    private UdpEncapsulationHeader() {}

    /// Writes the header before ESP, which stands at `at` now, with a checksum of 0. `at` becomes
    /// the header's.
    static void insert(PacketBuffer packet, int at, UdpEncapsulation ports) {
        packet.insert(at, LENGTH);
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        Octets.put16(octets, header, ports.sourcePort());
        Octets.put16(octets, header + 2, ports.destinationPort());
        Octets.put16(octets, header + 4, packet.length() - at);
        Octets.put16(octets, header + 6, 0);
    }

    /// IPv4 leaves the checksum 0 (RFC 3948 2.1); IPv6 wants one.
    static void seal(PacketBuffer packet, boolean ipv4, int at) {
        if (!ipv4) {
            renewChecksum(packet, false, at, packet.length() - at, IpHeaders.UDP, 6);
        }
    }

    /// @return null, or why the datagram is to be dropped
    static @Nullable DropReason check(PacketBuffer packet, boolean ipv4, int at) {
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        int available = packet.length() - at;
        if (available < LENGTH) {
            return DropReason.TRUNCATED_HEADER;
        }
        int length = Octets.u16(octets, header + 4);
        if (length < LENGTH || length > available) {
            return DropReason.BAD_UDP_LENGTH;
        }
        if (Octets.u16(octets, header + 6) != 0) {
            long sum = pseudoHeader(packet, ipv4, IpHeaders.UDP, length);
            if (Checksum.finish(Checksum.add(sum, octets, header, length)) != 0) {
                return DropReason.UDP_CHECKSUM;
            }
        }
        return null;
    }

    /// After transport mode through a NAT: the upper layer's checksum was computed over addresses
    /// that are no longer in the header. It is computed anew (RFC 3948 3.1.2), and not repaired by
    /// the difference to what NAT-OA says: that knows one of the two addresses that NATs may have
    /// changed, and what came intact through ESP needs no further proof.
    ///
    /// What has no checksum stays without.
    static void repairInner(PacketBuffer packet, IpHeaders headers) {
        int field = checksumField(headers.upperProtocol);
        int at = headers.upper;
        int length = packet.length() - at;
        if (field < 0 || headers.fragment || length < field + 2) {
            return;
        }
        if (headers.upperProtocol == IpHeaders.UDP) {
            byte[] octets = packet.array();
            int header = packet.offset() + at;
            int announced = Octets.u16(octets, header + 4);
            if (Octets.u16(octets, header + 6) == 0 || announced < LENGTH || announced > length) {
                return;
            }
            length = announced;
        }
        renewChecksum(packet, headers.ipv4, at, length, headers.upperProtocol, field);
    }

    private static int checksumField(int protocol) {
        return switch (protocol) {
            case IpHeaders.TCP -> 16;
            case IpHeaders.UDP -> 6;
            case IpHeaders.ICMPV6 -> 2;
            default -> -1;
        };
    }

    private static void renewChecksum(
            PacketBuffer packet, boolean ipv4, int at, int length, int protocol, int field) {
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        Octets.put16(octets, header + field, 0);
        long sum = pseudoHeader(packet, ipv4, protocol, length);
        int checksum = Checksum.finish(Checksum.add(sum, octets, header, length));
        if (checksum == 0 && protocol == IpHeaders.UDP) {
            checksum = 0xffff; // 0 would say that there is none
        }
        Octets.put16(octets, header + field, checksum);
    }

    private static long pseudoHeader(PacketBuffer packet, boolean ipv4, int protocol, int length) {
        return Checksum.pseudoHeader(
                packet.array(), packet.offset() + (ipv4 ? 12 : 8), ipv4 ? 8 : 32, protocol, length);
    }
}
