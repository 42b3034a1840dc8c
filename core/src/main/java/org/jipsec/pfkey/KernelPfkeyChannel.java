package org.jipsec.pfkey;

import org.jipsec.os.KeySocket;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;

/// The PF_KEY of the kernel of the network namespace of the thread that opens it.
public final class KernelPfkeyChannel implements PfkeyChannel {
    /// Room for what others do while we read a dump, and for the answers to all that a
    /// [PfkeyBackend] asks before it reads: some 1.3 KB each, as Linux counts.
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    private final KeySocket socket;
    private final Poller poller;
    private final int window;
    private final ReentrantLock receiving = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private volatile boolean closed;

    /// Taken from the socket when asked whether it is there. Of the thread that receives.
    private byte @Nullable [] ahead;

    /// More than Linux counts for an answer in the buffer.
    private static final int OF_AN_ANSWER = 4096;

    private KernelPfkeyChannel(KeySocket socket, Poller poller) throws OsException {
        this.socket = socket;
        this.poller = poller;
        this.window = Math.max(1, socket.receiveBuffer() / OF_AN_ANSWER);
        poller.add(socket, true, false);
    }

    /// @throws OsException this kernel has no PF_KEY, or we may not use it; its message says what
    ///     can be done about it
    public static KernelPfkeyChannel open() throws OsException {
        return over(KeySocket.open(RECEIVE_BUFFER));
    }

    /// @param socket closed with the channel, or when this fails
    static KernelPfkeyChannel over(KeySocket socket) throws OsException {
        Poller poller = null;
        try {
            poller = Poller.create(1);
            return new KernelPfkeyChannel(socket, poller);
        } catch (OsException refused) {
            if (poller != null) {
                poller.close();
            }
            socket.close();
            throw refused;
        }
    }

    @Override
    public int window() {
        return window;
    }

    /// What is sent has been dealt with, and its answer is there to be received.
    @Override
    public void send(ByteBuffer messages) throws IOException {
        sending.lock();
        try {
            refuseClosed();
            while (messages.hasRemaining()) {
                int length = PfkeyCodec.declaredLength(messages);
                socket.send(messages.slice(messages.position(), length));
                messages.position(messages.position() + length);
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        receiving.lock();
        try {
            byte[] next = ahead;
            ahead = null;
            while (next == null) {
                refuseClosed();
                next = socket.receive();
                if (next == null) {
                    poller.await(Poller.FOREVER);
                }
            }
            return whole(next);
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public boolean hasReceived() {
        receiving.lock();
        try {
            if (ahead == null && !closed) {
                ahead = socket.receive();
            }
            return ahead != null;
        } catch (OsException broken) {
            return false; // which the next receive will say
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        poller.wake();
        receiving.lock();
        sending.lock();
        try {
            poller.close();
            socket.close();
        } finally {
            sending.unlock();
            receiving.unlock();
        }
    }

    private void refuseClosed() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /// One read is one message; what stands behind it by its own account is no part of it.
    private static ByteBuffer whole(byte[] octets) throws ProtocolException {
        ByteBuffer message = ByteBuffer.wrap(octets);
        int length = octets.length < PfkeyCodec.HEADER ? 0 : PfkeyCodec.declaredLength(message);
        if (length < PfkeyCodec.HEADER || length > octets.length) {
            throw new ProtocolException(
                    "the kernel sent " + octets.length + " octets that are no message of PF_KEY");
        }
        return message.limit(length);
    }
}
