package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Frames and super-packets as a TUN device would give them, built without the code under test.
final class TestFrames {
    static final int TCP4 = 1;
    static final int TCP6 = 4;
    static final int UDP = 5;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int URG = 32;
    static final int ECE = 64;
    static final int CWR = 128;

    private TestFrames() {}

    /// The ten octets before a packet.
    record Virtio(int flags, int type, int hint, int size, int start, int offset) {
        static final Virtio NONE = new Virtio(0, 0, 0, 0, 0, 0);

        static Virtio partial(int start, int offset) {
            return new Virtio(1, 0, 0, 0, start, offset);
        }
    }

    /// TCP without a gap in the options, its checksum complete.
    record Tcp(
            InetAddress from,
            InetAddress to,
            int port,
            int peerPort,
            int sequence,
            int acknowledgement,
            int flags,
            int window,
            byte[] options,
            byte[] payload) {
        byte[] octets() {
            ByteBuffer tcp = ByteBuffer.allocate(20 + options.length + payload.length);
            tcp.putShort((short) port).putShort((short) peerPort);
            tcp.putInt(sequence).putInt(acknowledgement);
            tcp.put((byte) ((20 + options.length) / 4 << 4)).put((byte) flags);
            tcp.putShort((short) window).putShort((short) 0).putShort((short) 0);
            tcp.put(options).put(payload);
            tcp.putShort(16, (short) TestPackets.pseudoChecksum(from, to, 6, tcp.array()));
            return tcp.array();
        }

        /// Of IPv4 with DF and an identification, of IPv6 without.
        Bytes packet(int tos, int id) {
            return from.getAddress().length == 4
                    ? TestPackets.ipv4(from, to, 6, tos, 0x4000, id, new byte[0], octets())
                    : TestPackets.ipv6(from, to, 6, tos, octets());
        }
    }

    static MemorySegment frame(Virtio virtio, Bytes packet) {
        ByteBuffer frame =
                ByteBuffer.allocateDirect(10 + packet.length()).order(ByteOrder.nativeOrder());
        frame.put((byte) virtio.flags).put((byte) virtio.type).putShort((short) virtio.hint);
        frame.putShort((short) virtio.size).putShort((short) virtio.start);
        frame.putShort((short) virtio.offset).put(packet.toArray());
        return MemorySegment.ofBuffer(frame.flip());
    }

    static MemorySegment copy(MemorySegment frame, int length) {
        MemorySegment copy = Arena.ofAuto().allocate(length);
        return copy.copyFrom(frame.asSlice(0, length));
    }

    static int u16(MemorySegment frame, int at) {
        return frame.asByteBuffer().order(ByteOrder.nativeOrder()).getShort(at) & 0xffff;
    }
}
