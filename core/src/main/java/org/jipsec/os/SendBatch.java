package org.jipsec.os;

/// Datagrams for one [MessageSocket#send]. Made once, filled and emptied again and again by one
/// thread; nothing here makes objects.
///
/// ```
/// batch.clear();
/// batch.add(packet, offset, length);
/// batch.destination(address, 0, 4, 4500, 0);
/// batch.append(next, offset, length);   // as long as the first: one UDP_SEGMENT send
/// batch.segmentSize(length);
/// socket.send(batch);
/// ```
public final class SendBatch implements AutoCloseable {
    /// The most that one UDP datagram holds, segments together.
    public static final int MAXIMUM_DATAGRAM = 65507;

    /// The most segments that every kernel with UDP_SEGMENT takes in one send.
    public static final int MAXIMUM_SEGMENTS = 64;

    private static final int CONTROL =
            Layouts.controlSpace(Layouts.IN6_PKTINFO_SIZE)
                    + Layouts.controlSpace(4)
                    + Layouts.controlSpace(2);
    private static final int IOVECS = Layouts.MMSGHDR_SIZE; // they stand behind all headers
    private static final int HEADER = Layouts.MMSGHDR_SIZE + Layouts.IOVEC_SIZE;

    private final int slots;
    private final NativeBuffer headers;
    private final NativeBuffer pieces;
    private final NativeBuffer addresses;
    private final NativeBuffer controls;
    private final NativeBuffer data;
    private final int[] starts;
    private final int[] lengths;
    private final int[] controlLengths;
    private final int[] segmentSizes;
    private final int[] failures;
    private int size;
    private int filled;
    private int failed;

    // how far sending has come
    private int next;
    private int octetsOfNext;

    /// @param slots how many messages at most
    /// @param octets of all messages together
    public SendBatch(int slots, int octets) {
        this.slots = slots;
        headers = NativeBuffer.ofSize(slots * HEADER);
        pieces = NativeBuffer.ofSize(MAXIMUM_SEGMENTS * HEADER);
        addresses = NativeBuffer.ofSize(slots * Layouts.SOCKADDR_SLOT);
        controls = NativeBuffer.ofSize(slots * CONTROL);
        data = NativeBuffer.ofSize(octets);
        starts = new int[slots];
        lengths = new int[slots];
        controlLengths = new int[slots];
        segmentSizes = new int[slots];
        failures = new int[slots];
        for (int i = 0; i < slots; i++) {
            prepare(headers, slots, i);
            headers.putLong(
                    i * Layouts.MMSGHDR_SIZE + Layouts.MSGHDR_NAME, addresses.address() + at(i));
            headers.putLong(
                    i * Layouts.MMSGHDR_SIZE + Layouts.MSGHDR_CONTROL,
                    controls.address() + (long) i * CONTROL);
        }
        for (int i = 0; i < MAXIMUM_SEGMENTS; i++) {
            prepare(pieces, MAXIMUM_SEGMENTS, i);
        }
    }

    public int slots() {
        return slots;
    }

    /// How many messages were put in since [#clear].
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /// Whether a message of so many octets can be added.
    public boolean hasRoom(int octets) {
        return size < slots && octets <= data.size() - filled;
    }

    /// Whether the last message can grow by so many octets.
    public boolean canAppend(int octets) {
        return size > 0
                && octets <= data.size() - filled
                && lengths[size - 1] + octets <= MAXIMUM_DATAGRAM;
    }

    /// Forgets all messages.
    public void clear() {
        size = 0;
        filled = 0;
        failed = 0;
        next = 0;
        octetsOfNext = 0;
    }

    /// Starts the next message with these octets; what is said afterwards is of this message. It
    /// needs a [#destination].
    ///
    /// @throws IllegalStateException without [#hasRoom]
    public void add(byte[] from, int offset, int length) {
        if (!hasRoom(length)) {
            throw new IllegalStateException(
                    "no room for %d octets after %d messages of %d octets"
                            .formatted(length, size, filled));
        }
        data.copyFrom(from, offset, length, filled);
        starts[size] = filled;
        lengths[size] = length;
        controlLengths[size] = 0;
        segmentSizes[size] = 0;
        failures[size] = 0;
        filled += length;
        size++;
    }

    /// Adds a whole IP packet, for a [RawSocket] that takes headers: its destination is that of the
    /// header.
    public void addPacket(byte[] from, int offset, int length) {
        boolean ipv6 = (from[offset] & 0xf0) == 0x60;
        add(from, offset, length);
        destination(from, offset + (ipv6 ? 24 : 16), ipv6 ? 16 : 4, 0, 0);
    }

    /// Appends octets to the last message.
    ///
    /// @throws IllegalStateException without [#canAppend]
    public void append(byte[] from, int offset, int length) {
        if (!canAppend(length)) {
            throw new IllegalStateException("no room for %d octets".formatted(length));
        }
        data.copyFrom(from, offset, length, filled);
        lengths[size - 1] += length;
        filled += length;
    }

    /// Where the last message goes.
    ///
    /// @param octets of the address in `from`: 4 or 16
    /// @param port 0 for raw sockets
    /// @param scope the device for an IPv6 address that is only valid there, else 0
    public void destination(byte[] from, int offset, int octets, int port, int scope) {
        int slot = last();
        int address = at(slot);
        boolean ipv6 = octets == 16;
        addresses.putShort(
                address + Layouts.SOCKADDR_FAMILY,
                (short) (ipv6 ? Layouts.AF_INET6 : Layouts.AF_INET));
        addresses.putNetworkShort(address + Layouts.SOCKADDR_PORT, port);
        if (ipv6) {
            addresses.putInt(address + 4, 0); // flow information
            addresses.copyFrom(from, offset, octets, address + Layouts.SOCKADDR_IN6_ADDRESS);
            addresses.putInt(address + Layouts.SOCKADDR_IN6_SCOPE, scope);
        } else {
            addresses.copyFrom(from, offset, octets, address + Layouts.SOCKADDR_IN_ADDRESS);
        }
        headers.putInt(
                slot * Layouts.MMSGHDR_SIZE + Layouts.MSGHDR_NAME_LENGTH,
                ipv6 ? Layouts.SOCKADDR_IN6_SIZE : Layouts.SOCKADDR_IN_SIZE);
    }

    /// The source address of the last message, in place of the one that the kernel would choose. At
    /// most once for a message.
    ///
    /// @param octets of the address in `from`: 4 or 16
    public void source(byte[] from, int offset, int octets) {
        if (octets == 16) {
            int body = control(Layouts.SOL_IPV6, Layouts.IPV6_PKTINFO, Layouts.IN6_PKTINFO_SIZE);
            controls.copyFrom(from, offset, octets, body);
            controls.putInt(body + Layouts.IN6_PKTINFO_INTERFACE, 0);
        } else {
            int body = control(Layouts.SOL_IP, Layouts.IP_PKTINFO, Layouts.IN_PKTINFO_SIZE);
            controls.putInt(body, 0);
            controls.copyFrom(from, offset, octets, body + Layouts.IN_PKTINFO_SOURCE);
            controls.putInt(body + Layouts.IN_PKTINFO_DESTINATION, 0);
        }
    }

    /// TOS or traffic class of the last message, 0..255. After [#destination], at most once for a
    /// message.
    public void trafficClass(int value) {
        boolean ipv6 = addresses.getShort(at(last()) + Layouts.SOCKADDR_FAMILY) == Layouts.AF_INET6;
        int body =
                ipv6
                        ? control(Layouts.SOL_IPV6, Layouts.IPV6_TCLASS, 4)
                        : control(Layouts.SOL_IP, Layouts.IP_TOS, 4);
        controls.putInt(body, value);
    }

    /// The last message is several datagrams of so many octets each; the last of them may be
    /// shorter. At most [#MAXIMUM_SEGMENTS]. Where UDP_SEGMENT was refused they are sent one by
    /// one.
    public void segmentSize(int octets) {
        segmentSizes[last()] = octets;
    }

    /// Of a message, in octets.
    public int length(int slot) {
        return lengths[slot];
    }

    /// Whether [MessageSocket#send] has nothing left to do for this batch.
    public boolean isDone() {
        return next == size;
    }

    /// How many messages the kernel refused.
    public int failures() {
        return failed;
    }

    /// Why the kernel refused this message, as in errno(3); 0 when it did not.
    public int failure(int slot) {
        return failures[slot];
    }

    @Override
    public void close() {
        headers.close();
        pieces.close();
        addresses.close();
        controls.close();
        data.close();
    }

    int next() {
        return next;
    }

    /// How many messages from [#next] on go by one call: all, or those before the first that has to
    /// be split; 0 when it is the first.
    int run(boolean segmentation) {
        int end = next;
        while (end < size && (segmentation || !hasSegments(end))) {
            end++;
        }
        return end - next;
    }

    boolean hasSegments(int slot) {
        return segmentSizes[slot] > 0 && segmentSizes[slot] < lengths[slot];
    }

    /// Completes the headers of `count` messages from [#next] on.
    ///
    /// @return the address of the first of them
    long headersFromNext(int count) {
        for (int slot = next; slot < next + count; slot++) {
            int header = slot * Layouts.MMSGHDR_SIZE;
            int iov = slots * IOVECS + slot * Layouts.IOVEC_SIZE;
            headers.putLong(iov, data.address() + starts[slot]);
            headers.putLong(iov + Layouts.IOVEC_LENGTH, lengths[slot]);
            int length = controlLengths[slot];
            if (hasSegments(slot)) {
                int at = slot * CONTROL + length;
                putControl(at, Layouts.SOL_UDP, Layouts.UDP_SEGMENT, 2);
                controls.putShort(at + Layouts.CMSG_HEADER, (short) segmentSizes[slot]);
                length += Layouts.controlSpace(2);
            }
            headers.putLong(header + Layouts.MSGHDR_CONTROL_LENGTH, length);
        }
        return headers.address() + (long) next * Layouts.MMSGHDR_SIZE;
    }

    /// Writes headers for the segments of the message at [#next] that were not yet sent.
    ///
    /// @return how many; they stand at [#pieces]
    int splitNext() {
        int header = next * Layouts.MMSGHDR_SIZE;
        int count = 0;
        for (int sent = octetsOfNext;
                sent < lengths[next] && count < MAXIMUM_SEGMENTS;
                sent += segmentSizes[next]) {
            int piece = count * Layouts.MMSGHDR_SIZE;
            int iov = MAXIMUM_SEGMENTS * IOVECS + count * Layouts.IOVEC_SIZE;
            pieces.putLong(
                    piece + Layouts.MSGHDR_NAME, headers.getLong(header + Layouts.MSGHDR_NAME));
            pieces.putInt(
                    piece + Layouts.MSGHDR_NAME_LENGTH,
                    headers.getInt(header + Layouts.MSGHDR_NAME_LENGTH));
            pieces.putLong(
                    piece + Layouts.MSGHDR_CONTROL,
                    headers.getLong(header + Layouts.MSGHDR_CONTROL));
            pieces.putLong(piece + Layouts.MSGHDR_CONTROL_LENGTH, controlLengths[next]);
            pieces.putLong(iov, data.address() + starts[next] + sent);
            pieces.putLong(
                    iov + Layouts.IOVEC_LENGTH, Math.min(segmentSizes[next], lengths[next] - sent));
            count++;
        }
        return count;
    }

    long pieces() {
        return pieces.address();
    }

    /// @param count messages from [#next] on were taken
    void sent(int count) {
        next += count;
        octetsOfNext = 0;
    }

    /// @param count segments of the message at [#next] were taken
    void sentPieces(int count) {
        octetsOfNext += count * segmentSizes[next];
        if (octetsOfNext >= lengths[next]) {
            sent(1);
        }
    }

    /// The message at [#next] was refused, what is left of it.
    void fail(int errno) {
        failures[next] = errno;
        failed++;
        sent(1);
    }

    private int control(int level, int type, int octets) {
        int slot = last();
        int at = slot * CONTROL + controlLengths[slot];
        if (controlLengths[slot] + Layouts.controlSpace(octets) + Layouts.controlSpace(2)
                > CONTROL) {
            throw new IllegalStateException("source or traffic class were said before");
        }
        putControl(at, level, type, octets);
        controlLengths[slot] += Layouts.controlSpace(octets);
        return at + Layouts.CMSG_HEADER;
    }

    private void putControl(int at, int level, int type, int octets) {
        controls.putLong(at, Layouts.CMSG_HEADER + octets);
        controls.putInt(at + Layouts.CMSG_LEVEL, level);
        controls.putInt(at + Layouts.CMSG_TYPE, type);
    }

    private int last() {
        if (size == 0) {
            throw new IllegalStateException("no message was added");
        }
        return size - 1;
    }

    private static void prepare(NativeBuffer headers, int count, int slot) {
        int header = slot * Layouts.MMSGHDR_SIZE;
        headers.putLong(
                header + Layouts.MSGHDR_IOV,
                headers.address() + count * IOVECS + slot * Layouts.IOVEC_SIZE);
        headers.putLong(header + Layouts.MSGHDR_IOV_COUNT, 1);
    }

    private static int at(int slot) {
        return slot * Layouts.SOCKADDR_SLOT;
    }
}
