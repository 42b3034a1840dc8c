package org.jipsec.dataplane;

import org.jipsec.sadb.UdpEncapsulation;
import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;

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
            renewChecksum(packet, false, at, IpHeaders.UDP, 6);
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
    /// that are no longer in the header (RFC 3948 3.1.2). Where the peer's own address is known,
    /// the difference is put right, so that the checksum still finds what was damaged before it
    /// was protected; else it is computed anew.
    static void repairInner(PacketBuffer packet, IpHeaders headers, UdpEncapsulation nat) {
        int field = checksumField(headers.upperProtocol);
        int at = headers.upper;
        if (field < 0 || headers.fragment || packet.length() - at < field + 2) {
            return;
        }
        byte[] octets = packet.array();
        int checksum = Octets.u16(octets, packet.offset() + at + field);
        if (checksum == 0 && headers.upperProtocol == IpHeaders.UDP && headers.ipv4) {
            return;
        }
        InetAddress original = nat.originalAddress().orElse(null);
        if (original != null && original instanceof Inet4Address == headers.ipv4) {
            byte[] before = original.getAddress();
            int source = packet.offset() + (headers.ipv4 ? 12 : 8);
            for (int i = 0; i < before.length; i += 2) {
                checksum =
                        Checksum.replace(
                                checksum, Octets.u16(before, i), Octets.u16(octets, source + i));
            }
            if (checksum == 0 && headers.upperProtocol == IpHeaders.UDP) {
                checksum = 0xffff;
            }
            Octets.put16(octets, packet.offset() + at + field, checksum);
        } else {
            renewChecksum(packet, headers.ipv4, at, headers.upperProtocol, field);
        }
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
            PacketBuffer packet, boolean ipv4, int at, int protocol, int field) {
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        int length = packet.length() - at;
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
