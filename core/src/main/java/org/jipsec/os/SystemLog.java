package org.jipsec.os;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The socket of the system's log, by default `/dev/log` (RFC 3164 as syslog(3) speaks it). Nothing
/// sent there ever waits: what nobody takes is lost.
public final class SystemLog extends Descriptor {
    public static final String SOCKET = "/dev/log";

    private static final int LARGEST = 8192;

    private final NativeBuffer out = NativeBuffer.ofSize(LARGEST);

    private SystemLog(int number, String path) {
        super(number, path);
    }

    /// @param path of a UNIX datagram socket
    /// @throws OsException ENOENT, ECONNREFUSED when no log daemon is there
    public static SystemLog open(String path) throws OsException {
        Platform.require();
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= Layouts.SOCKADDR_UN_SIZE - Layouts.SOCKADDR_UN_PATH) {
            throw new OsException("connect", path, ErrorNumber.ENAMETOOLONG.number());
        }
        SystemLog log = new SystemLog(Call.socket(Layouts.AF_UNIX, Layouts.SOCK_DGRAM, 0), path);
        try (NativeBuffer address = NativeBuffer.ofSize(Layouts.SOCKADDR_UN_SIZE)) {
            address.putShort(Layouts.SOCKADDR_FAMILY, (short) Layouts.AF_UNIX);
            address.copyFrom(name, 0, name.length, Layouts.SOCKADDR_UN_PATH);
            int size = Layouts.SOCKADDR_UN_PATH + name.length + 1;
            if (Libc.connect(log.number(), address.address(), size) < 0) {
                int errno = Libc.errno();
                log.close();
                throw new OsException("connect", path, errno);
            }
        }
        return log;
    }

    /// Sends one message, cut where it is too long. Not by two threads at once.
    ///
    /// @return why it was lost; empty when it was not
    public Optional<OsException> send(String message) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(octets.length, LARGEST);
        out.copyFrom(octets, 0, length, 0);
        try {
            int flags = Layouts.MSG_DONTWAIT | Layouts.MSG_NOSIGNAL;
            while (Libc.send(number(), out.address(), length, flags) < 0) {
                if (!Call.isInterrupted()) {
                    return Optional.of(new OsException("send", name(), Libc.errno()));
                }
            }
            return Optional.empty();
        } catch (OsException closed) {
            return Optional.of(closed);
        }
    }

    @Override
    public void close() {
        super.close();
        out.close();
    }
}
