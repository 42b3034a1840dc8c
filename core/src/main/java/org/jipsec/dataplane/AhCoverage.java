package org.jipsec.dataplane;

import java.util.Arrays;

/// What AH covers of the headers before it: a copy of them in which everything is zero that
/// changes on the way, and everything that changes predictably is as it will arrive (RFC 4302
/// 3.3.3.1 and appendix A).
final class AhCoverage {
    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_SECURITY = 130;
    private static final int OPTION_LOOSE_ROUTE = 131;
    private static final int OPTION_EXTENDED_SECURITY = 133;
    private static final int OPTION_COMMERCIAL_SECURITY = 134;
    private static final int OPTION_STRICT_ROUTE = 137;
    private static final int OPTION_ROUTER_ALERT = 148;
    private static final int OPTION_MULTI_DESTINATION = 149;

    /// In the type of an IPv6 option: its data may change on the way (RFC 8200 4.2).
    private static final int MUTABLE = 0x20;

    private byte[] copy = new byte[256];

    byte[] copy() {
        return copy;
    }

    /// Fills [#copy] with the first `length` octets of the packet: its headers before AH.
    ///
    /// @return false when an option is malformed
    boolean cover(PacketBuffer packet, boolean ipv4, int length) {
        if (copy.length < length) {
            copy = new byte[length];
        }
        System.arraycopy(packet.array(), packet.offset(), copy, 0, length);
        return ipv4 ? coverIpv4(length) : coverIpv6(length);
    }

    private boolean coverIpv4(int length) {
        copy[1] = 0; // type of service
        Octets.put16(copy, 6, 0); // flags and fragment offset
        copy[8] = 0; // time to live
        Octets.put16(copy, 10, 0); // checksum
        int at = 20;
        while (at < length) {
            int type = Octets.u8(copy, at);
            if (type == OPTION_END) {
                return true;
            }
            if (type == OPTION_NOP) {
                at++;
                continue;
            }
            int size = at + 1 < length ? Octets.u8(copy, at + 1) : 0;
            if (size < 2 || at + size > length) {
                return false;
            }
            switch (type) {
                case OPTION_SECURITY,
                        OPTION_EXTENDED_SECURITY,
                        OPTION_COMMERCIAL_SECURITY,
                        OPTION_ROUTER_ALERT,
                        OPTION_MULTI_DESTINATION -> {}
                case OPTION_LOOSE_ROUTE, OPTION_STRICT_ROUTE -> {
                    finalDestination(at, size);
                    Arrays.fill(copy, at, at + size, (byte) 0);
                }
                default -> Arrays.fill(copy, at, at + size, (byte) 0);
            }
            at += size;
        }
        return true;
    }

    /// A source route with hops left: the packet arrives with the last of them as its destination.
    private void finalDestination(int at, int size) {
        if (size >= 7 && Octets.u8(copy, at + 2) + 3 <= size) {
            System.arraycopy(copy, at + 3 + (size - 3) / 4 * 4 - 4, copy, 16, 4);
        }
    }

    private boolean coverIpv6(int length) {
        Octets.put32(copy, 0, 0x6000_0000); // traffic class and flow label
        copy[7] = 0; // hop limit
        int protocol = Octets.u8(copy, 6);
        int at = IpHeaders.IPV6_HEADER;
        while (at + 8 <= length) {
            int size = protocol == IpHeaders.FRAGMENT ? 8 : 8 + 8 * Octets.u8(copy, at + 1);
            if (at + size > length) {
                return false;
            }
            boolean wellFormed =
                    switch (protocol) {
                        case IpHeaders.HOP_BY_HOP, IpHeaders.DESTINATION_OPTIONS ->
                                zeroMutableOptions(at + 2, at + size);
                        case IpHeaders.ROUTING -> arriveRouting(at, size);
                        case IpHeaders.AH, IpHeaders.ESP -> false;
                        default -> true;
                    };
            if (!wellFormed) {
                return false;
            }
            protocol = Octets.u8(copy, at);
            at += size;
        }
        return at == length;
    }

    private boolean zeroMutableOptions(int from, int end) {
        int at = from;
        while (at < end) {
            int type = Octets.u8(copy, at);
            if (type == 0) { // one octet of padding
                at++;
                continue;
            }
            if (at + 2 > end) {
                return false;
            }
            int size = 2 + Octets.u8(copy, at + 1);
            if (at + size > end) {
                return false;
            }
            if ((type & MUTABLE) != 0) {
                Arrays.fill(copy, at + 2, at + size, (byte) 0);
            }
            at += size;
        }
        return true;
    }

    /// Types 0 and 2 (RFC 2460 4.4, RFC 6275 6.4): each hop left swaps the destination with the
    /// next address; at the end none is left. Other types are covered as they are.
    private boolean arriveRouting(int at, int size) {
        int type = Octets.u8(copy, at + 2);
        int left = Octets.u8(copy, at + 3);
        if ((type != 0 && type != 2) || left == 0) {
            return true;
        }
        int addresses = (size - 8) / 16;
        if (left > addresses) {
            return false;
        }
        for (int i = addresses - left; i < addresses; i++) {
            int hop = at + 8 + 16 * i;
            for (int octet = 0; octet < 16; octet++) {
                byte next = copy[hop + octet];
                copy[hop + octet] = copy[24 + octet];
                copy[24 + octet] = next;
            }
        }
        copy[at + 3] = 0;
        return true;
    }
}
