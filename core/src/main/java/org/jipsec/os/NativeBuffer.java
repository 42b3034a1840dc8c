package org.jipsec.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/// Memory outside the heap, zeroed, aligned to 16 octets, for the kernel to read and write. Numbers
/// are in the machine's order unless said otherwise; every access is checked against the bounds.
///
/// Any thread may use it; whoever closes it sees to it that no system call still has the address.
public final class NativeBuffer implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort NETWORK_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Arena arena;
    private final MemorySegment segment;
    private final long address;
    private final int size;
    private final AtomicBoolean closed = new AtomicBoolean();

    private NativeBuffer(Arena arena, int size) {
        this.arena = arena;
        this.size = size;
        segment = arena.allocate(size, 16);
        address = segment.address();
    }

    /// @param size in octets
    @SuppressWarnings("MustBeClosedChecker") // #close does
    public static NativeBuffer ofSize(int size) {
        return new NativeBuffer(Arena.ofShared(), size);
    }

    /// One that is never freed; not to be closed.
    static NativeBuffer forEver(int size) {
        return new NativeBuffer(Arena.global(), size);
    }

    public int size() {
        return size;
    }

    /// For system calls; valid until [#close].
    public long address() {
        return address;
    }

    /// The address of the octet at `offset`, for a call that touches `octets` from there on.
    ///
    /// @throws IndexOutOfBoundsException when they are not all inside
    long address(int offset, int octets) {
        if ((offset | octets) < 0 || offset > size - octets) {
            throw new IndexOutOfBoundsException(octets + " octets at " + offset + " of " + size);
        }
        return address + offset;
    }

    /// The same memory, for bulk work.
    public MemorySegment segment() {
        return segment;
    }

    /// Copies from here into a heap array.
    public void copyTo(int offset, byte[] target, int start, int octets) {
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, target, start, octets);
    }

    /// Copies from a heap array to here.
    public void copyFrom(byte[] source, int start, int octets, int offset) {
        MemorySegment.copy(source, start, segment, ValueLayout.JAVA_BYTE, offset, octets);
    }

    public byte get(int offset) {
        return segment.get(ValueLayout.JAVA_BYTE, offset);
    }

    public void put(int offset, byte value) {
        segment.set(ValueLayout.JAVA_BYTE, offset, value);
    }

    public short getShort(int offset) {
        return segment.get(SHORT, offset);
    }

    public void putShort(int offset, short value) {
        segment.set(SHORT, offset, value);
    }

    /// In network byte order, as 0..65535.
    public int getNetworkShort(int offset) {
        return segment.get(NETWORK_SHORT, offset) & 0xffff;
    }

    public void putNetworkShort(int offset, int value) {
        segment.set(NETWORK_SHORT, offset, (short) value);
    }

    public int getInt(int offset) {
        return segment.get(INT, offset);
    }

    public void putInt(int offset, int value) {
        segment.set(INT, offset, value);
    }

    public long getLong(int offset) {
        return segment.get(LONG, offset);
    }

    public void putLong(int offset, long value) {
        segment.set(LONG, offset, value);
    }

    void fill(int offset, int octets) {
        segment.asSlice(offset, octets).fill((byte) 0);
    }

    /// Frees the memory; again: nothing.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
