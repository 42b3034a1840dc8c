package org.jipsec.os;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A TUN device of this network namespace: what the host routes there is read from a [TunQueue],
/// what is written to one the host receives. It is gone when its last queue is closed.
///
/// Every packet has a virtio header of [#HEADER] octets in front (struct virtio_net_hdr, numbers
/// little-endian), whatever offloads were granted.
public final class Tun implements AutoCloseable {
    /// Octets of the virtio header before each packet.
    public static final int HEADER = Layouts.VIRTIO_HEADER_SIZE;

    /// The longest name of a device.
    public static final int MAXIMUM_NAME = Layouts.IFREQ_NAME_SIZE - 1;

    private static final String DEVICE = "/dev/net/tun";

    private final String name;
    private final List<TunQueue> queues;
    private final Set<Offload> granted;
    private final FileDescriptor requests;
    private final int index;

    private Tun(
            String name,
            List<TunQueue> queues,
            Set<Offload> granted,
            FileDescriptor requests,
            int index) {
        this.name = name;
        this.queues = List.copyOf(queues);
        this.granted = granted;
        this.requests = requests;
        this.index = index;
    }

    /// Makes the device, in the network namespace of the calling thread, down and without address.
    ///
    /// @param name of the device; it must not exist yet
    /// @param count of queues, 1 or more
    /// @param wanted of the offloads, those of TUN; what is refused is done without
    /// @throws OsException EBUSY when there is a device of that name, EPERM without CAP_NET_ADMIN,
    ///     ENOENT without the module tun, EINVAL for a name that no device can have
    public static Tun create(String name, int count, Set<Offload> wanted) throws OsException {
        if (name.isEmpty()
                || name.length() > MAXIMUM_NAME
                || !name.chars().allMatch(Tun::canStandInAName)) {
            throw new OsException(
                    "TUNSETIFF", name, ErrorNumber.EINVAL, "not the name of a device");
        }
        if (count < 1) {
            throw new IllegalArgumentException(count + " queues");
        }
        List<TunQueue> queues = new ArrayList<>();
        FileDescriptor requests = FileDescriptor.forDeviceRequests();
        try {
            for (int i = 0; i < count; i++) {
                TunQueue queue = new TunQueue(Call.open(DEVICE, queueFlags()), name);
                queues.add(queue);
                attach(queue, name, i == 0, count > 1);
            }
            TunQueue first = queues.getFirst();
            Set<Offload> granted =
                    TunOffloads.negotiate(wanted, flags -> grantsOffload(first, flags));
            int index = request(requests, "SIOCGIFINDEX", Layouts.SIOCGIFINDEX, name, 0);
            return new Tun(name, queues, granted, requests, index);
        } catch (OsException e) {
            queues.forEach(TunQueue::close);
            requests.close();
            throw e;
        }
    }

    public String name() {
        return name;
    }

    /// The kernel's number for the device.
    public int interfaceIndex() {
        return index;
    }

    public List<TunQueue> queues() {
        return queues;
    }

    public Set<Offload> granted() {
        return granted;
    }

    /// @throws OsException ENODEV when the device was deleted
    public int mtu() throws OsException {
        return request(requests, "SIOCGIFMTU", Layouts.SIOCGIFMTU, name, 0);
    }

    /// @param octets of an IP packet, at least 68, for IPv6 1280
    public void setMtu(int octets) throws OsException {
        request(requests, "SIOCSIFMTU", Layouts.SIOCSIFMTU, name, octets);
    }

    public boolean isUp() throws OsException {
        return (flags() & Layouts.IFF_UP) != 0;
    }

    public void setUp(boolean up) throws OsException {
        int flags = flags();
        int wanted = up ? flags | Layouts.IFF_UP : flags & ~Layouts.IFF_UP;
        request(requests, "SIOCSIFFLAGS", Layouts.SIOCSIFFLAGS, name, wanted & 0xffff);
    }

    /// How many packets may wait to be read, in each queue; 500 when nobody says.
    public void setQueueLength(int packets) throws OsException {
        request(requests, "SIOCSIFTXQLEN", Layouts.SIOCSIFTXQLEN, name, packets);
    }

    @Override
    public void close() {
        queues.forEach(TunQueue::close);
        requests.close();
    }

    private static int queueFlags() throws OsException {
        Platform.require();
        return Layouts.O_RDWR | Layouts.O_NONBLOCK;
    }

    private static boolean canStandInAName(int character) {
        return character > ' ' && character < 0x7f && character != '/' && character != ':';
    }

    private static void attach(TunQueue queue, String name, boolean first, boolean several)
            throws OsException {
        int flags = Layouts.IFF_TUN | Layouts.IFF_NO_PI | Layouts.IFF_VNET_HDR;
        if (several) {
            flags |= Layouts.IFF_MULTI_QUEUE;
        }
        if (first) {
            flags |= Layouts.IFF_TUN_EXCL; // two processes must never share the device
        }
        request(queue, "TUNSETIFF", Layouts.TUNSETIFF, name, flags & 0xffff);
        try (NativeBuffer size = NativeBuffer.ofSize(4)) {
            size.putInt(0, HEADER);
            Call.ioctl(queue, "TUNSETVNETHDRSZ", Layouts.TUNSETVNETHDRSZ, size.address(), name);
        }
    }

    private static boolean grantsOffload(TunQueue queue, int flags) throws OsException {
        try {
            Call.ioctl(queue, "TUNSETOFFLOAD", Layouts.TUNSETOFFLOAD, flags, queue.name());
            return true;
        } catch (OsException e) {
            if (e.is(ErrorNumber.EINVAL)) {
                return false;
            }
            throw e;
        }
    }

    private int flags() throws OsException {
        return request(requests, "SIOCGIFFLAGS", Layouts.SIOCGIFFLAGS, name, 0) & 0xffff;
    }

    /// A request that takes or gives a struct ifreq with one number.
    private static int request(
            Descriptor descriptor, String request, long code, String name, int value)
            throws OsException {
        try (NativeBuffer ifreq = NativeBuffer.ofSize(Layouts.IFREQ_SIZE)) {
            byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
            ifreq.copyFrom(octets, 0, octets.length, 0);
            ifreq.putInt(Layouts.IFREQ_VALUE, value);
            Call.ioctl(descriptor, request, code, ifreq.address(), name);
            return ifreq.getInt(Layouts.IFREQ_VALUE);
        }
    }
}
