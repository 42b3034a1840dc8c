package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Two ends in one process with a bounded pipe in each direction, that behave as a socket's do.
public final class MemoryPfkeyChannel implements PfkeyChannel {
    private static final int CAPACITY = 256 * 1024;

    private final Pipe out;
    private final Pipe in;
    private final MessageStream messages;

    private MemoryPfkeyChannel(Pipe out, Pipe in) {
        this.out = out;
        this.in = in;
        this.messages = new MessageStream(in);
    }

    /// What one end sends the other receives.
    public record Pair(PfkeyChannel client, PfkeyChannel service) {}

    public static Pair pair() {
        Pipe there = new Pipe();
        Pipe back = new Pipe();
        return new Pair(new MemoryPfkeyChannel(there, back), new MemoryPfkeyChannel(back, there));
    }

    @Override
    public void send(ByteBuffer octets) throws IOException {
        out.write(octets);
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        return messages.next();
    }

    @Override
    public boolean hasReceived() {
        return messages.hasNext();
    }

    @Override
    public void close() {
        out.end();
        in.close();
    }

    /// A ring of octets.
    private static final class Pipe implements ReadableByteChannel {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final byte[] ring = new byte[CAPACITY];
        private int start;
        private int length;
        private boolean ended;
        private boolean closed;

        void write(ByteBuffer octets) throws IOException {
            lock.lock();
            try {
                while (octets.hasRemaining()) {
                    while (length == CAPACITY && !closed && !ended) {
                        changed.awaitUninterruptibly();
                    }
                    if (closed || ended) {
                        throw new ClosedChannelException();
                    }
                    int at = (start + length) % CAPACITY;
                    int room = Math.min(CAPACITY - length, CAPACITY - at);
                    int count = Math.min(octets.remaining(), room);
                    octets.get(ring, at, count);
                    length += count;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            lock.lock();
            try {
                while (length == 0 && !ended && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    throw new ClosedChannelException();
                }
                if (length == 0) {
                    return -1;
                }
                int count = Math.min(into.remaining(), Math.min(length, CAPACITY - start));
                into.put(ring, start, count);
                start = (start + count) % CAPACITY;
                length -= count;
                changed.signalAll();
                return count;
            } finally {
                lock.unlock();
            }
        }

        /// The writer has gone: what is there can still be read.
        void end() {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /// The reader has gone.
        @Override
        public void close() {
            lock.lock();
            try {
                closed = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isOpen() {
            lock.lock();
            try {
                return !closed;
            } finally {
                lock.unlock();
            }
        }
    }
}
