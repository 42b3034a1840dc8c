package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

/// Outer headers of tunnels: what they take from the inner one (RFC 4301 5.1.2, RFC 6040) when they
/// are put on, and what they leave in it when they are taken off.
final class TunnelHeader {
    static final int HOP_LIMIT = 64;
    static final int IPV4_LENGTH = 20;

    private int trafficClass;
    private int flowLabel;
    private boolean doNotFragment;

    static int length(ActiveSa sa) {
        return length(sa.ends);
    }

    private static int length(FlowKey ends) {
        return ends.ipv4 ? IPV4_LENGTH : IpHeaders.IPV6_HEADER;
    }

    /// Notes what the outer header will take from the packet, which is still in clear.
    ///
    /// @param mayFragment whether the outer packet may be fragmented although the inner may not
    void take(PacketBuffer inner, boolean ipv4, boolean mayFragment) {
        byte[] octets = inner.array();
        int at = inner.offset();
        trafficClass = trafficClass(octets, at, ipv4);
        flowLabel = ipv4 ? 0 : Octets.s32(octets, at) & 0xfffff;
        doNotFragment = !mayFragment && (!ipv4 || (Octets.u8(octets, at + 6) & 0x40) != 0);
    }

    /// Puts on the header that leads from one end of the tunnel to the other.
    ///
    /// @param protocol of what the packet starts with now
    /// @param id for IPv4
    void prepend(PacketBuffer packet, FlowKey ends, int protocol, int id) {
        int length = length(ends);
        packet.prepend(length);
        byte[] octets = packet.array();
        int at = packet.offset();
        if (ends.ipv4) {
            octets[at] = 0x45;
            octets[at + 1] = (byte) trafficClass;
            Octets.put16(octets, at + 2, packet.length());
            Octets.put16(octets, at + 4, id);
            Octets.put16(octets, at + 6, doNotFragment ? 0x4000 : 0);
            octets[at + 8] = HOP_LIMIT;
            octets[at + 9] = (byte) protocol;
            Octets.put32(octets, at + 12, (int) ends.sourceLow);
            Octets.put32(octets, at + 16, (int) ends.destinationLow);
            IpHeaders.renewChecksum(octets, at);
        } else {
            Octets.put32(octets, at, 0x6000_0000 | trafficClass << 20 | flowLabel);
            Octets.put16(octets, at + 4, packet.length() - length);
            octets[at + 6] = (byte) protocol;
            octets[at + 7] = HOP_LIMIT;
            Octets.put64(octets, at + 8, ends.sourceHigh);
            Octets.put64(octets, at + 16, ends.sourceLow);
            Octets.put64(octets, at + 24, ends.destinationHigh);
            Octets.put64(octets, at + 32, ends.destinationLow);
        }
    }

    static int trafficClass(byte[] octets, int at, boolean ipv4) {
        return ipv4 ? Octets.u8(octets, at + 1) : Octets.u16(octets, at) >> 4 & 0xff;
    }

    /// Lets the inner header, with which the packet now starts and which has been read, know of
    /// congestion that the outer one met.
    ///
    /// @return null, or why the packet is to be dropped
    static @Nullable DropReason mergeEcn(PacketBuffer inner, boolean ipv4, int outerClass) {
        byte[] octets = inner.array();
        int at = inner.offset();
        int before = trafficClass(octets, at, ipv4);
        int ecn = Ecn.decapsulated(before & 3, outerClass & 3);
        if (ecn == Ecn.DROP) {
            return DropReason.ECN_MISMATCH;
        }
        if (ecn == (before & 3)) {
            return null;
        }
        int word = Octets.u16(octets, at);
        congestion(inner, ipv4, ecn);
        if (ipv4) {
            Octets.put16(
                    octets,
                    at + 10,
                    Checksum.replace(Octets.u16(octets, at + 10), word, Octets.u16(octets, at)));
        }
        return null;
    }

    /// Writes the ECN field into the header, whose checksum is then wrong.
    static void congestion(PacketBuffer packet, boolean ipv4, int ecn) {
        byte[] octets = packet.array();
        int at = packet.offset() + 1;
        int place = ipv4 ? 0 : 4;
        octets[at] = (byte) ((octets[at] & ~(3 << place)) | ecn << place);
    }
}
