package org.jipsec.os;

/// Where one recvmmsg(2) puts its datagrams and what is told about them. Made once, used again and
/// again by one thread; asking about a slot makes no objects.
///
/// Addresses are told as octets, 4 or 16 of them by [#isIpv6].
public final class ReceiveBatch implements AutoCloseable {
    /// What is told of a number that did not come with the datagram.
    public static final int NOT_TOLD = -1;

    private static final int CONTROL = 512;
    private static final int EXTENSIONS = 8;

    private final int slots;
    private final int octets;
    private final NativeBuffer headers;
    private final NativeBuffer addresses;
    private final NativeBuffer controls;
    private final NativeBuffer data;
    private final ControlReader reader = new ControlReader();
    private final int[] lengths;
    private final int[] flags;
    private final int[] destinations;
    private final int[] interfaces;
    private final int[] trafficClasses;
    private final int[] hopLimits;
    private final int[] flowLabels;
    private final int[] segmentSizes;
    private final int[] extensionCounts;
    private final int[] extensionPositions;
    private int size;
    private int used;
    private int dropped;

    /// @param slots how many datagrams at most in one call
    /// @param octets of the largest datagram; with [Offload#UDP_GRO] 65536
    public ReceiveBatch(int slots, int octets) {
        this.slots = slots;
        this.octets = octets;
        headers = NativeBuffer.ofSize(slots * (Layouts.MMSGHDR_SIZE + Layouts.IOVEC_SIZE));
        addresses = NativeBuffer.ofSize(slots * Layouts.SOCKADDR_SLOT);
        controls = NativeBuffer.ofSize(slots * CONTROL);
        data = NativeBuffer.ofSize(Math.multiplyExact(slots, octets));
        lengths = new int[slots];
        flags = new int[slots];
        destinations = new int[slots];
        interfaces = new int[slots];
        trafficClasses = new int[slots];
        hopLimits = new int[slots];
        flowLabels = new int[slots];
        segmentSizes = new int[slots];
        extensionCounts = new int[slots];
        extensionPositions = new int[slots * EXTENSIONS];
        used = slots;
        for (int i = 0; i < slots; i++) {
            int header = i * Layouts.MMSGHDR_SIZE;
            int iov = slots * Layouts.MMSGHDR_SIZE + i * Layouts.IOVEC_SIZE;
            headers.putLong(header + Layouts.MSGHDR_NAME, addresses.address() + at(i));
            headers.putLong(header + Layouts.MSGHDR_IOV, headers.address() + iov);
            headers.putLong(header + Layouts.MSGHDR_IOV_COUNT, 1);
            headers.putLong(
                    header + Layouts.MSGHDR_CONTROL, controls.address() + (long) i * CONTROL);
            headers.putLong(iov, data.address() + position(i));
            headers.putLong(iov + Layouts.IOVEC_LENGTH, octets);
        }
    }

    public int slots() {
        return slots;
    }

    /// How many datagrams the last receive brought.
    public int size() {
        return size;
    }

    /// All datagrams; that of a slot starts at [#position].
    public NativeBuffer data() {
        return data;
    }

    public int position(int slot) {
        return slot * octets;
    }

    /// In octets, of the datagram as far as it fitted.
    public int length(int slot) {
        return lengths[slot];
    }

    /// Whether the datagram was longer than the slot, or what is told about it longer than we hold.
    public boolean isTruncated(int slot) {
        return (flags[slot] & (Layouts.MSG_TRUNC | Layouts.MSG_CTRUNC)) != 0;
    }

    /// Copies octets of a datagram.
    ///
    /// @param from counted in the datagram
    public void copy(int slot, int from, byte[] target, int start, int count) {
        data.copyTo(position(slot) + from, target, start, count);
    }

    public boolean isIpv6(int slot) {
        return family(slot) == Layouts.AF_INET6;
    }

    /// Copies the 4 or 16 octets of the sender's address.
    public void copySource(int slot, byte[] target, int start) {
        boolean ipv6 = isIpv6(slot);
        int field = ipv6 ? Layouts.SOCKADDR_IN6_ADDRESS : Layouts.SOCKADDR_IN_ADDRESS;
        addresses.copyTo(at(slot) + field, target, start, ipv6 ? 16 : 4);
    }

    /// Of UDP; of raw sockets 0.
    public int sourcePort(int slot) {
        return addresses.getNetworkShort(at(slot) + Layouts.SOCKADDR_PORT);
    }

    /// False only where the socket was not asked to tell the destination.
    public boolean hasDestination(int slot) {
        return destinations[slot] >= 0;
    }

    /// Copies the 4 or 16 octets of the address it was sent to.
    public void copyDestination(int slot, byte[] target, int start) {
        controls.copyTo(destinations[slot], target, start, isIpv6(slot) ? 16 : 4);
    }

    /// The device it came in by, or 0.
    public int interfaceIndex(int slot) {
        return interfaces[slot];
    }

    /// TOS or traffic class, DSCP and ECN: 0..255, or [#NOT_TOLD].
    public int trafficClass(int slot) {
        return trafficClasses[slot];
    }

    /// Of raw IPv6 sockets: 0..255; else [#NOT_TOLD].
    public int hopLimit(int slot) {
        return hopLimits[slot];
    }

    /// Of raw IPv6 sockets: 20 bits, 0 when it has none.
    public int flowLabel(int slot) {
        return flowLabels[slot];
    }

    /// Of UDP with [Offload#UDP_GRO]: each of the datagrams that came as one has so many octets,
    /// the last one may have fewer. Otherwise [#length].
    public int segmentSize(int slot) {
        return segmentSizes[slot];
    }

    /// Of raw IPv6 sockets: how many extension headers stood before the payload. Only those that
    /// RFC 8200 has for the destination or the way: hop-by-hop, routing, destination options.
    public int extensions(int slot) {
        return extensionCounts[slot];
    }

    /// Its protocol number: 0, 43 or 60.
    ///
    /// @param number from 0 on, in the order of the packet
    public int extensionType(int slot, int number) {
        return extensionPositions[slot * EXTENSIONS + number] >>> 24;
    }

    /// In octets.
    public int extensionLength(int slot, int number) {
        // the kernel hands out whole headers: their second octet counts them
        return ((controls.get(extension(slot, number) + 1) & 0xff) + 1) * 8;
    }

    /// Copies a whole extension header, its next-header octet as it was on the wire.
    public void copyExtension(int slot, int number, byte[] target, int start) {
        controls.copyTo(extension(slot, number), target, start, extensionLength(slot, number));
    }

    /// How many datagrams this socket has lost for want of receive buffer, since it was opened, as
    /// far as a datagram has told; of the socket last received from. Wraps at 2^32.
    public long dropped() {
        return dropped & 0xffff_ffffL;
    }

    @Override
    public void close() {
        headers.close();
        addresses.close();
        controls.close();
        data.close();
    }

    /// Readies the slots for a call and gives the address of the first header.
    long open() {
        for (int i = 0; i < used; i++) {
            int header = i * Layouts.MMSGHDR_SIZE;
            headers.putInt(header + Layouts.MSGHDR_NAME_LENGTH, Layouts.SOCKADDR_SLOT);
            headers.putLong(header + Layouts.MSGHDR_CONTROL_LENGTH, CONTROL);
        }
        size = 0;
        used = 0;
        return headers.address();
    }

    /// Takes in what a call that began with [#open] has left.
    void fill(int count) {
        size = count;
        used = count;
        for (int i = 0; i < count; i++) {
            int header = i * Layouts.MMSGHDR_SIZE;
            lengths[i] = headers.getInt(header + Layouts.MMSGHDR_LENGTH);
            flags[i] = headers.getInt(header + Layouts.MSGHDR_FLAGS);
            int length = (int) headers.getLong(header + Layouts.MSGHDR_CONTROL_LENGTH);
            readControls(i, i * CONTROL, length);
        }
    }

    private void readControls(int slot, int start, int length) {
        destinations[slot] = NOT_TOLD;
        interfaces[slot] = 0;
        trafficClasses[slot] = NOT_TOLD;
        hopLimits[slot] = NOT_TOLD;
        flowLabels[slot] = 0;
        segmentSizes[slot] = lengths[slot];
        extensionCounts[slot] = 0;
        reader.start(controls, start, length);
        while (reader.next()) {
            int body = reader.body();
            switch (reader.level()) {
                case Layouts.SOL_IP -> readIp(slot, reader.type(), body);
                case Layouts.SOL_IPV6 -> readIpv6(slot, reader.type(), body, reader.length());
                case Layouts.SOL_UDP -> {
                    if (reader.type() == Layouts.UDP_GRO) {
                        segmentSizes[slot] = controls.getInt(body);
                    }
                }
                case Layouts.SOL_SOCKET -> {
                    if (reader.type() == Layouts.SO_RXQ_OVFL) {
                        dropped = controls.getInt(body);
                    }
                }
                default -> {} // of a level that nobody asked for
            }
        }
    }

    private void readIp(int slot, int type, int body) {
        switch (type) {
            case Layouts.IP_PKTINFO -> {
                interfaces[slot] = controls.getInt(body);
                destinations[slot] = body + Layouts.IN_PKTINFO_DESTINATION;
            }
            case Layouts.IP_TOS -> trafficClasses[slot] = controls.get(body) & 0xff;
            default -> {} // not asked for
        }
    }

    private void readIpv6(int slot, int type, int body, int length) {
        switch (type) {
            case Layouts.IPV6_PKTINFO -> {
                destinations[slot] = body;
                interfaces[slot] = controls.getInt(body + Layouts.IN6_PKTINFO_INTERFACE);
            }
            case Layouts.IPV6_TCLASS -> trafficClasses[slot] = controls.getInt(body) & 0xff;
            case Layouts.IPV6_HOPLIMIT -> hopLimits[slot] = controls.getInt(body) & 0xff;
            case Layouts.IPV6_FLOWINFO ->
                    flowLabels[slot] = Integer.reverseBytes(controls.getInt(body)) & 0xfffff;
            case Layouts.IPV6_HOPOPTS -> addExtension(slot, 0, body, length);
            case Layouts.IPV6_RTHDR -> addExtension(slot, 43, body, length);
            case Layouts.IPV6_DSTOPTS -> addExtension(slot, 60, body, length);
            default -> {} // not asked for
        }
    }

    private void addExtension(int slot, int type, int body, int length) {
        if (length < 8
                || ((controls.get(body + 1) & 0xff) + 1) * 8 > length
                || extensionCounts[slot] == EXTENSIONS) {
            flags[slot] |= Layouts.MSG_CTRUNC;
            return;
        }
        extensionPositions[slot * EXTENSIONS + extensionCounts[slot]++] = type << 24 | body;
    }

    private int extension(int slot, int number) {
        return extensionPositions[slot * EXTENSIONS + number] & 0xff_ffff;
    }

    private int family(int slot) {
        return addresses.getShort(at(slot) + Layouts.SOCKADDR_FAMILY) & 0xffff;
    }

    private static int at(int slot) {
        return slot * Layouts.SOCKADDR_SLOT;
    }
}
