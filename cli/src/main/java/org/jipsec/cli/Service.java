package org.jipsec.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Consumer;

/// The listening side of jipsecd: one process per socket, none left behind.
///
/// Whoever has the [ServiceLock] owns the socket's path, so a socket found there is a stale one.
/// Another thread may [#close] it at any time.
final class Service implements AutoCloseable {
    /// What jipsecd writes first to standard output once it listens; its pid follows.
    static final String READY = "jipsecd: ready, pid ";

    private final ServicePlace place;
    private final ServiceLock lock;
    private final ServerSocketChannel server;

    private Service(ServicePlace place, ServiceLock lock, ServerSocketChannel server) {
        this.place = place;
        this.lock = lock;
        this.server = server;
    }

    /// Empty when another process serves this place.
    static Optional<Service> open(ServicePlace place) throws IOException {
        Optional<ServiceLock> lock = ServiceLock.take(place);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(place.socket());
            server.bind(UnixDomainSocketAddress.of(place.socket()));
            Files.setPosixFilePermissions(
                    place.socket(), PosixFilePermissions.fromString("rw-------"));
        } catch (IOException failed) {
            server.close();
            lock.get().close();
            throw failed;
        }
        return Optional.of(new Service(place, lock.get(), server));
    }

    /// Hands each client to `clients` until [#close]d.
    void accept(Consumer<SocketChannel> clients) throws IOException {
        while (true) {
            SocketChannel client;
            try {
                client = server.accept();
            } catch (ClosedChannelException closed) {
                return;
            }
            clients.accept(client);
        }
    }

    /// Stops listening and takes the socket away.
    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(place.socket());
        lock.close();
    }
}
