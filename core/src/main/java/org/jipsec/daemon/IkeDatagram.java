package org.jipsec.daemon;

import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.Verdict;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// A datagram for IKE, taken out of the packet that [Verdict.Kind#IKE] is about.
record IkeDatagram(InetSocketAddress from, InetSocketAddress to, Bytes message) {
    private static final int PORTS_BEFORE_MESSAGE = 12;

    static IkeDatagram of(PacketBuffer packet, Verdict verdict) {
        byte[] octets = packet.array();
        int at = packet.offset();
        boolean ipv4 = (octets[at] & 0xf0) == 0x40;
        int size = ipv4 ? 4 : 16;
        int addresses = at + (ipv4 ? 12 : 8);
        int message = at + verdict.payloadOffset();
        int ports = message - PORTS_BEFORE_MESSAGE; // UDP's header and four zeros
        return new IkeDatagram(
                new InetSocketAddress(address(octets, addresses, size), u16(octets, ports)),
                new InetSocketAddress(
                        address(octets, addresses + size, size), u16(octets, ports + 2)),
                Bytes.of(octets, message, packet.length() - verdict.payloadOffset()));
    }

    void relay(IkeRelay relay) {
        relay.received(from, to, message);
    }

    private static int u16(byte[] octets, int at) {
        return (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
    }

    private static InetAddress address(byte[] octets, int at, int size) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(octets, at, at + size));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(size + " octets", impossible);
        }
    }
}
