package org.jipsec.os;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/// The C library's system calls, by JNA direct mapping. Addresses are `long`s: those of
/// [NativeBuffer]s. Each returns -1 on failure; [#errno] then says why, on the same thread.
///
/// Initialising this class loads JNA: only behind [Platform#require].
final class Libc {
    static {
        // "this process": whichever C library is already there, glibc's or another
        Native.register(Libc.class, NativeLibrary.getProcess());
    }

    private Libc() {}

    /// Initialises the class.
    static void load() {}

    /// Of the last call on this thread that failed.
    static int errno() {
        return Native.getLastError();
    }

    static native int open(String path, int flags);

    static native int close(int fd);

    static native long read(int fd, long buffer, long octets);

    static native long write(int fd, long buffer, long octets);

    static native int ioctl(int fd, long request, long argument);

    static native int poll(long descriptors, long count, int milliseconds);

    static native int eventfd(int initial, int flags);

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, long address, int octets);

    static native int connect(int fd, long address, int octets);

    static native int getsockname(int fd, long address, long octets);

    static native int setsockopt(int fd, int level, int option, long value, int octets);

    static native int getsockopt(int fd, int level, int option, long value, long octets);

    static native long send(int fd, long buffer, long octets, int flags);

    static native long recv(int fd, long buffer, long octets, int flags);

    static native long recvmsg(int fd, long header, int flags);

    static native int sendmmsg(int fd, long headers, int count, int flags);

    static native int recvmmsg(int fd, long headers, int count, int flags, long timeout);

    static native int setns(int fd, int type);

    static native int unshare(int flags);

    static native long signal(int number, long handler);
}
