package org.jipsec.os;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// One queue of a [Tun]: packets, each behind its virtio header. For one reading and one writing
/// thread.
public final class TunQueue extends Descriptor {
    /// No packet is there, or there is no room for one.
    public static final int WOULD_BLOCK = -1;

    /// The kernel does not take this packet: the device is down, the header makes no sense, or
    /// memory is short. The next one may do.
    public static final int REFUSED = -2;

    private int refusal;

    TunQueue(int number, String device) {
        super(number, device);
    }

    /// Reads one header and packet. What does not fit in `octets` is cut off.
    ///
    /// @return how many octets, or [#WOULD_BLOCK]
    /// @throws OsException EBADFD when the device was deleted
    public int read(NativeBuffer buffer, int offset, int octets) throws OsException {
        int number = number();
        long address = buffer.address(offset, octets);
        while (true) {
            long count = Libc.read(number, address, octets);
            if (count >= 0) {
                return (int) count;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return WOULD_BLOCK;
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("read", name(), errno);
            }
        }
    }

    /// Writes one header and packet.
    ///
    /// @return `octets`, [#WOULD_BLOCK], or [#REFUSED]
    /// @throws OsException EBADFD when the device was deleted
    public int write(NativeBuffer buffer, int offset, int octets) throws OsException {
        return write(buffer.address(offset, octets), octets);
    }

    /// Likewise from memory outside the heap that the caller keeps alive.
    public int write(MemorySegment memory, int octets) throws OsException {
        Objects.checkFromIndexSize(0, octets, memory.byteSize());
        return write(memory.address(), octets);
    }

    private int write(long address, int octets) throws OsException {
        int number = number();
        while (true) {
            long count = Libc.write(number, address, octets);
            if (count >= 0) {
                return (int) count;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return WOULD_BLOCK;
            }
            if (isAboutThePacket(errno)) {
                refusal = errno;
                return REFUSED;
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("write", name(), errno);
            }
        }
    }

    /// As in errno(3), of the last [#write] that returned [#REFUSED].
    public int refusal() {
        return refusal;
    }

    private static boolean isAboutThePacket(int errno) {
        return errno == ErrorNumber.EIO.number()
                || errno == ErrorNumber.EINVAL.number()
                || errno == ErrorNumber.ENOMEM.number()
                || errno == ErrorNumber.ENOBUFS.number();
    }
}
