package org.jipsec.cli;

import org.jipsec.sadb.SadbBackend;
import org.jipsec.setkey.ClassicTrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/// An open backend, with the messages behind what it is asked and answers.
interface BackendLink extends AutoCloseable {
    /// Ask anew after [#trace]: what is shown may go another way.
    SadbBackend backend();

    /// What is sent and received from now on, by [#backend].
    ClassicTrace trace() throws IOException;

    /// Hands over every message that any client exchanges with the backend, until the link breaks
    /// or is closed.
    ///
    /// @param messages gets whole PF_KEY messages, to be read before it returns, which is false
    ///     when it wants no more
    void monitor(Predicate<ByteBuffer> messages) throws IOException;

    /// Where to keep what is known of this database beside it.
    ///
    /// @throws IOException there is no place; the message is for the user
    default StatePlace statePlace() throws IOException {
        throw new IOException("there is no place for what jsetkey must know of a change");
    }

    @Override
    void close() throws IOException;
}
