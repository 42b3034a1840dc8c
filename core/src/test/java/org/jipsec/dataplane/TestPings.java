package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// ICMP echo for tests.
final class TestPings {
    private TestPings() {}

    static Bytes request(InetAddress from, InetAddress to, int sequence) {
        return echo(from, to, from instanceof Inet4Address ? 8 : 128, sequence);
    }

    static Bytes reply(InetAddress from, InetAddress to, int sequence) {
        return echo(from, to, from instanceof Inet4Address ? 0 : 129, sequence);
    }

    private static Bytes echo(InetAddress from, InetAddress to, int type, int sequence) {
        boolean ipv4 = from instanceof Inet4Address;
        ByteBuffer icmp = ByteBuffer.allocate(64);
        icmp.put((byte) type).put((byte) 0).putShort((short) 0);
        icmp.putShort((short) 7).putShort((short) sequence).put(TestPackets.text(56));
        int checksum =
                ipv4
                        ? TestPackets.checksum(icmp.array(), 0, 64, 0)
                        : TestPackets.pseudoChecksum(from, to, 58, icmp.array());
        icmp.putShort(2, (short) checksum);
        return ipv4
                ? TestPackets.ipv4(from, to, 1, 0, 0x4000, sequence, new byte[0], icmp.array())
                : TestPackets.ipv6(from, to, 58, 0, icmp.array());
    }
}
