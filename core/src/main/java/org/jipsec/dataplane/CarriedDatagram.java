package org.jipsec.dataplane;

import java.util.Arrays;

/// ESP in UDP as it leaves: what a UDP socket must be told of a packet to send the same. Mutable
/// and reused.
public final class CarriedDatagram {
    /// What sockets send with.
    private static final int USUAL_HOP_LIMIT = 64;

    private static final int ADDRESSES4 = 12;
    private static final int ADDRESSES6 = 8;

    private final byte[] addresses = new byte[32];
    private boolean ipv4;
    private int trafficClass;
    private int sourcePort;
    private int destinationPort;
    private int payload;
    private int length;

    /// Looks at a packet.
    ///
    /// @return whether it is ESP in UDP that a socket would send as it is: a whole datagram behind
    ///     a plain header, not to be fragmented, of the usual hop limit
    public boolean read(PacketBuffer packet) {
        byte[] octets = packet.array();
        int at = packet.offset();
        if (packet.length() < IpHeaders.IPV6_HEADER + UdpEncapsulationHeader.LENGTH + 4) {
            return false;
        }
        ipv4 = octets[at] == 0x45;
        int header = ipv4 ? 20 : IpHeaders.IPV6_HEADER;
        boolean plain =
                ipv4
                        ? Octets.u16(octets, at + 6) == 0x4000
                                && octets[at + 8] == USUAL_HOP_LIMIT
                                && octets[at + 9] == IpHeaders.UDP
                        : octets[at] >> 4 == 6
                                && octets[at + 6] == IpHeaders.UDP
                                && octets[at + 7] == USUAL_HOP_LIMIT;
        int udp = at + header;
        payload = udp + UdpEncapsulationHeader.LENGTH;
        length = packet.length() - header - UdpEncapsulationHeader.LENGTH;
        if (!plain
                || Octets.u16(octets, udp + 4) != packet.length() - header
                || Octets.s32(octets, payload) == 0) {
            return false;
        }
        trafficClass =
                ipv4 ? Octets.u8(octets, at + 1) : (int) (Octets.u32(octets, at) >>> 20) & 0xff;
        sourcePort = Octets.u16(octets, udp);
        destinationPort = Octets.u16(octets, udp + 2);
        System.arraycopy(
                octets, at + (ipv4 ? ADDRESSES4 : ADDRESSES6), addresses, 0, ipv4 ? 8 : 32);
        return true;
    }

    /// Whether the two differ in their payload at most.
    public boolean goesWith(CarriedDatagram other) {
        return ipv4 == other.ipv4
                && sourcePort == other.sourcePort
                && destinationPort == other.destinationPort
                && trafficClass == other.trafficClass
                && Arrays.equals(addresses, 0, ipv4 ? 8 : 32, other.addresses, 0, ipv4 ? 8 : 32);
    }

    /// Becomes equal to `other`.
    public void set(CarriedDatagram other) {
        ipv4 = other.ipv4;
        trafficClass = other.trafficClass;
        sourcePort = other.sourcePort;
        destinationPort = other.destinationPort;
        payload = other.payload;
        length = other.length;
        System.arraycopy(other.addresses, 0, addresses, 0, addresses.length);
    }

    public boolean isIpv4() {
        return ipv4;
    }

    /// 4 or 16 octets each, the source's before the destination's.
    public byte[] addresses() {
        return addresses;
    }

    /// Of one address.
    public int addressOctets() {
        return ipv4 ? 4 : 16;
    }

    /// TOS or traffic class.
    public int trafficClass() {
        return trafficClass;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /// Where in the packet's array the payload starts.
    public int payload() {
        return payload;
    }

    /// Of the payload, in octets.
    public int length() {
        return length;
    }
}
