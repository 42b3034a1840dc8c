package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

/// One IP packet in a heap array that is longer than it: room before it for headers, behind it for
/// padding and ICV, so that ESP and AH work in place. Made once, used for packet after packet, by
/// one thread at a time.
public final class PacketBuffer {
    /// The largest IP packet: an IPv6 header and its payload.
    public static final int MAXIMUM_PACKET = 40 + 0xffff;

    /// Six transformations, each with a tunnel header of IPv6 and UDP encapsulation, fit.
    public static final int HEADROOM = 512;

    /// Six times the largest padding ESP needs here and the largest ICV.
    public static final int TAILROOM = 512;

    /// Octets behind the tailroom that belong to no packet: an IV that is not sent is put there.
    static final int SCRATCH = 64;

    private final byte[] array;
    private int offset;
    private int length;

    private PacketBuffer(int capacity) {
        array = new byte[HEADROOM + capacity + TAILROOM + SCRATCH];
        offset = HEADROOM;
    }

    /// @param octets of the largest packet that comes in; also of the largest that fragments make
    public static PacketBuffer ofCapacity(int octets) {
        return new PacketBuffer(octets);
    }

    public static PacketBuffer ofMaximumCapacity() {
        return new PacketBuffer(MAXIMUM_PACKET);
    }

    /// A buffer that holds `packet`, with room to become the largest.
    public static PacketBuffer of(Bytes packet) {
        PacketBuffer buffer = ofMaximumCapacity();
        byte[] octets = packet.toArray();
        buffer.load(octets, 0, octets.length);
        return buffer;
    }

    public byte[] array() {
        return array;
    }

    /// Where in [#array] the packet starts.
    public int offset() {
        return offset;
    }

    /// Of the packet, in octets.
    public int length() {
        return length;
    }

    int end() {
        return offset + length;
    }

    /// Where in [#array] the octets outside any packet start.
    int scratch() {
        return array.length - SCRATCH;
    }

    /// How many octets [#load] takes.
    public int capacity() {
        return array.length - SCRATCH - TAILROOM - HEADROOM;
    }

    /// Empties the buffer; a packet read into [#array] at [#offset] is then announced by [#length].
    public void clear() {
        offset = HEADROOM;
        length = 0;
    }

    /// @throws IllegalArgumentException when that is more than the room behind [#offset]
    public void length(int octets) {
        if (octets < 0 || octets > scratch() - offset) {
            throw new IllegalArgumentException(
                    octets + " octets where " + (scratch() - offset) + " fit");
        }
        length = octets;
    }

    /// Copies a packet in.
    ///
    /// @throws IllegalArgumentException when it is longer than [#capacity]
    public void load(byte[] from, int start, int octets) {
        if (octets > capacity()) {
            throw new IllegalArgumentException(octets + " octets where " + capacity() + " fit");
        }
        clear();
        System.arraycopy(from, start, array, offset, octets);
        length = octets;
    }

    public void load(PacketBuffer other) {
        load(other.array, other.offset, other.length);
    }

    /// The packet, copied.
    public Bytes toBytes() {
        return Bytes.of(array, offset, length);
    }

    int headroom() {
        return offset;
    }

    int tailroom() {
        return scratch() - end();
    }

    /// Lets the packet start `octets` earlier; what stands there is undefined.
    void prepend(int octets) {
        offset -= octets;
        length += octets;
    }

    /// Opens a gap of `octets` before the octet at `position` of the packet, by moving what is
    /// before it.
    void insert(int position, int octets) {
        System.arraycopy(array, offset, array, offset - octets, position);
        prepend(octets);
    }

    /// Takes out `octets` at `position`, by moving what is before them.
    void remove(int position, int octets) {
        System.arraycopy(array, offset, array, offset + octets, position);
        trimFront(octets);
    }

    void trimFront(int octets) {
        offset += octets;
        length -= octets;
    }

    void append(int octets) {
        length += octets;
    }

    void trimEnd(int octets) {
        length -= octets;
    }
}
