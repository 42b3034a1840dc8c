package org.jipsec.cli;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;

import java.io.IOException;
import java.util.function.Consumer;

/// A backend that tells its listener nothing of what was done through it, as a kernel.
final class SilentBackend implements SadbBackend {
    private final SadbBackend inner;
    private Consumer<SadbEvent> listener = _ -> {};
    private boolean executing;

    SilentBackend(SadbBackend inner) {
        this.inner = inner;
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        executing = true;
        try {
            return inner.execute(operation);
        } finally {
            executing = false;
        }
    }

    @Override
    public void listen(Consumer<SadbEvent> newListener) {
        listener = newListener;
        inner.listen(
                event -> {
                    if (!executing) {
                        listener.accept(event);
                    }
                });
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
