package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A promiscuous listener: `setkey -x`. It is shown the requests of all clients and what they are
/// answered, and everything that is told to all a second time.
public final class PfkeyMonitor implements Closeable {
    private final PfkeyChannel channel;

    private PfkeyMonitor(PfkeyChannel channel) {
        this.channel = channel;
    }

    /// @param channel closed with the monitor
    public static PfkeyMonitor open(PfkeyChannel channel, int processId) throws IOException {
        int on = 1;
        channel.send(PfkeyCodec.encode(PfkeyMessage.of(MessageType.X_PROMISC, on, 0, processId)));
        return new PfkeyMonitor(channel);
    }

    /// Waits for the next message, the first two being the echo of our own wish; without jipsec's
    /// own extensions, good until the next call. Null when the service has closed.
    public @Nullable ByteBuffer next() throws IOException {
        ByteBuffer message = channel.receive();
        return message == null ? null : PfkeyCodec.withoutPrivate(message);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
