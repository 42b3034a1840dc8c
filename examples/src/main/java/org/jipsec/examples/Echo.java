package org.jipsec.examples;

import org.jipsec.wire.Bytes;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// ICMP echo over IPv4 (RFC 792): whole packets, as ping sends and a host answers them.
///
/// @param reply whether it is the answer
/// @param sequence of the request, from 1 on
/// @param timeToLive of the IP header
record Echo(
        InetAddress source,
        InetAddress destination,
        boolean reply,
        int identifier,
        int sequence,
        int timeToLive,
        Bytes data) {
    private static final int IP_HEADER = 20;
    private static final int ICMP_HEADER = 8;
    private static final int ICMP = 1;
    private static final int TYPE_REPLY = 0;
    private static final int TYPE_REQUEST = 8;
    private static final int DO_NOT_FRAGMENT = 0x4000;
    private static final int TIME_TO_LIVE = 64;

    static Echo request(
            Inet4Address source, Inet4Address destination, int identifier, int sequence) {
        byte[] data = new byte[56];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        return new Echo(
                source, destination, false, identifier, sequence, TIME_TO_LIVE, Bytes.of(data));
    }

    /// What a host sends back.
    Echo answer() {
        return new Echo(destination, source, true, identifier, sequence, TIME_TO_LIVE, data);
    }

    Echo withTimeToLive(int routers) {
        return new Echo(source, destination, reply, identifier, sequence, routers, data);
    }

    /// As Linux does it: requests may not be fragmented, replies may.
    Bytes packet() {
        int length = IP_HEADER + ICMP_HEADER + data.length();
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) length);
        packet.putShort((short) sequence).putShort((short) (reply ? 0 : DO_NOT_FRAGMENT));
        packet.put((byte) timeToLive).put((byte) ICMP).putShort((short) 0);
        packet.put(source.getAddress()).put(destination.getAddress());
        packet.put((byte) (reply ? TYPE_REPLY : TYPE_REQUEST)).put((byte) 0).putShort((short) 0);
        packet.putShort((short) identifier).putShort((short) sequence).put(data.toArray());
        packet.putShort(10, checksum(packet, 0, IP_HEADER));
        packet.putShort(IP_HEADER + 2, checksum(packet, IP_HEADER, length));
        return Bytes.of(packet.array());
    }

    /// Empty when `packet` is anything but a sound, unfragmented echo message without IP options.
    static Optional<Echo> of(Bytes packet) {
        ByteBuffer in = packet.buffer();
        int length = in.remaining();
        if (length < IP_HEADER + ICMP_HEADER
                || in.get(0) != 0x45
                || (in.getShort(2) & 0xffff) != length
                || (in.getShort(6) & ~DO_NOT_FRAGMENT) != 0
                || in.get(9) != ICMP
                || checksum(in, 0, IP_HEADER) != 0
                || checksum(in, IP_HEADER, length) != 0) {
            return Optional.empty();
        }
        int type = in.get(IP_HEADER);
        if (type != TYPE_REPLY && type != TYPE_REQUEST) {
            return Optional.empty();
        }
        return Optional.of(
                new Echo(
                        address(in, 12),
                        address(in, 16),
                        type == TYPE_REPLY,
                        in.getShort(IP_HEADER + 4) & 0xffff,
                        in.getShort(IP_HEADER + 6) & 0xffff,
                        in.get(8) & 0xff,
                        Bytes.rest(in.position(IP_HEADER + ICMP_HEADER))));
    }

    private static InetAddress address(ByteBuffer in, int offset) {
        byte[] octets = new byte[4];
        in.get(offset, octets);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four octets are an address", impossible);
        }
    }

    /// RFC 1071; zero over octets that contain their own, correct one. `start` to `end` is an even
    /// number of octets.
    private static short checksum(ByteBuffer packet, int start, int end) {
        int sum = 0;
        for (int i = start; i < end; i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
