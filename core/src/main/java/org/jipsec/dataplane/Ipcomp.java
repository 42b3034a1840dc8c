package org.jipsec.dataplane;

import org.jipsec.sadb.CompressionAlgorithm;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Compresses and decompresses payloads (RFC 3173) by DEFLATE without any wrapping (RFC 2394). One
/// serves all SAs of a direction: packets do not depend on each other. Holds memory outside the
/// heap; [#close] it.
final class Ipcomp implements AutoCloseable {
    static final int HEADER = 4;

    /// Below this many octets it is not tried; the same as in Linux and the BSDs.
    static final int THRESHOLD = 90;

    static final int WELL_KNOWN_DEFLATE = 2;

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final Inflater inflater = new Inflater(true);
    private byte[] scratch = new byte[4096];

    static boolean canRun(ActiveSa sa) {
        return sa.association().compression() == CompressionAlgorithm.DEFLATE;
    }

    /// The CPI that an SA writes into its packets (RFC 3173 3.3): its SPI, as Linux has it. The
    /// BSDs write the algorithm's well-known number unless `-R` is given, but they find an SA by
    /// its SPI as well, and Linux finds none by the well-known number.
    static int cpi(ActiveSa sa) {
        return sa.association().spi().value() & 0xffff;
    }

    /// Replaces what stands from `at` to the packet's end by an IPComp header and its compressed
    /// form, when that is shorter.
    ///
    /// @return whether it was
    boolean compress(PacketBuffer packet, int at, int nextHeader, int cpi) {
        int length = packet.length() - at;
        if (length < THRESHOLD) {
            return false;
        }
        if (scratch.length < length) {
            scratch = new byte[length];
        }
        byte[] octets = packet.array();
        int start = packet.offset() + at;
        deflater.reset();
        deflater.setInput(octets, start, length);
        deflater.finish();
        int room = length - HEADER - 1;
        int compressed = deflater.deflate(scratch, 0, room);
        if (!deflater.finished()) {
            return false;
        }
        octets[start] = (byte) nextHeader;
        octets[start + 1] = 0;
        Octets.put16(octets, start + 2, cpi);
        System.arraycopy(scratch, 0, octets, start + HEADER, compressed);
        packet.trimEnd(length - HEADER - compressed);
        return true;
    }

    /// The reverse, for the header at `at`.
    ///
    /// DEFLATE tells its own end (RFC 1951 3.2.3), and no RFC forbids octets behind it: padding, of
    /// a device that aligns or of ESP. They are ignored, as in Linux, while they leave the whole
    /// no longer than what comes out of it: longer ones are never sent (RFC 3173 2.2).
    ///
    /// @return null, or why the packet is to be dropped
    @Nullable DropReason decompress(PacketBuffer packet, int at) {
        int length = packet.length() - at - HEADER;
        byte[] octets = packet.array();
        int start = packet.offset() + at;
        int largest = Math.min(0xffff, packet.capacity());
        int room = Math.min(largest - at, packet.length() - at + packet.tailroom());
        inflater.reset();
        inflater.setInput(octets, start + HEADER, length);
        int size = 0;
        try {
            while (!inflater.finished()) {
                if (size == scratch.length) {
                    if (size > room) {
                        return DropReason.IPCOMP_TOO_LARGE;
                    }
                    scratch = Arrays.copyOf(scratch, scratch.length * 2);
                }
                int more = inflater.inflate(scratch, size, scratch.length - size);
                size += more;
                if (more == 0 && !inflater.finished()) {
                    return DropReason.IPCOMP_DATA; // ends too early, or wants a dictionary
                }
            }
        } catch (DataFormatException notDeflate) {
            return DropReason.IPCOMP_DATA;
        }
        if (inflater.getRemaining() > 0 && size < HEADER + length) {
            return DropReason.IPCOMP_DATA;
        }
        if (size > room) {
            return DropReason.IPCOMP_TOO_LARGE;
        }
        System.arraycopy(scratch, 0, octets, start, size);
        packet.append(size - (packet.length() - at));
        return null;
    }

    @Override
    public void close() {
        deflater.end();
        inflater.end();
    }
}
