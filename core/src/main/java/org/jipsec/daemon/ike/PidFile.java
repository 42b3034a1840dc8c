package org.jipsec.daemon.ike;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;

/// The file that says which process a daemon is, for scripts that send it signals.
public final class PidFile implements AutoCloseable {
    private final Path path;
    private final String content;

    private PidFile(Path path, String content) {
        this.path = path;
        this.content = content;
    }

    /// Never half written: whoever reads it finds the old number or the new one.
    ///
    /// @throws IOException it cannot be written
    public static PidFile write(Path path, long processId) throws IOException {
        String content = processId + "\n";
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(path + " is a folder");
        }
        Path anew = Files.createTempFile(folder, ".pid", null);
        try {
            Files.writeString(anew, content, StandardCharsets.US_ASCII);
            Files.setPosixFilePermissions(anew, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(anew, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            Files.deleteIfExists(anew);
            throw failed;
        }
        return new PidFile(path, content);
    }

    /// The process that a file names, if one of that number runs.
    public static OptionalLong running(Path path) {
        try {
            long pid = Long.parseLong(Files.readString(path, StandardCharsets.US_ASCII).strip());
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            return process.isPresent() ? OptionalLong.of(pid) : OptionalLong.empty();
        } catch (IOException | NumberFormatException none) {
            return OptionalLong.empty();
        }
    }

    /// Takes it away, unless it is another's by now.
    @Override
    public void close() {
        try {
            if (Files.readString(path, StandardCharsets.US_ASCII).equals(content)) {
                Files.delete(path);
            }
        } catch (IOException gone) {
            // as it should be; or its folder is closed to us, and it stays
        }
    }
}
