package org.jipsec.pfkey;

import java.nio.ByteBuffer;

/// Sees each message of a client's conversation as other programs know it, without jipsec's own
/// extensions: what `setkey -v` prints. Called by the thread that executes.
public interface PfkeyTrace {
    PfkeyTrace NONE =
            new PfkeyTrace() {
                @Override
                public void sent(ByteBuffer message) {}

                @Override
                public void received(ByteBuffer message) {}
            };

    /// @param message from its position to its limit, good during the call
    void sent(ByteBuffer message);

    /// @param message likewise
    void received(ByteBuffer message);
}
