package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Makes the packets of a frame that was read from a TUN device with `IFF_VNET_HDR`: cuts what the
/// host's TCP or UDP has left uncut, and finishes checksums, as a network card would.
///
/// [#begin] looks at a frame, [#fill] copies its packets into batches. The frame's memory must stay
/// as it is until [#isDone]. Nothing is allocated. For one thread.
public final class Segmenter {
    /// What a frame from the TUN device takes at most.
    public static final int MAXIMUM_FRAME = VirtioHeader.LENGTH + PacketBuffer.MAXIMUM_PACKET;

    /// Of IP and TCP together; a packet of more that is to be cut is refused.
    private static final int MAXIMUM_HEADERS = 512;

    private static final int TCP_FIN_PSH = 0x09;
    private static final int TCP_CWR = 0x80;

    private final int capacity;
    private final VirtioHeader virtio = new VirtioHeader();
    private final byte[] headers = new byte[MAXIMUM_HEADERS];

    private MemorySegment frame = MemorySegment.NULL;
    private int length;
    private boolean done = true;

    // Of a packet that is to be cut.
    private boolean ipv4;
    private boolean tcp;
    private int transport;
    private int headersLength;
    private int payload;
    private int cut;
    private int count;
    private int firstId;
    private int firstSequence;
    private int tcpFlags;
    private long addressSum;

    /// @param capacity octets of the largest packet that a batch takes
    public Segmenter(int capacity) {
        this.capacity = capacity;
    }

    /// Looks at a frame.
    ///
    /// @param octets of the frame, the virtio header included
    /// @return null, or why nothing can be made of it
    public @Nullable DropReason begin(MemorySegment memory, int octets) {
        done = true;
        if (octets <= VirtioHeader.LENGTH) {
            return DropReason.EMPTY_PACKET;
        }
        frame = memory;
        length = octets - VirtioHeader.LENGTH;
        virtio.read(memory);
        DropReason wrong = virtio.type == VirtioHeader.NO_SEGMENTS ? checkWhole() : readSegmented();
        done = wrong != null;
        return wrong;
    }

    private @Nullable DropReason checkWhole() {
        if (virtio.needsChecksum() && virtio.checksumStart + virtio.checksumOffset + 2 > length) {
            return DropReason.BAD_OFFLOAD;
        }
        return length > capacity ? DropReason.BUFFER_TOO_SMALL : null;
    }

    private @Nullable DropReason readSegmented() {
        int type = virtio.typeWithoutEcn();
        tcp = type == VirtioHeader.TCP_IPV4 || type == VirtioHeader.TCP_IPV6;
        if (!virtio.needsChecksum()
                || virtio.segmentSize == 0
                || (!tcp && type != VirtioHeader.UDP)) {
            return DropReason.BAD_OFFLOAD;
        }
        int copied = Math.min(length, MAXIMUM_HEADERS);
        MemorySegment.copy(frame, ValueLayout.JAVA_BYTE, VirtioHeader.LENGTH, headers, 0, copied);
        int version = Octets.u8(headers, 0) >> 4;
        ipv4 = version == 4;
        boolean fits =
                switch (type) {
                    case VirtioHeader.TCP_IPV4 -> version == 4;
                    case VirtioHeader.TCP_IPV6 -> version == 6;
                    default -> version == 4 || version == 6;
                };
        transport = virtio.checksumStart;
        int smallest = tcp ? 20 : 8;
        if (!fits
                || transport + smallest > copied
                || virtio.checksumOffset != (tcp ? 16 : 6)
                || !(ipv4 ? isAtTransport4() : isAtTransport6())) {
            return DropReason.BAD_OFFLOAD;
        }
        headersLength = transport + (tcp ? (headers[transport + 12] >> 4 & 15) * 4 : 8);
        if (headersLength < transport + smallest || headersLength > copied) {
            return DropReason.BAD_OFFLOAD;
        }
        if (headersLength + Math.min(virtio.segmentSize, length - headersLength) > capacity) {
            return DropReason.BUFFER_TOO_SMALL;
        }
        prepareCuts();
        return null;
    }

    private boolean isAtTransport4() {
        return transport >= 20
                && (headers[0] & 15) * 4 == transport
                && Octets.u16(headers, 2) == length
                && (Octets.u16(headers, 6) & 0x3fff) == 0 // no fragment
                && Octets.u8(headers, 9) == (tcp ? IpHeaders.TCP : IpHeaders.UDP);
    }

    private boolean isAtTransport6() {
        if (transport < IpHeaders.IPV6_HEADER
                || Octets.u16(headers, 4) + IpHeaders.IPV6_HEADER != length) {
            return false;
        }
        int at = IpHeaders.IPV6_HEADER;
        int protocol = Octets.u8(headers, 6);
        while (at < transport) {
            if (!IpHeaders.isExtension(protocol) || protocol == IpHeaders.FRAGMENT) {
                return false;
            }
            protocol = Octets.u8(headers, at);
            at += 8 + 8 * Octets.u8(headers, at + 1);
        }
        return at == transport && protocol == (tcp ? IpHeaders.TCP : IpHeaders.UDP);
    }

    private void prepareCuts() {
        payload = length - headersLength;
        cut = 0;
        count = 0;
        firstId = Octets.u16(headers, 4);
        addressSum =
                Checksum.pseudoHeader(
                        headers,
                        ipv4 ? 12 : 8,
                        ipv4 ? 8 : 32,
                        tcp ? IpHeaders.TCP : IpHeaders.UDP,
                        0);
        if (tcp) {
            firstSequence = Octets.s32(headers, transport + 4);
            tcpFlags = Octets.u8(headers, transport + 13);
        }
    }

    /// Whether the frame last begun is more than one packet.
    public boolean wasCut() {
        return virtio.type != VirtioHeader.NO_SEGMENTS && payload > virtio.segmentSize;
    }

    /// Whether all packets of the frame have been handed out.
    public boolean isDone() {
        return done;
    }

    /// Adds packets of the frame to `batch` until there are no more or it is full.
    ///
    /// @return [#isDone]
    public boolean fill(PacketBatch batch) {
        while (!done && !batch.isFull()) {
            PacketBuffer packet = batch.add();
            if (virtio.type == VirtioHeader.NO_SEGMENTS) {
                copyWhole(packet);
                done = true;
            } else {
                copySegment(packet);
                done = cut >= payload;
            }
        }
        return done;
    }

    private void copyWhole(PacketBuffer packet) {
        byte[] octets = packet.array();
        int start = packet.offset();
        packet.length(length);
        MemorySegment.copy(
                frame, ValueLayout.JAVA_BYTE, VirtioHeader.LENGTH, octets, start, length);
        if (virtio.needsChecksum()) {
            int from = start + virtio.checksumStart;
            long sum = Checksum.add(0, octets, from, length - virtio.checksumStart);
            Octets.put16(octets, from + virtio.checksumOffset, nonzero(Checksum.finish(sum)));
        }
    }

    private void copySegment(PacketBuffer packet) {
        byte[] octets = packet.array();
        int start = packet.offset();
        int size = Math.min(virtio.segmentSize, payload - cut);
        packet.length(headersLength + size);
        System.arraycopy(headers, 0, octets, start, headersLength);
        MemorySegment.copy(
                frame,
                ValueLayout.JAVA_BYTE,
                VirtioHeader.LENGTH + headersLength + (long) cut,
                octets,
                start + headersLength,
                size);
        if (ipv4) {
            Octets.put16(octets, start + 2, packet.length());
            Octets.put16(octets, start + 4, firstId + count);
            IpHeaders.renewChecksum(octets, start);
        } else {
            Octets.put16(octets, start + 4, packet.length() - IpHeaders.IPV6_HEADER);
        }
        int at = start + transport;
        int upper = packet.length() - transport;
        if (tcp) {
            Octets.put32(octets, at + 4, firstSequence + cut);
            int flags = tcpFlags;
            flags &= cut + size < payload ? ~TCP_FIN_PSH : ~0;
            flags &= count > 0 ? ~TCP_CWR : ~0;
            octets[at + 13] = (byte) flags;
        } else {
            Octets.put16(octets, at + 4, upper);
        }
        int field = at + (tcp ? 16 : 6);
        Octets.put16(octets, field, 0);
        int checksum = Checksum.finish(Checksum.add(addressSum + upper, octets, at, upper));
        Octets.put16(octets, field, tcp ? checksum : nonzero(checksum));
        cut += size;
        count++;
    }

    /// UDP says by 0 that there is no checksum; to all others the two are the same.
    private static int nonzero(int checksum) {
        return checksum == 0 ? 0xffff : checksum;
    }
}
