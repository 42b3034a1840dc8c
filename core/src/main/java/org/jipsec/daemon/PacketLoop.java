package org.jipsec.daemon;

import org.jipsec.os.OsException;

/// What a packet thread does until it is stopped.
interface PacketLoop extends AutoCloseable {
    /// @throws OsException when the device or a socket is gone
    /// @throws java.io.UncheckedIOException of an [OsException] likewise
    void run() throws OsException;

    /// Lets it look around although no packet has come. Any thread.
    void wake();

    /// Lets [#run] return soon. Any thread.
    void stop();

    /// After [#run] has returned.
    @Override
    void close();
}
