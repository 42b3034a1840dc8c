package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Carries whole messages between a client and a service or kernel. One thread may send while
/// another receives; any thread may close, which wakes both.
public interface PfkeyChannel extends Closeable {
    /// Sends all that `messages` has left, one or more whole messages, and waits until it is taken.
    ///
    /// @throws IOException the other side is gone
    void send(ByteBuffer messages) throws IOException;

    /// How many requests may be sent before their answers are received: for more there may be no
    /// room.
    default int window() {
        return 1024;
    }

    /// Waits for the next message: exactly its octets, good until the next call. Null when the
    /// other side has closed.
    ///
    /// @throws IOException the channel broke, was closed here, or carries no messages
    @Nullable ByteBuffer receive() throws IOException;

    /// Whether the next [#receive] has its message here already. For the thread that receives: when
    /// it says no, what was put off until there is a pause should be done.
    boolean hasReceived();
}
