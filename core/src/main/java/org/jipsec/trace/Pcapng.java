package org.jipsec.trace;

import org.jipsec.sadb.Direction;
import org.jipsec.wire.Bytes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Blocks of the capture format pcapng (draft-ietf-opsawg-pcapng), big-endian: a section with two
/// interfaces, [#HOST] for the packets as the host has them and [#WIRE] for those on the network.
/// What a packet was and what it became have the same `epb_packetid`.
final class Pcapng {
    static final int HOST = 0;
    static final int WIRE = 1;

    static final int ENHANCED_PACKET = 6;
    static final int BLOCK_FRAME = 12;
    static final int PACKET_HEADER = 20;

    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int LINKTYPE_RAW = 101;
    private static final int NANOSECONDS = 9;

    private static final int END_OF_OPTIONS = 0;
    private static final int COMMENT = 1;
    private static final int USER_APPLICATION = 4;
    private static final int INTERFACE_NAME = 2;
    private static final int INTERFACE_TEXT = 3;
    private static final int TIME_RESOLUTION = 9;
    private static final int PACKET_FLAGS = 2;
    private static final int PACKETS_LOST = 4;
    private static final int PACKET_ID = 5;

    /// A comment longer than this is cut: its length has 16 bits.
    private static final int LONGEST_COMMENT = 4000;

    private Pcapng() {}

    /// What a file starts with.
    ///
    /// @param application what has written it
    static byte[] header(String application) {
        Block section = new Block();
        section.put(BYTE_ORDER_MAGIC).putShort(1).putShort(0).put(-1).put(-1); // length unknown
        section.option(USER_APPLICATION, utf8(application)).option(END_OF_OPTIONS, new byte[0]);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(section.finish(SECTION_HEADER));
        header.writeBytes(description("host", "packets of the host, not or no longer protected"));
        header.writeBytes(description("wire", "packets of the network, protected or clear"));
        return header.toByteArray();
    }

    private static byte[] description(String name, String text) {
        Block block = new Block();
        block.putShort(LINKTYPE_RAW).putShort(0).put(0); // no limit on the length
        block.option(INTERFACE_NAME, utf8(name)).option(INTERFACE_TEXT, utf8(text));
        block.option(TIME_RESOLUTION, new byte[] {NANOSECONDS});
        return block.option(END_OF_OPTIONS, new byte[0]).finish(INTERFACE_DESCRIPTION);
    }

    /// One packet.
    ///
    /// @param id shared by what a packet was and what it became
    /// @param lost how many were lost since the one before
    static byte[] packet(
            int where,
            Direction way,
            Instant time,
            Bytes packet,
            long id,
            long lost,
            String comment) {
        long nanoseconds = time.getEpochSecond() * 1_000_000_000L + time.getNano();
        Block block = new Block();
        block.put(where).put((int) (nanoseconds >>> 32)).put((int) nanoseconds);
        block.put(packet.length()).put(packet.length()).padded(packet.toArray());
        block.option(COMMENT, utf8(comment));
        block.option(PACKET_FLAGS, number(way == Direction.IN ? 1 : 2, 4));
        if (lost > 0) {
            block.option(PACKETS_LOST, number(lost, 8));
        }
        block.option(PACKET_ID, number(id, 8));
        return block.option(END_OF_OPTIONS, new byte[0]).finish(ENHANCED_PACKET);
    }

    /// The blocks of a sighting, in the order in which they happened.
    static byte[] blocks(Sighting sighting, long id, long lost) {
        boolean outward = sighting.way() == Direction.OUT;
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        blocks.writeBytes(
                packet(
                        outward ? HOST : WIRE,
                        sighting.way(),
                        sighting.time(),
                        sighting.before(),
                        id,
                        lost,
                        sighting.explanation()));
        List<Bytes> after = sighting.after();
        for (Bytes result : after) {
            blocks.writeBytes(
                    packet(
                            outward ? WIRE : HOST,
                            sighting.way(),
                            sighting.time(),
                            result,
                            id,
                            0,
                            sighting.explanation()));
        }
        return blocks.toByteArray();
    }

    private static byte[] utf8(String text) {
        String cut = text.length() > LONGEST_COMMENT ? text.substring(0, LONGEST_COMMENT) : text;
        return cut.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(long value, int octets) {
        return octets == 8
                ? ByteBuffer.allocate(8).putLong(value).array()
                : ByteBuffer.allocate(4).putInt((int) value).array();
    }

    /// The body of a block as it grows.
    private static final class Block {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Block put(int value) {
            body.writeBytes(number(value, 4));
            return this;
        }

        Block putShort(int value) {
            body.write(value >> 8);
            body.write(value);
            return this;
        }

        Block padded(byte[] octets) {
            body.writeBytes(octets);
            body.writeBytes(new byte[-octets.length & 3]);
            return this;
        }

        Block option(int code, byte[] value) {
            return putShort(code).putShort(value.length).padded(value);
        }

        byte[] finish(int type) {
            int total = body.size() + BLOCK_FRAME;
            ByteBuffer block = ByteBuffer.allocate(total).putInt(type).putInt(total);
            return block.put(body.toByteArray()).putInt(total).array();
        }
    }
}
