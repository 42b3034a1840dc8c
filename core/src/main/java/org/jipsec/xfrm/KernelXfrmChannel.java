package org.jipsec.xfrm;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.os.XfrmSocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The kernel of the network namespace of the thread that opens it.
final class KernelXfrmChannel implements XfrmChannel {
    private final XfrmSocket socket;
    private final byte[] octets = new byte[MAXIMUM];

    private KernelXfrmChannel(XfrmSocket socket) {
        this.socket = socket;
    }

    /// @param receiveBuffer in octets
    static KernelXfrmChannel open(int receiveBuffer) throws IOException {
        return new KernelXfrmChannel(XfrmSocket.open(receiveBuffer));
    }

    @Override
    public int port() {
        return socket.port();
    }

    @Override
    public void join(int group) throws IOException {
        socket.join(group);
    }

    @Override
    public void send(ByteBuffer messages) throws IOException {
        int length = messages.remaining();
        messages.get(octets, 0, length);
        try {
            socket.send(octets, length);
        } finally {
            Arrays.fill(octets, 0, length, (byte) 0);
        }
    }

    @Override
    public Reception receive(int milliseconds) throws IOException {
        try {
            byte[] come = socket.receive(milliseconds);
            return come == null
                    ? new Reception.Nothing()
                    : new Reception.Datagram(ByteBuffer.wrap(come));
        } catch (OsException e) {
            if (e.is(ErrorNumber.ENOBUFS)) {
                return new Reception.Overrun();
            }
            throw e;
        }
    }

    @Override
    public void wake() {
        socket.wake();
    }

    @Override
    public void close() {
        socket.close();
    }
}
