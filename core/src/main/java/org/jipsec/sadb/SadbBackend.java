package org.jipsec.sadb;

import java.io.IOException;
import java.util.function.Consumer;

/// Where SAs and policies live: a kernel or the embedded stack. One client's view; not thread-safe
/// but for [#listen]ed events, which come on a thread of the backend's own.
public interface SadbBackend extends AutoCloseable {
    Capabilities capabilities();

    /// Runs one operation to its end. A refusal is a [SadbReply.Refused], never an exception.
    ///
    /// @throws IOException the channel to the backend broke; whether the operation was carried out
    /// is not known
    SadbReply execute(SadbOperation operation) throws IOException;

    /// From now on `listener` is told what happens. At most one listener; a second takes the first
    /// one's place.
    void listen(Consumer<SadbEvent> listener);

    @Override
    void close() throws IOException;
}
