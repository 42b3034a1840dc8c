package org.jipsec.cli;

import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.UnixPfkeyChannel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// The backends there are: the userspace service on its UNIX socket, one that runs or one that is
/// started, and the kernel's.
final class ServiceBackends implements BackendOpener {
    private final Host host;
    private final Network network;
    private final KernelBackends kernel;
    private final Dialect linux;

    /// Without a kernel.
    ServiceBackends(Host host, Network network) {
        this(host, network, KernelBackends.NONE);
    }

    ServiceBackends(Host host, Network network, KernelBackends kernel) {
        this(host, network, kernel, Dialect.LINUX);
    }

    private ServiceBackends(Host host, Network network, KernelBackends kernel, Dialect linux) {
        this.host = host;
        this.network = network;
        this.kernel = kernel;
        this.linux = linux;
    }

    @Override
    public BackendOpener asSetkey() {
        return new ServiceBackends(host, network, kernel, Dialect.LINUX_AS_SETKEY);
    }

    @Override
    public BackendLink open(BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
            throws IOException {
        return switch (choice) {
            case AUTO -> {
                Optional<BackendLink> running = found(socket);
                if (running.isPresent()) {
                    yield running.get();
                }
                yield switch (ofKernel(socket)) {
                    case XFRM -> kernel.xfrm();
                    case PFKEY -> kernel.pfkey(linux);
                    case AUTO, USERSPACE -> started(socket, notice);
                };
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
            case PFKEY -> kernel.pfkey(linux);
            case XFRM -> kernel.xfrm();
        };
    }

    @Override
    public boolean leadsToKernel(BackendChoice choice, Optional<Path> socket) throws IOException {
        return switch (choice) {
            case XFRM, PFKEY -> true;
            case USERSPACE -> false;
            case AUTO -> {
                if (ofKernel(socket) == BackendChoice.USERSPACE) {
                    yield false;
                }
                Optional<BackendLink> running = found(socket);
                if (running.isPresent()) {
                    running.get().close();
                }
                yield running.isEmpty();
            }
        };
    }

    /// Which of the kernel's it is when no service runs; [BackendChoice#USERSPACE] when none.
    /// Whoever names a socket wants the service there.
    BackendChoice ofKernel(Optional<Path> socket) throws IOException {
        if (ServicePlace.named(host, socket).isPresent()) {
            return BackendChoice.USERSPACE;
        }
        if (kernel.hasEspByXfrm()) {
            return BackendChoice.XFRM;
        }
        return kernel.hasPfkey() ? BackendChoice.PFKEY : BackendChoice.USERSPACE;
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
        return Optional.of(
                new PfkeyLink(
                        channel,
                        () -> UnixPfkeyChannel.connect(place.socket()),
                        Dialect.JIPSEC,
                        () -> StatePlace.of(place)));
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
        if (!KernelIpsec.netlinkHasXfrm()) {
            return "no IPsec in this kernel";
        }
        return new RunningKernel().mayAdminister()
                ? "this kernel has XFRM, but no ESP"
                : "no right to use this kernel's IPsec";
    }
}
