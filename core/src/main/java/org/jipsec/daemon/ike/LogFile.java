package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A file that lines are appended to, made for its owner only: the log tells who speaks with whom.
public final class LogFile implements LogSink {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private OutputStream out;

    private LogFile(Path path) throws IOException {
        this.path = path;
        this.out = append(path);
    }

    /// @throws IOException it cannot be written
    public static LogFile open(Path path) throws IOException {
        return new LogFile(path);
    }

    /// Not by a channel of NIO: that would be closed for everybody when one thread that writes is
    /// interrupted.
    private static OutputStream append(Path path) throws IOException {
        try {
            Files.createFile(path, OWNER_ONLY);
        } catch (FileAlreadyExistsException there) {
            // as it is; a FIFO or /dev/stderr, too
        }
        return new FileOutputStream(path.toFile(), true);
    }

    @Override
    public void write(IkeReport.Level level, String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException full) {
            // the next line is tried again; there is nobody to tell
        }
    }

    @Override
    public void reopen() {
        try {
            OutputStream anew = append(path);
            close();
            out = anew;
        } catch (IOException refused) {
            write(IkeReport.Level.ERROR, "cannot open " + path + " anew: " + refused.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException full) {
            // what was to be written has been
        }
    }
}
