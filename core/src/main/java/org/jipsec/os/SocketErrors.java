package org.jipsec.os;

import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads the error queue of a socket (IP_RECVERR, IPV6_RECVERR).
final class SocketErrors implements AutoCloseable {
    private static final int PAYLOAD = 128;
    private static final int CONTROL = 512;
    private static final int NAME = Layouts.MSGHDR_SIZE + Layouts.IOVEC_SIZE;
    private static final int PAYLOAD_AT = NAME + Layouts.SOCKADDR_SLOT;
    private static final int CONTROL_AT = PAYLOAD_AT + PAYLOAD;

    private final NativeBuffer memory = NativeBuffer.ofSize(CONTROL_AT + CONTROL);
    private final ControlReader reader = new ControlReader();

    SocketErrors() {
        memory.putLong(Layouts.MSGHDR_NAME, memory.address() + NAME);
        memory.putLong(Layouts.MSGHDR_IOV, memory.address() + Layouts.MSGHDR_SIZE);
        memory.putLong(Layouts.MSGHDR_IOV_COUNT, 1);
        memory.putLong(Layouts.MSGHDR_CONTROL, memory.address() + CONTROL_AT);
        memory.putLong(Layouts.MSGHDR_SIZE, memory.address() + PAYLOAD_AT);
        memory.putLong(Layouts.MSGHDR_SIZE + Layouts.IOVEC_LENGTH, PAYLOAD);
    }

    /// @param protocol of the socket
    /// @param most how many entries at most
    /// @return how many were taken from the queue
    int drain(Descriptor socket, int protocol, int most, Consumer<SocketError> consumer)
            throws OsException {
        int number = socket.number();
        int count = 0;
        while (count < most) {
            memory.putInt(Layouts.MSGHDR_NAME_LENGTH, Layouts.SOCKADDR_SLOT);
            memory.putLong(Layouts.MSGHDR_CONTROL_LENGTH, CONTROL);
            long result =
                    Libc.recvmsg(
                            number, memory.address(), Layouts.MSG_ERRQUEUE | Layouts.MSG_DONTWAIT);
            if (result >= 0) {
                count++;
                read((int) memory.getLong(Layouts.MSGHDR_CONTROL_LENGTH), (int) result, protocol)
                        .ifPresent(consumer);
                continue;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return count;
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("recvmsg", socket + ", MSG_ERRQUEUE", errno);
            }
        }
        return count;
    }

    /// @param controlLength octets of control messages
    /// @param quoted octets of payload
    private Optional<SocketError> read(int controlLength, int quoted, int protocol) {
        reader.start(memory, CONTROL_AT, controlLength);
        while (reader.next()) {
            boolean error =
                    (reader.level() == Layouts.SOL_IP && reader.type() == Layouts.IP_RECVERR)
                            || (reader.level() == Layouts.SOL_IPV6
                                    && reader.type() == Layouts.IPV6_RECVERR);
            if (error && reader.length() >= Layouts.EXTENDED_ERROR_SIZE) {
                byte[] payload = new byte[Math.min(quoted, PAYLOAD)];
                memory.copyTo(PAYLOAD_AT, payload, 0, payload.length);
                return address(memory, NAME, Layouts.SOCKADDR_SLOT)
                        .map(destination -> error(destination, protocol, Bytes.of(payload)));
            }
        }
        return Optional.empty();
    }

    private SocketError error(InetAddress destination, int protocol, Bytes quoted) {
        int body = reader.body();
        int errno = memory.getInt(body);
        SocketError.Origin origin =
                switch (memory.get(body + Layouts.EXTENDED_ERROR_ORIGIN)) {
                    case 1 -> SocketError.Origin.LOCAL;
                    case 2 -> SocketError.Origin.ICMP;
                    case 3 -> SocketError.Origin.ICMPV6;
                    default -> SocketError.Origin.OTHER;
                };
        return new SocketError(
                destination,
                memory.getNetworkShort(NAME + Layouts.SOCKADDR_PORT),
                errno,
                errno == ErrorNumber.EMSGSIZE.number()
                        ? memory.getInt(body + Layouts.EXTENDED_ERROR_INFO)
                        : 0,
                origin,
                memory.get(body + Layouts.EXTENDED_ERROR_TYPE) & 0xff,
                memory.get(body + Layouts.EXTENDED_ERROR_CODE) & 0xff,
                address(
                        memory,
                        body + Layouts.EXTENDED_ERROR_SIZE,
                        reader.length() - Layouts.EXTENDED_ERROR_SIZE),
                protocol,
                quoted);
    }

    private static Optional<InetAddress> address(NativeBuffer from, int at, int octets) {
        if (octets < Layouts.SOCKADDR_IN_SIZE) {
            return Optional.empty();
        }
        int family = from.getShort(at + Layouts.SOCKADDR_FAMILY);
        if (family == Layouts.AF_INET) {
            return Optional.of(address(from, at + Layouts.SOCKADDR_IN_ADDRESS, new byte[4]));
        }
        if (family == Layouts.AF_INET6 && octets >= Layouts.SOCKADDR_IN6_SIZE) {
            return Optional.of(address(from, at + Layouts.SOCKADDR_IN6_ADDRESS, new byte[16]));
        }
        return Optional.empty();
    }

    private static InetAddress address(NativeBuffer from, int at, byte[] octets) {
        from.copyTo(at, octets, 0, octets.length);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(octets.length + " octets of an address", e);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
