package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Reads the IP packets of a classic pcap file, of Ethernet frames or of IP alone.
final class PcapFile {
    private static final int LINKTYPE_RAW = 101;

    private PcapFile() {}

    static List<Bytes> read(String resource) {
        try (InputStream in = PcapFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(resource);
            }
            ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            if (file.getInt(0) != 0xa1b2c3d4) {
                file.order(ByteOrder.BIG_ENDIAN);
            }
            int frame = file.getInt(20) == LINKTYPE_RAW ? 0 : 14;
            file.position(24);
            List<Bytes> packets = new ArrayList<>();
            while (file.remaining() >= 16) {
                int length = file.getInt(file.position() + 8);
                file.position(file.position() + 16);
                packets.add(Bytes.of(file.array(), file.position() + frame, length - frame));
                file.position(file.position() + length);
            }
            return packets;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
