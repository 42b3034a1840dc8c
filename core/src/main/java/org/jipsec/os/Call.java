package org.jipsec.os;

/// System calls off the hot path: repeated when interrupted, refusals as [OsException].
final class Call {
    private Call() {}

    static int open(String path, int flags) throws OsException {
        int number;
        do {
            number = Libc.open(path, flags | Layouts.O_CLOEXEC);
        } while (number < 0 && isInterrupted());
        if (number < 0) {
            throw new OsException("open", path, Libc.errno());
        }
        return number;
    }

    /// Close-on-exec and nonblocking.
    static int socket(int family, int type, int protocol) throws OsException {
        int number = Libc.socket(family, type | Layouts.O_CLOEXEC | Layouts.O_NONBLOCK, protocol);
        if (number < 0) {
            throw new OsException(
                    "socket",
                    "%s, %s, %d".formatted(familyName(family), typeName(type), protocol),
                    Libc.errno());
        }
        return number;
    }

    /// @param request name of `code`, for errors
    /// @param subject what the request is about, for errors
    static void ioctl(Descriptor descriptor, String request, long code, long value, String subject)
            throws OsException {
        int number = descriptor.number();
        int result;
        do {
            result = Libc.ioctl(number, code, value);
        } while (result < 0 && isInterrupted());
        if (result < 0) {
            throw new OsException(request, subject, Libc.errno());
        }
    }

    /// @param option name of `code`, for errors
    static void setOption(Descriptor socket, String option, int level, int code, int value)
            throws OsException {
        try (NativeBuffer buffer = NativeBuffer.ofSize(4)) {
            buffer.putInt(0, value);
            if (Libc.setsockopt(socket.number(), level, code, buffer.address(), 4) < 0) {
                throw new OsException(
                        "setsockopt",
                        "%s, %s = %s".formatted(socket.name(), option, unsigned(value)),
                        Libc.errno());
            }
        }
    }

    /// Beyond net.core.rmem_max where that is allowed, else as far as it.
    static void enlargeReceiveBuffer(Descriptor socket, int octets) throws OsException {
        try {
            setOption(socket, "SO_RCVBUFFORCE", Layouts.SOL_SOCKET, Layouts.SO_RCVBUFFORCE, octets);
        } catch (OsException e) {
            if (!e.is(ErrorNumber.EPERM)) {
                throw e;
            }
            setOption(socket, "SO_RCVBUF", Layouts.SOL_SOCKET, Layouts.SO_RCVBUF, octets);
        }
    }

    static int getOption(Descriptor socket, String option, int level, int code) throws OsException {
        try (NativeBuffer buffer = NativeBuffer.ofSize(8)) {
            buffer.putInt(4, 4);
            if (Libc.getsockopt(
                            socket.number(), level, code, buffer.address(), buffer.address() + 4)
                    < 0) {
                throw new OsException("getsockopt", socket.name() + ", " + option, Libc.errno());
            }
            return buffer.getInt(0);
        }
    }

    static boolean isInterrupted() {
        return Libc.errno() == ErrorNumber.EINTR.number();
    }

    private static String unsigned(int value) {
        return Integer.toUnsignedString(value);
    }

    private static String familyName(int family) {
        return switch (family) {
            case Layouts.AF_INET -> "AF_INET";
            case Layouts.AF_INET6 -> "AF_INET6";
            case Layouts.AF_KEY -> "PF_KEY";
            case Layouts.AF_NETLINK -> "AF_NETLINK";
            default -> Integer.toString(family);
        };
    }

    private static String typeName(int type) {
        return switch (type) {
            case Layouts.SOCK_DGRAM -> "SOCK_DGRAM";
            case Layouts.SOCK_RAW -> "SOCK_RAW";
            default -> Integer.toString(type);
        };
    }
}
