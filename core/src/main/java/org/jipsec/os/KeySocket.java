package org.jipsec.os;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// A socket of PF_KEY (RFC 2367) to the kernel's IPsec, of the network namespace of the thread that
/// opens it. Nonblocking: wait with a [Poller]. One thread may receive while another sends.
///
/// Linux does not tell when it has had to drop a message for want of room here. Of a dump it sends
/// no more than there is room for, so only what others do can get lost.
public final class KeySocket extends Descriptor {
    /// What the length field of a message can say, in octets.
    private static final int LARGEST = 0xffff * 8;

    private final NativeBuffer in = NativeBuffer.ofSize(LARGEST);
    private final NativeBuffer out = NativeBuffer.ofSize(LARGEST);

    private KeySocket(int number) {
        super(number, "PF_KEY");
    }

    /// @param receiveBuffer in octets. Beyond net.core.rmem_max only with CAP_NET_ADMIN of the
    ///     first user namespace; without, as much as that allows
    /// @throws OsException that says what is missing and what can be done about it
    public static KeySocket open(int receiveBuffer) throws OsException {
        Platform.require();
        KeySocket socket;
        try {
            socket =
                    new KeySocket(Call.socket(Layouts.AF_KEY, Layouts.SOCK_RAW, Layouts.PF_KEY_V2));
        } catch (OsException refused) {
            throw explained(refused);
        }
        try {
            Call.enlargeReceiveBuffer(socket, receiveBuffer);
            return socket;
        } catch (OsException refused) {
            socket.close();
            throw refused;
        }
    }

    /// Sends one message; the kernel has dealt with it when this returns.
    ///
    /// @param message from its position to its limit, which it leaves behind
    public void send(ByteBuffer message) throws OsException {
        int length = message.remaining();
        if (length > LARGEST) {
            throw new OsException(
                    "send", "PF_KEY, " + length + " octets", ErrorNumber.EMSGSIZE, "");
        }
        out.segment().asByteBuffer().put(message);
        int number = number();
        try {
            while (Libc.send(number, out.address(), length, 0) < 0) {
                if (!Call.isInterrupted()) {
                    throw new OsException("send", "PF_KEY, " + length + " octets", Libc.errno());
                }
            }
        } finally {
            out.fill(0, length); // there may be keys in it
        }
    }

    /// Takes one message and does not wait.
    ///
    /// @return its octets; null when none is there
    /// @throws OsException ENOBUFS when messages were lost
    public byte @Nullable [] receive() throws OsException {
        int number = number();
        while (true) {
            long length =
                    Libc.recv(
                            number,
                            in.address(),
                            LARGEST,
                            Layouts.MSG_DONTWAIT | Layouts.MSG_TRUNC);
            if (length > LARGEST) {
                throw new OsException("recv", "PF_KEY", ErrorNumber.EMSGSIZE, length + " octets");
            }
            if (length >= 0) {
                byte[] octets = new byte[(int) length];
                in.copyTo(0, octets, 0, octets.length);
                in.fill(0, octets.length); // likewise
                return octets;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return null;
            }
            if (errno == ErrorNumber.ENOBUFS.number()) {
                throw new OsException("recv", "PF_KEY", ErrorNumber.ENOBUFS, "answers were lost");
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("recv", "PF_KEY", errno);
            }
        }
    }

    /// What the kernel really set aside, in octets.
    public int receiveBuffer() throws OsException {
        return Call.getOption(this, "SO_RCVBUF", Layouts.SOL_SOCKET, Layouts.SO_RCVBUF);
    }

    @Override
    public void close() {
        super.close();
        in.close();
        out.close();
    }

    static OsException explained(OsException refused) {
        String advice =
                switch (ErrorNumber.numbered(refused.errno()).orElse(null)) {
                    case EAFNOSUPPORT, EPFNOSUPPORT ->
                            "this kernel has no PF_KEY: load its module (modprobe af_key), or use"
                                    + " XFRM (--backend xfrm) or the userspace stack";
                    case EPROTONOSUPPORT, ESOCKTNOSUPPORT ->
                            "this kernel's PF_KEY is not version 2 (RFC 2367)";
                    case EPERM, EACCES ->
                            "needs root, or CAP_NET_ADMIN in the user namespace that owns this"
                                    + " network namespace";
                    case null, default -> "";
                };
        return advice.isEmpty()
                ? refused
                : new OsException(refused.call(), refused.arguments(), refused.errno(), advice);
    }
}
