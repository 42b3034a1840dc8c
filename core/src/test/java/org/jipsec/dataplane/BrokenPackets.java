package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.util.Arrays;
import java.util.zip.Deflater;

/// Packets that something is wrong with, made from sound ones or octet by octet.
final class BrokenPackets {
    private BrokenPackets() {}

    static Bytes changed(Bytes packet, int at, int value) {
        byte[] octets = packet.toArray();
        octets[at] = (byte) value;
        return Bytes.of(octets);
    }

    static Bytes cut(Bytes packet, int length) {
        return Bytes.of(packet.toArray(), 0, length);
    }

    /// The same with a length and header checksum that fit.
    static Bytes shortened(Bytes packet, int length) {
        byte[] octets = Arrays.copyOf(packet.toArray(), length);
        if (packet.u8(0) >> 4 == 6) {
            Octets.put16(octets, 4, length - 40);
        } else {
            Octets.put16(octets, 2, length);
            Octets.put16(octets, 10, 0);
            Octets.put16(octets, 10, TestPackets.checksum(octets, 0, 20, 0));
        }
        return Bytes.of(octets);
    }

    /// ESP without cipher and integrity around octets of the test's choice.
    static Bytes plainEsp(int sequence, byte... body) {
        byte[] esp = new byte[8 + body.length];
        Octets.put32(esp, 0, 0x300);
        Octets.put32(esp, 4, sequence);
        System.arraycopy(body, 0, esp, 8, body.length);
        return TestPackets.ip(TestPackets.A4, TestPackets.B4, 50, esp);
    }

    static Bytes ipcomp(byte[] compressed) {
        byte[] packet = new byte[4 + compressed.length];
        packet[0] = 17;
        packet[3] = 2;
        System.arraycopy(compressed, 0, packet, 4, compressed.length);
        return TestPackets.ip(TestPackets.A4, TestPackets.B4, 108, packet);
    }

    static byte[] deflated(byte[] octets) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(octets);
        deflater.finish();
        byte[] out = new byte[octets.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    static Bytes fragment(int offset, boolean more, int length) {
        return TestPackets.ipv4(
                TestPackets.A4,
                TestPackets.B4,
                50,
                0,
                offset / 8 | (more ? 0x2000 : 0),
                77,
                new byte[0],
                TestPackets.text(length));
    }
}
