package org.jipsec.os;

import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor with one owner: closed exactly once, however often [#close] is called.
///
/// Close it on the thread that uses it, or after that thread has ended: the kernel gives the number
/// of a closed descriptor to the next that is opened.
public abstract sealed class Descriptor implements AutoCloseable
        permits EventCounter,
                FileDescriptor,
                KeySocket,
                MessageSocket,
                NetlinkSocket,
                SystemLog,
                TunQueue {
    private static final int CLOSED = -1;

    private final AtomicInteger number;
    private final String name;

    /// @param number of an open descriptor, which this owns from now on
    /// @param name for errors
    Descriptor(int number, String name) {
        this.number = new AtomicInteger(number);
        this.name = name;
    }

    /// @throws OsException EBADF when this is closed
    final int number() throws OsException {
        int current = number.get();
        if (current == CLOSED) {
            throw new OsException("use", name, ErrorNumber.EBADF, "closed");
        }
        return current;
    }

    final String name() {
        return name;
    }

    public final boolean isOpen() {
        return number.get() != CLOSED;
    }

    /// Never fails: Linux closes the descriptor even where close(2) reports an error.
    @Override
    public void close() {
        int current = number.getAndSet(CLOSED);
        if (current != CLOSED) {
            Libc.close(current);
        }
    }

    @Override
    public final String toString() {
        return name;
    }
}
