package org.jipsec.os;

import java.nio.ByteBuffer;

/// The one TCP segment that a test has to say itself.
final class TcpAnswers {
    private TcpAnswers() {}

    /// @param syn a whole IPv4 packet
    /// @return the packet that accepts the connection, with a window of 65535 octets
    static byte[] synAck(ByteBuffer syn, int segment) {
        int tcp = (syn.get(0) & 0xf) * 4;
        ByteBuffer out = ByteBuffer.allocate(44);
        out.put((byte) 0x45).put((byte) 0).putShort((short) 44).putInt(0x4000);
        out.put((byte) 64).put((byte) 6).putShort((short) 0);
        out.putInt(syn.getInt(16)).putInt(syn.getInt(12));
        out.putShort(syn.getShort(tcp + 2)).putShort(syn.getShort(tcp));
        out.putInt(1000).putInt(syn.getInt(tcp + 4) + 1);
        out.put((byte) 0x60).put((byte) 0x12).putShort((short) 0xffff).putInt(0);
        out.put((byte) 2).put((byte) 4).putShort((short) segment);
        out.putShort(10, (short) ~sum(out, 0, 20, 0));
        out.putShort(36, (short) ~sum(out, 12, 44, 6 + 24));
        return out.array();
    }

    private static int sum(ByteBuffer in, int from, int to, int start) {
        int sum = start;
        for (int i = from; i < to; i += 2) {
            sum += in.getShort(i) & 0xffff;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
