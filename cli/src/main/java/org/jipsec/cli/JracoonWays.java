package org.jipsec.cli;

import org.jipsec.daemon.Wire;
import org.jipsec.daemon.ike.IkePorts;
import org.jipsec.daemon.ike.IkeSocketOptions;
import org.jipsec.daemon.ike.KernelIkePorts;
import org.jipsec.daemon.ike.SadbSource;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// By which databases jracoon's SAs take effect, and by which sockets it speaks with its peers
/// beside them: the kernel's, a service's that runs, or those of a stack in its own process.
final class JracoonWays {
    private final Host host;
    private final BackendOpener backends;
    private final Network network;

    JracoonWays(Host host, BackendOpener backends, Network network) {
        this.host = host;
        this.backends = backends;
        this.network = network;
    }

    /// What was chosen.
    ///
    /// @param ports closed by whoever uses it
    /// @param stack in this process; to be closed when nobody uses the others any more
    record Way(SadbSource sadb, IkePorts ports, Optional<Service> stack) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (stack.isPresent()) {
                stack.get().close();
            }
        }
    }

    /// @param notice is told, in one line, what the user should know
    /// @throws IOException there is none; the message is for the user
    Way choose(BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
            throws IOException {
        if (backends.leadsToKernel(choice, socket)) {
            return new Way(
                    opening(choice, socket, notice),
                    KernelIkePorts.create(IkeSocketOptions.kernel()),
                    Optional.empty());
        }
        Optional<Service> stack = stack(socket, notice);
        if (stack.isEmpty()) {
            notice.accept("the SAs are those of the userspace service that runs");
            return new Way(
                    opening(BackendChoice.USERSPACE, socket, notice),
                    KernelIkePorts.create(IkeSocketOptions.userspace()),
                    Optional.empty());
        }
        Service own = stack.get();
        notice.accept("runs the userspace stack itself, " + own.state());
        return new Way(
                own::backend,
                own.ikePorts(
                        KernelIkePorts.create(
                                own.isOnTheWire()
                                        ? IkeSocketOptions.userspace()
                                        : IkeSocketOptions.plain())),
                stack);
    }

    private SadbSource opening(
            BackendChoice choice, Optional<Path> socket, Consumer<String> notice) {
        return () -> new LinkedBackend(backends.open(choice, socket, notice));
    }

    /// Empty when a service runs already.
    private Optional<Service> stack(Optional<Path> socket, Consumer<String> notice)
            throws IOException {
        for (ServicePlace place : ServicePlace.candidates(host, socket)) {
            if (ServiceLock.holder(place).isPresent()) {
                return Optional.empty();
            }
        }
        WireChoice wire = network.best(host);
        wire.whyNot().ifPresent(why -> notice.accept("packets are not protected: no wire, " + why));
        return Service.open(
                ServicePlace.toStart(host, socket),
                host.clock(),
                wire.isWanted() ? network.opener(Wire.usualQueues()) : Optional.empty(),
                notice);
    }

    /// A backend that closes its link with it.
    private record LinkedBackend(BackendLink link) implements SadbBackend {
        @Override
        public Capabilities capabilities() {
            return link.backend().capabilities();
        }

        @Override
        public SadbReply execute(SadbOperation operation) throws IOException {
            return link.backend().execute(operation);
        }

        @Override
        public void executeAll(List<? extends SadbOperation> operations, Replies replies)
                throws IOException {
            link.backend().executeAll(operations, replies);
        }

        @Override
        public void listen(Consumer<SadbEvent> listener) {
            link.backend().listen(listener);
        }

        @Override
        public void close() throws IOException {
            link.close();
        }
    }
}
