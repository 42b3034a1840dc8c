package org.jipsec.dataplane;

/// What [Coalescer] wants to know of a packet; mutable and reused. Positions count from the start
/// of the packet.
final class CoalescerView {
    enum Kind {
        TCP,
        UDP,
        /// Of a protocol that is never joined.
        OTHER,
        /// Of a flow that cannot be told: a fragment, or extension headers are in the way.
        PART
    }

    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int PSH = 0x08;
    private static final int ACK = 0x10;
    private static final int URG = 0x20;
    private static final int CWR = 0x80;

    Kind kind = Kind.OTHER;
    boolean ipv4;

    /// Where TCP or UDP starts, and where its payload.
    int transport;

    int headersLength;
    int payload;

    /// TCP's.
    int sequence;

    /// Whether nothing may be joined behind this: PSH or FIN. Known after [#isJoinable].
    boolean endsRun;

    /// Of addresses, protocol and ports.
    int flowHash;

    void read(PacketBuffer packet) {
        byte[] octets = packet.array();
        int at = packet.offset();
        int length = packet.length();
        kind = Kind.OTHER;
        endsRun = false;
        int protocol;
        if (length >= 20 && octets[at] >> 4 == 4) {
            ipv4 = true;
            transport = (octets[at] & 15) * 4;
            protocol = Octets.u8(octets, at + 9);
            if ((Octets.u16(octets, at + 6) & 0x3fff) != 0) {
                kind = Kind.PART;
                return;
            }
        } else if (length >= IpHeaders.IPV6_HEADER) {
            ipv4 = false;
            transport = IpHeaders.IPV6_HEADER;
            protocol = Octets.u8(octets, at + 6);
            if (IpHeaders.isExtension(protocol)) {
                kind = Kind.PART;
                return;
            }
        } else {
            return;
        }
        if (protocol == IpHeaders.TCP && length >= transport + 20) {
            kind = Kind.TCP;
            headersLength = transport + (octets[at + transport + 12] >> 4 & 15) * 4;
        } else if (protocol == IpHeaders.UDP && length >= transport + 8) {
            kind = Kind.UDP;
            headersLength = transport + 8;
        } else {
            return;
        }
        payload = length - headersLength;
        flowHash = hash(octets, at);
    }

    private int hash(byte[] octets, int at) {
        int ports = Octets.s32(octets, at + transport);
        long addresses =
                ipv4
                        ? Octets.s64(octets, at + 12)
                        : Octets.s64(octets, at + 8) * 31
                                + Octets.s64(octets, at + 16) * 37
                                + Octets.s64(octets, at + 24) * 41
                                + Octets.s64(octets, at + 32);
        long mixed = (addresses + ports) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32) ^ kind.ordinal();
    }

    /// Whether this may be part of a super-packet: plain headers, a payload, a right checksum.
    boolean isJoinable(PacketBuffer packet) {
        byte[] octets = packet.array();
        int at = packet.offset();
        if (payload <= 0 || (ipv4 && transport != 20)) {
            return false;
        }
        int upper = packet.length() - transport;
        if (kind == Kind.TCP) {
            int flags = Octets.u8(octets, at + transport + 13);
            boolean plain =
                    headersLength >= transport + 20
                            && (flags & ACK) != 0
                            && (flags & (SYN | RST | URG | CWR)) == 0;
            if (!plain) {
                return false;
            }
            sequence = Octets.s32(octets, at + transport + 4);
            endsRun = (flags & (FIN | PSH)) != 0;
        } else if (Octets.u16(octets, at + transport + 4) != upper
                || Octets.u16(octets, at + transport + 6) == 0) {
            return false; // a datagram without a checksum would get one
        }
        long sum =
                Checksum.pseudoHeader(
                        octets,
                        at + (ipv4 ? 12 : 8),
                        ipv4 ? 8 : 32,
                        kind == Kind.TCP ? IpHeaders.TCP : IpHeaders.UDP,
                        upper);
        return Checksum.finish(Checksum.add(sum, octets, at + transport, upper)) == 0;
    }
}
