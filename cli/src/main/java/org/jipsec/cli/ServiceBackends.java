package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.pfkey.UnixPfkeyChannel;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.setkey.ClassicTrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The userspace service on its UNIX socket: finds one that runs, or starts one.
final class ServiceBackends implements BackendOpener {
    /// How long the service may take for one answer before it counts as dead.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Host host;
    private final Network network;

    ServiceBackends(Host host, Network network) {
        this.host = host;
        this.network = network;
    }

    @Override
    public BackendLink open(BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
            throws IOException {
        return switch (choice) {
            case AUTO -> {
                Optional<BackendLink> running = found(socket);
                yield running.isPresent() ? running.get() : started(socket, notice);
            }
            case USERSPACE -> {
                Optional<BackendLink> running = found(socket);
                if (running.isEmpty()) {
                    throw new IOException(
                            "no userspace service is running: start jipsecd, or leave out"
                                    + " --backend");
                }
                yield running.get();
            }
            case PFKEY ->
                    throw new IOException(
                            "this build has no PF_KEY sockets to a kernel"
                                    + (Files.exists(Path.of("/proc/net/pfkey"))
                                            ? ""
                                            : ", nor has this kernel (no /proc/net/pfkey)")
                                    + "; the userspace service is --backend userspace");
            case XFRM ->
                    throw new IOException(
                            "this build has no XFRM netlink"
                                    + (Files.exists(Path.of("/proc/net/xfrm_stat"))
                                            ? ""
                                            : ", nor has this kernel (no /proc/net/xfrm_stat)")
                                    + "; the userspace service is --backend userspace");
        };
    }

    private Optional<BackendLink> found(Optional<Path> socket) throws IOException {
        Optional<ServicePlace> named = ServicePlace.named(host, socket);
        if (named.isPresent() && named.get().isClosedToUs()) {
            throw new AccessDeniedException(named.get().socket().toString());
        }
        for (ServicePlace place : ServicePlace.candidates(host, socket)) {
            if (Files.exists(place.socket()) && Files.isWritable(place.socket())) {
                Optional<BackendLink> link = connected(place);
                if (link.isPresent()) {
                    return link;
                }
            }
        }
        return Optional.empty();
    }

    /// Empty when nobody listens there: a socket that a killed service has left.
    private static Optional<BackendLink> connected(ServicePlace place) throws IOException {
        PfkeyChannel channel;
        try {
            channel = UnixPfkeyChannel.connect(place.socket());
        } catch (IOException nobody) {
            return Optional.empty();
        }
        return Optional.of(new Link(place, channel));
    }

    private BackendLink started(Optional<Path> socket, Consumer<String> notice) throws IOException {
        ServicePlace place = ServicePlace.toStart(host, socket);
        try (ServiceLock _ = ServiceLock.whileStarting(place)) {
            // Another program may have started one while this one waited for its turn.
            Optional<BackendLink> running = connected(place);
            if (running.isPresent()) {
                return running.get();
            }
            WireChoice choice = network.best(host);
            ServiceStarter.Started started = ServiceStarter.start(host, place, choice.isWanted());
            notice.accept(
                    "%s; started jipsecd (pid %d), %s%s"
                            .formatted(reason(), started.pid(), started.state(), advice(choice)));
        }
        return connected(place)
                .orElseThrow(
                        () -> new IOException("jipsecd ended at once: see " + place.logFile()));
    }

    private static String advice(WireChoice choice) {
        return choice.whyNot()
                .map(
                        reason ->
                                " ("
                                        + reason
                                        + "), its state is lost when it ends: jipsecd --stop"
                                        + ServicePlace.closedToUs()
                                                .map(folder -> "; " + folder)
                                                .orElse(""))
                .orElse("; to undo all of it: jipsecd --stop");
    }

    private static String reason() {
        boolean kernel =
                Files.exists(Path.of("/proc/net/pfkey"))
                        || Files.exists(Path.of("/proc/net/xfrm_stat"));
        return kernel ? "this build does not drive the kernel's IPsec" : "no IPsec in this kernel";
    }

    private static final class Link implements BackendLink {
        private final ServicePlace place;
        private final PfkeyBackend backend;
        private final MessageTrace trace = new MessageTrace();

        Link(ServicePlace place, PfkeyChannel channel) throws IOException {
            this.place = place;
            this.backend =
                    PfkeyBackend.open(channel, processId(), PfkeyBackend.Peer.SERVICE, PATIENCE);
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
            try (PfkeyMonitor monitor =
                    PfkeyMonitor.open(UnixPfkeyChannel.connect(place.socket()), processId())) {
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
        public void close() throws IOException {
            backend.close();
        }

        private static int processId() {
            return (int) ProcessHandle.current().pid();
        }
    }
}
