package org.jipsec.cli;

import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.setkey.ClassicTrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Predicate;

/// A backend that speaks PF_KEY: the userspace service, or a kernel.
final class PfkeyLink implements BackendLink {
    /// How long one answer may take before the other side counts as dead.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Dial dial;
    private final StatePlace.Finder state;
    private final PfkeyBackend backend;
    private final MessageTrace trace = new MessageTrace();

    /// Opens one more channel to the same backend.
    @FunctionalInterface
    interface Dial {
        PfkeyChannel channel() throws IOException;
    }

    /// @param channel the first of those that `dial` opens
    /// @param dialect of who is at the other end
    /// @param state where what is known of the database is kept
    PfkeyLink(PfkeyChannel channel, Dial dial, Dialect dialect, StatePlace.Finder state)
            throws IOException {
        this.dial = dial;
        this.state = state;
        this.backend = PfkeyBackend.open(channel, processId(), dialect, PATIENCE);
    }

    @Override
    public SadbBackend backend() {
        return backend;
    }

    @Override
    public ClassicTrace trace() {
        backend.trace(trace);
        return trace;
    }

    @Override
    public void monitor(Predicate<ByteBuffer> messages) throws IOException {
        try (PfkeyMonitor monitor = PfkeyMonitor.open(dial.channel(), processId())) {
            ByteBuffer message;
            do {
                message = monitor.next();
                if (message == null) {
                    throw new IOException("the service has ended");
                }
            } while (messages.test(message));
        }
    }

    @Override
    public StatePlace statePlace() throws IOException {
        return state.find();
    }

    @Override
    public void close() throws IOException {
        backend.close();
    }

    static int processId() {
        return (int) ProcessHandle.current().pid();
    }
}
