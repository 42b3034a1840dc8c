package org.jipsec.dataplane;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;

/// Writes packets as a capture file that tcpdump and Wireshark read: classic pcap, big-endian,
/// LINKTYPE_RAW (the packet starts with its IP header), times in microseconds. One thread.
public final class PcapWriter implements AutoCloseable {
    private static final int MAGIC = 0xa1b2_c3d4;
    private static final int LINKTYPE_RAW = 101;
    private static final int MAXIMUM_LENGTH = 262_144;
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;

    private final OutputStream out;
    private final InstantSource clock;

    /// Writes the header of the file.
    ///
    /// @param out is closed with this
    public PcapWriter(OutputStream out, InstantSource clock) throws IOException {
        this.out = out;
        this.clock = clock;
        out.write(
                ByteBuffer.allocate(FILE_HEADER)
                        .putInt(MAGIC)
                        .putShort((short) 2)
                        .putShort((short) 4)
                        .putInt(0) // times are UTC
                        .putInt(0) // accuracy: everybody writes 0
                        .putInt(MAXIMUM_LENGTH)
                        .putInt(LINKTYPE_RAW)
                        .array());
    }

    public void write(PacketBuffer packet) throws IOException {
        Instant now = clock.instant();
        out.write(
                ByteBuffer.allocate(RECORD_HEADER)
                        .putInt((int) now.getEpochSecond())
                        .putInt(now.getNano() / 1000)
                        .putInt(packet.length())
                        .putInt(packet.length())
                        .array());
        out.write(packet.array(), packet.offset(), packet.length());
    }

    /// A link that writes what passes and hands it on.
    ///
    /// @throws UncheckedIOException from its `send`, when the file cannot be written
    public Link tap(Link next) {
        return batch -> {
            try {
                for (int i = 0; i < batch.size(); i++) {
                    write(batch.packet(i));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            next.send(batch);
        };
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
