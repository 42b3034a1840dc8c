package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// Packets for tests, built octet by octet without the code under test.
final class TestPackets {
    static final InetAddress A4 = address("192.168.1.100");
    static final InetAddress B4 = address("192.168.2.100");
    static final InetAddress A6 = address("2001:db8:1::100");
    static final InetAddress B6 = address("2001:db8:2::100");
    static final InetAddress GATE_A4 = address("172.16.1.1");
    static final InetAddress GATE_B4 = address("172.16.2.1");
    static final InetAddress GATE_A6 = address("2001:db8:ffff:1::1");
    static final InetAddress GATE_B6 = address("2001:db8:ffff:2::1");

    private TestPackets() {}

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notNumeric) {
            throw new IllegalArgumentException(text, notNumeric);
        }
    }

    /// UDP from port 1000 to 2000 with a payload of text.
    static Bytes udp(InetAddress from, InetAddress to, int payload) {
        return udp(from, to, 1000, 2000, text(payload));
    }

    static Bytes udp(InetAddress from, InetAddress to, int port, int peerPort, byte[] payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) port).putShort((short) peerPort);
        udp.putShort((short) udp.capacity()).putShort((short) 0).put(payload);
        int sum = pseudoChecksum(from, to, 17, udp.array());
        udp.putShort(6, (short) (sum == 0 ? 0xffff : sum));
        return ip(from, to, 17, udp.array());
    }

    /// A header without options or extensions before `payload`.
    static Bytes ip(InetAddress from, InetAddress to, int protocol, byte[] payload) {
        return from.getAddress().length == 4
                ? ipv4(from, to, protocol, 0, 0, 0x1234, new byte[0], payload)
                : ipv6(from, to, protocol, 0, payload);
    }

    /// @param fragmentation flags and offset as they are on the wire
    static Bytes ipv4(
            InetAddress from,
            InetAddress to,
            int protocol,
            int tos,
            int fragmentation,
            int id,
            byte[] options,
            byte[] payload) {
        int header = 20 + options.length;
        ByteBuffer packet = ByteBuffer.allocate(header + payload.length);
        packet.put((byte) (0x40 | header / 4)).put((byte) tos);
        packet.putShort((short) packet.capacity()).putShort((short) id);
        packet.putShort((short) fragmentation).put((byte) 61).put((byte) protocol);
        packet.putShort((short) 0).put(from.getAddress()).put(to.getAddress());
        packet.put(options).put(payload);
        packet.putShort(10, (short) checksum(packet.array(), 0, header, 0));
        return Bytes.of(packet.array());
    }

    static Bytes ipv6(
            InetAddress from, InetAddress to, int nextHeader, int trafficClass, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(40 + payload.length);
        packet.putInt(0x6000_0000 | trafficClass << 20 | 0x54321);
        packet.putShort((short) payload.length).put((byte) nextHeader).put((byte) 61);
        packet.put(from.getAddress()).put(to.getAddress()).put(payload);
        return Bytes.of(packet.array());
    }

    /// Of a packet without regard to what else is in it.
    static InetAddress source(Bytes packet) {
        return address(packet, packet.u8(0) >> 4 == 4 ? 12 : 8);
    }

    static InetAddress destination(Bytes packet) {
        return address(packet, packet.u8(0) >> 4 == 4 ? 16 : 24);
    }

    private static InetAddress address(Bytes packet, int at) {
        int length = packet.u8(0) >> 4 == 4 ? 4 : 16;
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(packet.toArray(), at, at + length));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("4 or 16 octets are an address", impossible);
        }
    }

    static byte[] text(int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) "The quick brown fox. ".charAt(i % 21);
        }
        return octets;
    }

    static int pseudoChecksum(InetAddress from, InetAddress to, int protocol, byte[] upper) {
        byte[] a = from.getAddress();
        byte[] b = to.getAddress();
        long sum = protocol + upper.length;
        sum += ~checksum(a, 0, a.length, 0) & 0xffff;
        sum += ~checksum(b, 0, b.length, 0) & 0xffff;
        return checksum(upper, 0, upper.length, sum);
    }

    static int checksum(byte[] octets, int from, int length, long start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            int octet = octets[from + i] & 0xff;
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) (~sum & 0xffff);
    }

    static Bytes concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return Bytes.of(all.array());
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
}
