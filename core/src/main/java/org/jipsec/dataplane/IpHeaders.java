package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

/// Where things stand in one IP packet: its header, its extension headers, its upper layer. Read
/// anew after each transformation; mutable, so that reading allocates nothing.
///
/// All positions count from the start of the packet.
final class IpHeaders {
    static final int HOP_BY_HOP = 0;
    static final int ICMP = 1;
    static final int IPV4 = 4;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int DCCP = 33;
    static final int IPV6 = 41;
    static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    static final int GRE = 47;
    static final int ESP = 50;
    static final int AH = 51;
    static final int ICMPV6 = 58;
    static final int NO_NEXT_HEADER = 59;
    static final int DESTINATION_OPTIONS = 60;
    static final int IPCOMP = 108;
    static final int SCTP = 132;
    static final int MOBILITY = 135;
    static final int UDP_LITE = 136;

    static final int IPV6_HEADER = 40;
    private static final int MAXIMUM_EXTENSION_HEADERS = 16;

    boolean ipv4;

    /// Of IPv4 with its options; of IPv6 always 40.
    int headerLength;

    /// What follows all extension headers, and where.
    int upperProtocol;

    int upper;

    /// Where the octet stands that names [#upperProtocol].
    int upperField;

    /// Where transport mode puts its header: behind what routers on the path look at, before
    /// destination options that only the receiver looks at (RFC 4303 3.1.1).
    int insert;

    /// What stands at [#insert] now, and where the octet is that names it.
    int insertProtocol;

    int insertField;

    boolean fragment;

    /// In octets.
    int fragmentOffset;

    boolean moreFragments;

    /// Whether of a fragmented IPv6 packet only the first fragment tells the upper layer, for
    /// further extension headers are in the part that was cut.
    boolean upperInFirstFragment;

    /// Of the IPv6 fragment header; 0 for none.
    int fragmentHeader;

    /// Where the octet stands that names the fragment header.
    int fragmentField;

    int fragmentId;

    /// Reads `packet`, and trims what a link layer has left behind its end.
    ///
    /// @return null, or why it is no packet
    @Nullable DropReason read(PacketBuffer packet) {
        fragment = false;
        fragmentOffset = 0;
        moreFragments = false;
        upperInFirstFragment = false;
        fragmentHeader = 0;
        fragmentField = 0;
        fragmentId = 0;
        if (packet.length() == 0) {
            return DropReason.EMPTY_PACKET;
        }
        return switch (Octets.u8(packet.array(), packet.offset()) >> 4) {
            case 4 -> readIpv4(packet);
            case 6 -> readIpv6(packet);
            default -> DropReason.BAD_VERSION;
        };
    }

    private @Nullable DropReason readIpv4(PacketBuffer packet) {
        byte[] octets = packet.array();
        int at = packet.offset();
        ipv4 = true;
        if (packet.length() < 20) {
            return DropReason.TRUNCATED_HEADER;
        }
        headerLength = (octets[at] & 15) * 4;
        if (headerLength < 20) {
            return DropReason.BAD_HEADER_LENGTH;
        }
        if (packet.length() < headerLength) {
            return DropReason.TRUNCATED_HEADER;
        }
        int total = Octets.u16(octets, at + 2);
        if (total < headerLength || total > packet.length()) {
            return DropReason.BAD_TOTAL_LENGTH;
        }
        packet.trimEnd(packet.length() - total);
        int fragmentation = Octets.u16(octets, at + 6);
        moreFragments = (fragmentation & 0x2000) != 0;
        fragmentOffset = (fragmentation & 0x1fff) * 8;
        fragment = moreFragments || fragmentOffset != 0;
        fragmentId = Octets.u16(octets, at + 4);
        upperProtocol = Octets.u8(octets, at + 9);
        upperField = 9;
        upper = headerLength;
        insert = upper;
        insertProtocol = upperProtocol;
        insertField = upperField;
        return null;
    }

    private @Nullable DropReason readIpv6(PacketBuffer packet) {
        byte[] octets = packet.array();
        int start = packet.offset();
        ipv4 = false;
        headerLength = IPV6_HEADER;
        if (packet.length() < IPV6_HEADER) {
            return DropReason.TRUNCATED_HEADER;
        }
        int total = IPV6_HEADER + Octets.u16(octets, start + 4);
        if (total > packet.length()) {
            return DropReason.BAD_TOTAL_LENGTH;
        }
        packet.trimEnd(packet.length() - total);
        upperProtocol = Octets.u8(octets, start + 6);
        upperField = 6;
        upper = IPV6_HEADER;
        noteInsert();
        for (int headers = 0; isExtension(upperProtocol); headers++) {
            if (headers == MAXIMUM_EXTENSION_HEADERS) {
                return DropReason.TOO_MANY_EXTENSION_HEADERS;
            }
            if (upper + 8 > total) {
                return DropReason.TRUNCATED_HEADER;
            }
            int extension = upperProtocol;
            int length = 8;
            if (extension == FRAGMENT) {
                if (fragmentHeader != 0) {
                    return DropReason.BAD_FRAGMENT; // the second could make a whole of the first
                }
                readFragmentHeader(octets, start);
            } else {
                length = 8 + 8 * Octets.u8(octets, start + upper + 1);
                if (upper + length > total) {
                    return DropReason.TRUNCATED_HEADER;
                }
            }
            upperProtocol = Octets.u8(octets, start + upper);
            upperField = upper;
            upper += length;
            if (extension != DESTINATION_OPTIONS) {
                noteInsert();
            }
            if (fragmentOffset != 0) {
                break; // what follows is the middle of something
            }
        }
        return null;
    }

    private void readFragmentHeader(byte[] octets, int start) {
        fragmentHeader = upper;
        fragmentField = upperField;
        int fragmentation = Octets.u16(octets, start + upper + 2);
        moreFragments = (fragmentation & 1) != 0;
        fragmentOffset = fragmentation & 0xfff8;
        fragment = moreFragments || fragmentOffset != 0;
        upperInFirstFragment = fragment && isExtension(Octets.u8(octets, start + upper));
        fragmentId = Octets.s32(octets, start + upper + 4);
    }

    private void noteInsert() {
        insert = upper;
        insertProtocol = upperProtocol;
        insertField = upperField;
    }

    static boolean isExtension(int protocol) {
        return protocol == HOP_BY_HOP
                || protocol == ROUTING
                || protocol == FRAGMENT
                || protocol == DESTINATION_OPTIONS;
    }

    /// Whether the checksum of the IPv4 header is right; IPv6 has none.
    boolean checksumIsRight(PacketBuffer packet) {
        return !ipv4
                || Checksum.finish(Checksum.add(0, packet.array(), packet.offset(), headerLength))
                        == 0;
    }

    /// What the SPD is asked by (RFC 4301 4.4.1.1).
    void flow(PacketBuffer packet, FlowKey flow) {
        byte[] octets = packet.array();
        int at = packet.offset();
        flow.ipv4 = ipv4;
        if (ipv4) {
            flow.sourceHigh = 0;
            flow.sourceLow = Octets.u32(octets, at + 12);
            flow.destinationHigh = 0;
            flow.destinationLow = Octets.u32(octets, at + 16);
        } else {
            flow.sourceHigh = Octets.s64(octets, at + 8);
            flow.sourceLow = Octets.s64(octets, at + 16);
            flow.destinationHigh = Octets.s64(octets, at + 24);
            flow.destinationLow = Octets.s64(octets, at + 32);
        }
        flow.protocol = upperProtocol;
        flow.portsKnown = false;
        flow.sourcePort = 0;
        flow.destinationPort = 0;
        if (fragmentOffset == 0) {
            ports(octets, at + upper, packet.length() - upper, flow);
        }
    }

    private void ports(byte[] octets, int at, int available, FlowKey flow) {
        switch (upperProtocol) {
            case TCP, UDP, UDP_LITE, DCCP, SCTP -> {
                if (available >= 4) {
                    known(flow, Octets.u16(octets, at), Octets.u16(octets, at + 2));
                }
            }
            case ICMP, ICMPV6 -> {
                if (available >= 2) {
                    known(flow, Octets.u8(octets, at), Octets.u8(octets, at + 1));
                }
            }
            case MOBILITY -> {
                if (available >= 3) {
                    known(flow, Octets.u8(octets, at + 2), 0);
                }
            }
            case GRE -> {
                if (available >= 4) {
                    int flags = Octets.u16(octets, at);
                    int key = (flags & 0x8000) != 0 ? 8 : 4; // behind the checksum
                    if ((flags & 0x2000) != 0 && available >= key + 4) {
                        known(flow, Octets.u16(octets, at + key), Octets.u16(octets, at + key + 2));
                    }
                }
            }
            default -> {}
        }
    }

    private static void known(FlowKey flow, int source, int destination) {
        flow.portsKnown = true;
        flow.sourcePort = source;
        flow.destinationPort = destination;
    }

    /// Writes the source of `ends` into the header, whose checksum is then wrong.
    ///
    /// @param ends of the packet's family
    static void source(PacketBuffer packet, FlowKey ends) {
        int at = packet.offset();
        if (ends.ipv4) {
            Octets.put32(packet.array(), at + 12, (int) ends.sourceLow);
        } else {
            Octets.put64(packet.array(), at + 8, ends.sourceHigh);
            Octets.put64(packet.array(), at + 16, ends.sourceLow);
        }
    }

    /// Makes the header say what is true now: which protocol stands at a field's header, how long
    /// the packet is, and the checksum of that.
    ///
    /// @param field where the octet stands that names the protocol
    static void repair(PacketBuffer packet, boolean ipv4, int field, int protocol) {
        byte[] octets = packet.array();
        int at = packet.offset();
        octets[at + field] = (byte) protocol;
        if (ipv4) {
            Octets.put16(octets, at + 2, packet.length());
            renewChecksum(octets, at);
        } else {
            Octets.put16(octets, at + 4, packet.length() - IPV6_HEADER);
        }
    }

    static void renewChecksum(byte[] octets, int at) {
        Octets.put16(octets, at + 10, 0);
        Octets.put16(
                octets,
                at + 10,
                Checksum.finish(Checksum.add(0, octets, at, (octets[at] & 15) * 4)));
    }
}
