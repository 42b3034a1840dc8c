package org.jipsec.dataplane;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// One flow's packets becoming one, in memory outside the heap; used again and again. One thread.
final class SuperPacket {
    private static final int MAXIMUM_LENGTH = 0xffff;

    /// The kernel takes no more of UDP (`UDP_MAX_SEGMENTS`); that many of TCP are too short to
    /// care.
    private static final int MAXIMUM_DATAGRAMS = 64;

    /// IPv6 and TCP with all its options.
    private static final int MAXIMUM_HEADERS = 40 + 60;

    private static final int FIN_PSH = 0x09;
    private static final int DONT_FRAGMENT = 0x4000;

    private final MemorySegment frame;
    private final VirtioHeader virtio = new VirtioHeader();

    /// Of the first packet, as they came.
    private final byte[] headers = new byte[MAXIMUM_HEADERS];

    private int flowHash;
    private boolean ipv4;
    private boolean tcp;
    private int transport;
    private int headersLength;
    private int segmentSize;
    private int length;
    private int count;
    private int nextSequence;
    private int lastFlags;
    private boolean complete;

    SuperPacket(Arena arena) {
        this.frame = arena.allocate(Segmenter.MAXIMUM_FRAME, 8);
    }

    MemorySegment frame() {
        return frame;
    }

    /// Whether nothing more can be joined.
    boolean isComplete() {
        return complete;
    }

    /// Starts anew with a packet that is joinable and does not end its run.
    void begin(PacketBuffer packet, CoalescerView view) {
        flowHash = view.flowHash;
        ipv4 = view.ipv4;
        tcp = view.kind == CoalescerView.Kind.TCP;
        transport = view.transport;
        headersLength = view.headersLength;
        segmentSize = view.payload;
        nextSequence = view.sequence + view.payload;
        lastFlags = 0;
        count = 1;
        complete = false;
        System.arraycopy(packet.array(), packet.offset(), headers, 0, headersLength);
        MemorySegment.copy(
                packet.array(),
                packet.offset(),
                frame,
                ValueLayout.JAVA_BYTE,
                VirtioHeader.LENGTH,
                packet.length());
        length = packet.length();
    }

    /// Whether a packet is of this flow.
    boolean isOf(PacketBuffer packet, CoalescerView view) {
        if (flowHash != view.flowHash
                || ipv4 != view.ipv4
                || tcp != (view.kind == CoalescerView.Kind.TCP)) {
            return false;
        }
        byte[] octets = packet.array();
        int at = packet.offset();
        int addresses = ipv4 ? 12 : 8;
        int size = ipv4 ? 8 : 32;
        return Octets.s32(headers, transport) == Octets.s32(octets, at + view.transport)
                && Arrays.equals(
                        headers,
                        addresses,
                        addresses + size,
                        octets,
                        at + addresses,
                        at + addresses + size);
    }

    /// Appends a joinable packet of this flow, if it follows.
    ///
    /// @return false when it does not; all is then as it was
    boolean join(PacketBuffer packet, CoalescerView view) {
        byte[] octets = packet.array();
        int at = packet.offset();
        if (view.headersLength != headersLength
                || view.payload > segmentSize
                || length + view.payload > MAXIMUM_LENGTH
                || !(ipv4 ? follows4(octets, at) : follows6(octets, at))
                || (tcp ? !followsTcp(octets, at, view) : count == MAXIMUM_DATAGRAMS)) {
            return false;
        }
        MemorySegment.copy(
                octets,
                at + headersLength,
                frame,
                ValueLayout.JAVA_BYTE,
                VirtioHeader.LENGTH + (long) length,
                view.payload);
        length += view.payload;
        count++;
        nextSequence += view.payload;
        if (tcp) {
            lastFlags = Octets.u8(octets, at + transport + 13) & FIN_PSH;
        }
        complete =
                view.endsRun || view.payload < segmentSize || length + segmentSize > MAXIMUM_LENGTH;
        return true;
    }

    /// Version, TOS, flags, TTL, protocol.
    private boolean follows4(byte[] octets, int at) {
        int fragmentation = Octets.u16(headers, 6);
        return Octets.u16(octets, at) == Octets.u16(headers, 0)
                && Octets.u16(octets, at + 6) == fragmentation
                && Octets.u16(octets, at + 8) == Octets.u16(headers, 8)
                && ((fragmentation & DONT_FRAGMENT) != 0
                        || Octets.u16(octets, at + 4) == (Octets.u16(headers, 4) + count & 0xffff));
    }

    /// Version, traffic class, flow label, next header, hop limit.
    private boolean follows6(byte[] octets, int at) {
        return Octets.s32(octets, at) == Octets.s32(headers, 0)
                && Octets.u16(octets, at + 6) == Octets.u16(headers, 6);
    }

    /// Acknowledgement, flags, window, urgent pointer, options.
    private boolean followsTcp(byte[] octets, int at, CoalescerView view) {
        int here = at + transport;
        return view.sequence == nextSequence
                && Octets.s32(octets, here + 8) == Octets.s32(headers, transport + 8)
                && ((Octets.s32(octets, here + 12) ^ Octets.s32(headers, transport + 12))
                                & ~(FIN_PSH << 16))
                        == 0
                && Octets.u16(octets, here + 18) == Octets.u16(headers, transport + 18)
                && Arrays.equals(
                        octets,
                        here + 20,
                        at + headersLength,
                        headers,
                        transport + 20,
                        headersLength);
    }

    /// Writes the headers.
    ///
    /// @return octets of the frame
    int finish() {
        if (count == 1) {
            VirtioHeader.writeNothingToDo(frame);
            return VirtioHeader.LENGTH + length;
        }
        int protocol = tcp ? IpHeaders.TCP : IpHeaders.UDP;
        int upper = length - transport;
        if (ipv4) {
            Octets.put16(headers, 2, length);
            IpHeaders.renewChecksum(headers, 0);
        } else {
            Octets.put16(headers, 4, length - IpHeaders.IPV6_HEADER);
        }
        virtio.flags = VirtioHeader.NEEDS_CHECKSUM;
        virtio.headerLength = headersLength;
        virtio.segmentSize = segmentSize;
        virtio.checksumStart = transport;
        if (tcp) {
            headers[transport + 13] |= (byte) lastFlags;
            virtio.type = ipv4 ? VirtioHeader.TCP_IPV4 : VirtioHeader.TCP_IPV6;
            virtio.checksumOffset = 16;
        } else {
            Octets.put16(headers, transport + 4, upper);
            virtio.type = VirtioHeader.UDP;
            virtio.checksumOffset = 6;
        }
        long pseudo = Checksum.pseudoHeader(headers, ipv4 ? 12 : 8, ipv4 ? 8 : 32, protocol, upper);
        Octets.put16(headers, transport + virtio.checksumOffset, ~Checksum.finish(pseudo) & 0xffff);
        virtio.write(frame);
        MemorySegment.copy(
                headers, 0, frame, ValueLayout.JAVA_BYTE, VirtioHeader.LENGTH, headersLength);
        return VirtioHeader.LENGTH + length;
    }
}
