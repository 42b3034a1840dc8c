package org.jipsec.trace;

import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What belongs together of a trace, as it travels from the service to whoever watches: the blocks
/// of one packet and what it became, or the header of the file; before them their length in octets
/// and how many packets the watcher has lost so far.
///
/// ```
/// length (4)  lost (8)  blocks of pcapng (length)
/// ```
///
/// @param blocks not copied; empty when there is nothing but a loss to tell
public record TraceFrame(long lost, byte[] blocks) {
    private static final int HEADER = 12;

    /// Three packets of the largest size, and their comments.
    private static final int LONGEST = 1 << 20;

    /// One packet in a frame.
    ///
    /// @param outside whether it was seen on the wire's side
    /// @param inward whether it was on its way in
    public record Packet(
            boolean outside, boolean inward, Instant time, Bytes octets, String comment) {}

    /// The first of a trace.
    public static TraceFrame header(String application) {
        return new TraceFrame(0, Pcapng.header(application));
    }

    public ByteBuffer encode() {
        return ByteBuffer.allocate(HEADER + blocks.length)
                .putInt(blocks.length)
                .putLong(lost)
                .put(blocks)
                .flip();
    }

    /// @return null at the end
    /// @throws IOException what comes is no frame, or stops within one
    public static @Nullable TraceFrame read(DataInputStream in) throws IOException {
        int length;
        try {
            length = in.readInt();
        } catch (EOFException end) {
            return null;
        }
        long lost = in.readLong();
        if (length < 0 || length > LONGEST) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " octets");
        }
        byte[] blocks = new byte[length];
        in.readFully(blocks);
        return new TraceFrame(lost, blocks);
    }

    /// The packets in it, in their order.
    ///
    /// @throws IOException the blocks are not as [Pcapng] writes them
    public List<Packet> packets() throws IOException {
        List<Packet> packets = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(blocks);
        while (in.hasRemaining()) {
            if (in.remaining() < Pcapng.BLOCK_FRAME) {
                throw new IOException("half a block");
            }
            int start = in.position();
            int type = in.getInt();
            int total = in.getInt();
            if (total < Pcapng.BLOCK_FRAME || total > blocks.length - start) {
                throw new IOException("a block of " + total + " octets");
            }
            if (type == Pcapng.ENHANCED_PACKET) {
                packets.add(packet(in.slice(start + 8, total - Pcapng.BLOCK_FRAME)));
            }
            in.position(start + total);
        }
        return packets;
    }

    private static Packet packet(ByteBuffer body) throws IOException {
        if (body.remaining() < Pcapng.PACKET_HEADER) {
            throw new IOException("half a packet block");
        }
        int where = body.getInt();
        long nanoseconds = body.getLong();
        int length = body.getInt();
        body.getInt(); // the length before it was cut: it never is
        if (length < 0 || length > body.remaining()) {
            throw new IOException("a packet of " + length + " octets");
        }
        byte[] octets = new byte[length];
        body.get(octets);
        body.position(body.position() + Math.min(-length & 3, body.remaining()));
        String comment = "";
        boolean inward = false;
        while (body.remaining() >= 4) {
            int code = body.getShort() & 0xffff;
            int size = body.getShort() & 0xffff;
            if (size > body.remaining()) {
                throw new IOException("an option of " + size + " octets");
            }
            byte[] value = new byte[size];
            body.get(value);
            body.position(body.position() + Math.min(-size & 3, body.remaining()));
            if (code == 1) {
                comment = new String(value, StandardCharsets.UTF_8);
            } else if (code == 2 && size == 4) {
                inward = (value[3] & 3) == 1;
            }
        }
        Instant time =
                Instant.ofEpochSecond(
                        Long.divideUnsigned(nanoseconds, 1_000_000_000L),
                        Long.remainderUnsigned(nanoseconds, 1_000_000_000L));
        return new Packet(where == Pcapng.WIRE, inward, time, Bytes.of(octets), comment);
    }
}
