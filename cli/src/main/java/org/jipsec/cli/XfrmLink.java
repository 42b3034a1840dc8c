package org.jipsec.cli;

import org.jipsec.dataplane.KeyService;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.setkey.ClassicTrace;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/// The kernel by XFRM. It has no PF_KEY messages to show, so where they are to be shown (`-v`,
/// `-H`, `-x`) a [KeyService] stands in front of it, and they are what it would say.
final class XfrmLink implements BackendLink {
    private final SadbBackend kernel;
    private final StatePlace.Finder state;
    private final MessageTrace trace = new MessageTrace();
    private @Nullable KeyService service;
    private @Nullable PfkeyBackend shown;

    /// @param state where what is known of the database is kept
    XfrmLink(SadbBackend kernel, StatePlace.Finder state) {
        this.kernel = kernel;
        this.state = state;
    }

    @Override
    public SadbBackend backend() {
        return shown == null ? kernel : shown;
    }

    @Override
    public ClassicTrace trace() throws IOException {
        if (shown == null) {
            shown =
                    PfkeyBackend.open(
                            clientOf(service()),
                            PfkeyLink.processId(),
                            PfkeyBackend.Peer.SERVICE,
                            PfkeyLink.PATIENCE);
            shown.trace(trace);
        }
        return trace;
    }

    @Override
    public void monitor(Predicate<ByteBuffer> messages) throws IOException {
        try (PfkeyMonitor monitor = PfkeyMonitor.open(clientOf(service()), PfkeyLink.processId())) {
            ByteBuffer message;
            do {
                message = monitor.next();
                if (message == null) {
                    throw new IOException("the kernel's events have ended");
                }
            } while (messages.test(message));
        }
    }

    private KeyService service() {
        if (service == null) {
            service = new KeyService(new EchoingBackend(kernel));
        }
        return service;
    }

    private static org.jipsec.pfkey.PfkeyChannel clientOf(KeyService service) {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        return pair.client();
    }

    @Override
    public StatePlace statePlace() throws IOException {
        return state.find();
    }

    @Override
    public void close() throws IOException {
        if (shown != null) {
            shown.close();
        }
        if (service != null) {
            service.close();
        }
        kernel.close();
    }
}
