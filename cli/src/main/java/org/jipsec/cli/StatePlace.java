package org.jipsec.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where jsetkey keeps what it knows of one database beside it: what it put there ([Ledger]), and a
/// change that waits to be confirmed. Beside the socket of a service, and for a kernel in
/// `/run/jipsec`, by network namespace.
///
/// @param base what the files' names begin with
/// @param instance of the database: another one after its service, or the machine, has started anew
/// @param socket of the service; empty for a kernel
record StatePlace(Path base, String instance, Optional<Path> socket) {
    static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /// Finds the place of one database.
    @FunctionalInterface
    interface Finder {
        /// @throws IOException there is none; the message is for the user
        StatePlace find() throws IOException;
    }

    /// After the service has been reached.
    static StatePlace of(ServicePlace place) throws IOException {
        String pid = Files.readString(place.pidFile(), StandardCharsets.ISO_8859_1).strip();
        return new StatePlace(
                place.socket(), "jipsecd " + pid + " " + startOf(pid), Optional.of(place.socket()));
    }

    /// Of the calling process's network namespace.
    static StatePlace ofKernel() throws IOException {
        return ofKernel(Path.of("/run/jipsec"));
    }

    /// @param folder made when it is not there
    static StatePlace ofKernel(Path folder) throws IOException {
        try {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
        } catch (FileAlreadyExistsException anotherWasQuicker) {
            // it is looked at before anything is put there
        } catch (IOException refused) {
            throw unusable(folder, refused);
        }
        // net:[4026531840]
        String namespace =
                Files.readSymbolicLink(Path.of("/proc/self/ns/net"))
                        .toString()
                        .replaceAll("[^0-9]", "");
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        return new StatePlace(
                folder.resolve("kernel-" + namespace), "kernel " + boot, Optional.empty());
    }

    /// The failure for the user, with what can be done about it.
    static IOException unusable(Path folder, IOException cause) {
        return new IOException(
                "jsetkey keeps what it must know of a change in "
                        + folder
                        + ", and cannot: "
                        + Reasons.message(cause)
                        + "; see that the folder is there and may be written (/run: mount -t tmpfs"
                        + " tmpfs /run)",
                cause);
    }

    /// @throws IOException others could have put there what we would read
    void requireTrusted() throws IOException {
        for (Path file : List.of(ledger(), ledgerLock(), waiting(), reverting(), reverted())) {
            TrustedFile.requireTrusted(file);
        }
    }

    Path ledger() {
        return file(".ledger");
    }

    /// Held while [#ledger] is read and written.
    Path ledgerLock() {
        return file(".ledger-lock");
    }

    /// Held by whoever changes the database.
    Path changeLock() {
        return file(".change-lock");
    }

    /// There while a change waits to be confirmed.
    Path waiting() {
        return file(".waiting");
    }

    /// There while a change is being undone.
    Path reverting() {
        return file(".reverting");
    }

    /// What came of a change that was not confirmed, until it has been told.
    Path reverted() {
        return file(".reverted");
    }

    /// Writes a file of the owner's, whole or not at all.
    static void write(Path file, byte[] octets) throws IOException {
        Path fresh =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        file.getFileName().toString(),
                        ".new",
                        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            Files.write(fresh, octets);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private Path file(String suffix) {
        return base.resolveSibling(base.getFileName() + suffix);
    }

    /// In ticks since the machine started; a pid that is used again has another.
    private static String startOf(String pid) throws IOException {
        Path file = Path.of("/proc", pid, "stat");
        if (!Files.isReadable(file)) {
            return "?";
        }
        String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
        String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return behindName[19];
    }
}
