package org.jipsec.cli;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.ClassicTrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// For `-n`: knows what the embedded stack can do and carries nothing out.
final class NoBackend implements BackendLink, SadbBackend {
    @Override
    public SadbBackend backend() {
        return this;
    }

    @Override
    public ClassicTrace trace() {
        return ClassicTrace.NONE;
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.userspace();
    }

    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        throw new IOException("-n sends nothing");
    }

    @Override
    public void listen(Consumer<SadbEvent> listener) {
        // There is nothing that could happen.
    }

    @Override
    public void monitor(Predicate<ByteBuffer> messages) throws IOException {
        throw new IOException("-n hears nothing");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
