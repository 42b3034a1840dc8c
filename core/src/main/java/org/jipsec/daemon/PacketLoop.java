package org.jipsec.daemon;

import org.jipsec.os.OsException;
import org.jipsec.os.Poller;

/// What a packet thread does until it is stopped.
abstract sealed class PacketLoop implements AutoCloseable permits InLoop, OutLoop {
    final Poller poller;
    private volatile boolean stopped;

    /// @param capacity how many descriptors the loop watches at most
    PacketLoop(int capacity) throws OsException {
        this.poller = Poller.create(capacity);
    }

    /// @throws OsException when the device or a socket is gone
    /// @throws java.io.UncheckedIOException of an [OsException] likewise
    abstract void run() throws OsException;

    final boolean isStopped() {
        return stopped;
    }

    /// Lets it look around although no packet has come. Any thread.
    final void wake() {
        poller.wake();
    }

    /// Lets [#run] return soon. Any thread.
    final void stop() {
        stopped = true;
        poller.wake();
    }

    /// After [#run] has returned.
    @Override
    public void close() {
        poller.close();
    }
}
