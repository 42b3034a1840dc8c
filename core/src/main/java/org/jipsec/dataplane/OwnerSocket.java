package org.jipsec.dataplane;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.locks.LockSupport;

/// A socket of the UNIX domain that only its owner may open (mode 0600), and behind which only the
/// owner and root are served.
public final class OwnerSocket implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;

    /// The longest that the JDK takes on Linux, one octet shorter than `sun_path` has room for.
    private static final int LONGEST_PATH = 106;

    private static final int MOST_WORKSHOPS = 100;

    /// `S_IFMT` and `S_IFSOCK`.
    private static final int TYPE_OF_FILE = 0170000;

    private static final int TYPE_SOCKET = 0140000;

    /// Serves one client.
    @FunctionalInterface
    public interface Host {
        /// Called one after the other, on the thread that accepts: to return soon.
        ///
        /// @param client to be closed by whom it is given to
        void welcome(SocketChannel client) throws IOException;
    }

    private final Host host;
    private final Path path;
    private final ServerSocketChannel listener;
    private final UserPrincipal owner;

    private OwnerSocket(Host host, Path path, ServerSocketChannel listener, UserPrincipal owner) {
        this.host = host;
        this.path = path;
        this.listener = listener;
        this.owner = owner;
    }

    /// Listens at `path`; a socket that a dead process left there is replaced. The folder must
    /// exist.
    ///
    /// @throws BindException somebody else listens there
    /// @throws IOException the path cannot be made a socket of ours
    public static OwnerSocket open(Path path, Host host) throws IOException {
        requireSocketPath(path);
        if (isListenedTo(path)) {
            throw new BindException(path + ": another service listens there");
        }
        // Made where nobody else can reach it, and moved when its mode is right: the socket is
        // never open to others, not for a moment.
        Path workshop = workshopBeside(path.toAbsolutePath());
        Path made = workshop.resolve("s");
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(made));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            Files.move(
                    made,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException failed) {
            listener.close();
            Files.deleteIfExists(made);
            throw failed;
        } finally {
            Files.deleteIfExists(workshop);
        }
        OwnerSocket socket = new OwnerSocket(host, path, listener, Files.getOwner(path));
        Thread.ofPlatform().daemon().name("accept " + path.getFileName()).start(socket::accept);
        return socket;
    }

    /// Clients that are connected stay.
    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(path);
    }

    /// What is at `path` is replaced only if it is a socket, and clients must be able to name it.
    private static void requireSocketPath(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
            throw new FileSystemException(
                    path.toString(), null, "is there already, and is no socket");
        }
        int octets = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (octets > LONGEST_PATH) {
            throw new FileSystemException(
                    path.toString(),
                    null,
                    "its path has " + octets + " octets, that of a socket at most " + LONGEST_PATH);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & TYPE_OF_FILE) == TYPE_SOCKET;
    }

    /// A folder that only we can enter, with a short name, so that a path in it is hardly longer
    /// than that of the socket.
    private static Path workshopBeside(Path socket) throws IOException {
        FileAttribute<?> ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        for (int i = 0; i < MOST_WORKSHOPS; i++) {
            try {
                return Files.createDirectory(socket.resolveSibling(".j" + i), ownerOnly);
            } catch (FileAlreadyExistsException taken) {
                // by another that starts, or left by one that was killed
            }
        }
        throw new FileSystemException(
                socket.toString(), null, "its folder is full of folders .jN: remove them");
    }

    private static boolean isListenedTo(Path path) {
        if (!Files.exists(path)) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                serve(listener.accept());
            } catch (IOException failed) {
                // this client is lost, or the listener closed, which the loop's head sees; when
                // the process is out of file descriptors, it will not have one at once
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(SocketChannel socket) throws IOException {
        boolean isServed = false;
        try {
            if (isAllowed(socket)) {
                host.welcome(socket);
                isServed = true;
            }
        } finally {
            if (!isServed) {
                socket.close();
            }
        }
    }

    private boolean isAllowed(SocketChannel socket) throws IOException {
        UserPrincipal peer = socket.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        return peer.equals(owner) || peer.getName().equals("root") || peer.getName().equals("0");
    }
}
