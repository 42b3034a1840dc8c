package org.jipsec.dataplane;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// A [SadbEngine] without a protocol in between. Events come on the thread that caused them.
final class InProcessBackend implements SadbBackend {
    private final SadbEngine engine;
    private volatile boolean closed;
    private @Nullable Consumer<SadbEvent> listener;

    InProcessBackend(SadbEngine engine) {
        this.engine = engine;
    }

    @Override
    public Capabilities capabilities() {
        return engine.capabilities();
    }

    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        if (closed) {
            throw new IOException("the backend is closed");
        }
        return engine.execute(operation);
    }

    @Override
    public Outcome executeWhole(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        if (closed) {
            throw new IOException("the backend is closed");
        }
        return engine.executeWhole(operations, replies);
    }

    @Override
    public synchronized void listen(Consumer<SadbEvent> newListener) {
        forgetListener();
        listener = newListener;
        engine.listen(newListener);
    }

    /// Ends this view of the engine, not the engine.
    @Override
    public synchronized void close() {
        closed = true;
        forgetListener();
    }

    private void forgetListener() {
        if (listener != null) {
            engine.unlisten(listener);
            listener = null;
        }
    }
}
