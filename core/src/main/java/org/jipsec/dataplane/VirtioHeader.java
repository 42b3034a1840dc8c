package org.jipsec.dataplane;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The ten octets in front of a packet that a TUN device with `IFF_VNET_HDR` reads and writes
/// (`struct virtio_net_hdr`, the machine's byte order): what the other side left undone. Mutable
/// and reused.
/// ```
/// | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset |
///     8        8          16        16          16            16       bits
/// ```
final class VirtioHeader {
    static final int LENGTH = 10;

    /// The checksum is only that of the pseudo-header yet; the rest from [#checksumStart] to the
    /// end is still to be added.
    static final int NEEDS_CHECKSUM = 1;

    static final int NO_SEGMENTS = 0;
    static final int TCP_IPV4 = 1;
    static final int TCP_IPV6 = 4;
    static final int UDP = 5;

    /// A bit beside the type: the first TCP segment carries CWR.
    static final int ECN = 0x80;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    int flags;

    /// [#NO_SEGMENTS], [#TCP_IPV4], [#TCP_IPV6] or [#UDP], and perhaps [#ECN].
    int type;

    /// How many octets to copy rather than to map: a hint of the kernel, and not to be relied on.
    int headerLength;

    /// Octets of payload in each segment but the last.
    int segmentSize;

    /// Where the checksummed part of the packet starts: at its TCP or UDP header.
    int checksumStart;

    /// Where the checksum itself stands, from [#checksumStart].
    int checksumOffset;

    void read(MemorySegment frame) {
        flags = frame.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        type = frame.get(ValueLayout.JAVA_BYTE, 1) & 0xff;
        headerLength = frame.get(SHORT, 2) & 0xffff;
        segmentSize = frame.get(SHORT, 4) & 0xffff;
        checksumStart = frame.get(SHORT, 6) & 0xffff;
        checksumOffset = frame.get(SHORT, 8) & 0xffff;
    }

    void write(MemorySegment frame) {
        frame.set(ValueLayout.JAVA_BYTE, 0, (byte) flags);
        frame.set(ValueLayout.JAVA_BYTE, 1, (byte) type);
        frame.set(SHORT, 2, (short) headerLength);
        frame.set(SHORT, 4, (short) segmentSize);
        frame.set(SHORT, 6, (short) checksumStart);
        frame.set(SHORT, 8, (short) checksumOffset);
    }

    /// The header of a packet that is complete.
    static void writeNothingToDo(MemorySegment frame) {
        frame.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 0);
        frame.set(SHORT, 8, (short) 0);
    }

    boolean needsChecksum() {
        return (flags & NEEDS_CHECKSUM) != 0;
    }

    int typeWithoutEcn() {
        return type & ~ECN;
    }
}
