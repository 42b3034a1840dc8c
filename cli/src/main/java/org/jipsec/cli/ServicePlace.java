package org.jipsec.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where a userspace service listens, and the files beside its socket.
///
/// Looked for in this order: `--socket`, `$JIPSEC_SOCKET`, `/run/jipsec`,
/// `$XDG_RUNTIME_DIR/jipsec`, `/tmp/jipsec-UID`. Root's service is found by everyone, though only
/// root is let in.
///
/// @param socket absolute
record ServicePlace(Path socket) {
    private static final String NAME = "pfkey.sock";
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    /// The pid of the one service that may use this place; locked while it runs, never removed.
    Path pidFile() {
        return beside(".pid");
    }

    /// Held by a client while it starts the service.
    Path startFile() {
        return beside(".start");
    }

    /// Where a service is asked what it does.
    Path controlSocket() {
        return beside(".control");
    }

    /// What a detached service writes.
    Path logFile() {
        return beside(".log");
    }

    /// What `--socket` names; empty when it was not given.
    ///
    /// @throws UsageException it names no file
    static Optional<Path> option(GivenOptions given) throws UsageException {
        return given.has("--socket")
                ? Optional.of(path("--socket", given.value("--socket", "")))
                : Optional.empty();
    }

    /// @param what names the path, for the message
    /// @throws UsageException no file can have that name
    static Path path(String what, String text) throws UsageException {
        try {
            Path path = Path.of(text).toAbsolutePath().normalize();
            if (text.isEmpty() || path.getFileName() == null) {
                throw new UsageException(what + " needs the path of a socket");
            }
            return path;
        } catch (InvalidPathException unknownCharacters) {
            throw new UsageException(what + ": the locale lacks characters of " + text);
        }
    }

    /// Whether there is a socket that is not for us, or a folder that keeps us from seeing.
    boolean isClosedToUs() {
        return Files.exists(socket)
                ? !Files.isWritable(socket)
                : Files.isDirectory(folder()) && !Files.isExecutable(folder());
    }

    /// What the user named, or nothing.
    static Optional<ServicePlace> named(Host host, Optional<Path> option) throws IOException {
        if (option.isPresent()) {
            return Optional.of(new ServicePlace(option.get().toAbsolutePath()));
        }
        Optional<String> variable = host.variable("JIPSEC_SOCKET");
        if (variable.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ServicePlace(path("JIPSEC_SOCKET", variable.get())));
        } catch (UsageException wrong) {
            throw new IOException(wrong.getMessage(), wrong);
        }
    }

    /// Where a service may be listening, best first.
    static List<ServicePlace> candidates(Host host, Optional<Path> option) throws IOException {
        Optional<ServicePlace> named = named(host, option);
        if (named.isPresent()) {
            return List.of(named.get());
        }
        List<ServicePlace> places = new ArrayList<>();
        places.add(in(systemFolder()));
        runtimeFolder(host).ifPresent(folder -> places.add(in(folder)));
        Path own = temporaryFolder();
        if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
            requireOwnFolder(own);
            places.add(in(own));
        }
        return places;
    }

    /// Where to start one, its folder made.
    ///
    /// @throws IOException no folder can be made or trusted; the message is for the user
    static ServicePlace toStart(Host host, Optional<Path> option) throws IOException {
        Optional<ServicePlace> named = named(host, option);
        if (named.isPresent()) {
            Path folder = named.get().folder();
            if (!Files.isDirectory(folder)) {
                throw new IOException("there is no folder " + folder + " for the socket");
            }
            return named.get();
        }
        Path system = systemFolder();
        if (Files.isWritable(system) || Files.isWritable(system.getParent())) {
            return made(system);
        }
        Optional<Path> runtime = runtimeFolder(host);
        if (runtime.isPresent()) {
            return made(runtime.get());
        }
        return made(temporaryFolder());
    }

    /// Why we cannot see whether root's service runs; empty when we can.
    static Optional<String> closedToUs() {
        Path system = systemFolder();
        return Files.isDirectory(system) && !Files.isExecutable(system)
                ? Optional.of(system + " is root's alone")
                : Optional.empty();
    }

    private static ServicePlace made(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        requireOwnFolder(folder);
        return in(folder);
    }

    /// In `/tmp` anyone may have made it before us.
    private static void requireOwnFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is not a folder");
        }
        int owner = (Integer) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner != userId()) {
            throw new IOException(folder + " belongs to another user (" + owner + ")");
        }
        Set<PosixFilePermission> permissions =
                EnumSet.copyOf(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
        permissions.retainAll(
                EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
        if (!permissions.isEmpty()) {
            throw new IOException(folder + " may be written by others: chmod 700 it");
        }
    }

    private static Path systemFolder() {
        return Path.of("/run/jipsec");
    }

    private static Optional<Path> runtimeFolder(Host host) {
        return host.variable("XDG_RUNTIME_DIR")
                .map(Path::of)
                .filter(Files::isWritable)
                .map(path -> path.toAbsolutePath().resolve("jipsec"));
    }

    private static Path temporaryFolder() throws IOException {
        return Path.of("/tmp/jipsec-" + userId());
    }

    /// Ours.
    static int userId() throws IOException {
        Path self = Path.of("/proc/self");
        // Without a /proc the owner of the home folder is the best guess there is.
        Path ours = Files.exists(self) ? self : Path.of(System.getProperty("user.home"));
        return (Integer) Files.getAttribute(ours, "unix:uid");
    }

    private static ServicePlace in(Path folder) {
        return new ServicePlace(folder.resolve(NAME));
    }

    private Path folder() {
        return socket.getParent() == null ? Path.of("/") : socket.getParent();
    }

    private Path beside(String suffix) {
        return socket.resolveSibling(socket.getFileName() + suffix);
    }
}
