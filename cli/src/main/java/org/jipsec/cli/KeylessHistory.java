package org.jipsec.cli;

import org.jline.reader.impl.history.DefaultHistory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;

/// A history that a line with a key never enters, neither in memory nor in the file.
final class KeylessHistory extends DefaultHistory {
    @Override
    public void add(Instant time, String line) {
        if (!Statements.mayHoldKey(line)) {
            super.add(time, line);
        }
    }

    /// The file, made for the user alone; nothing when there is no place for one.
    static Optional<Path> file(Host host) {
        Optional<Path> state =
                host.variable("XDG_STATE_HOME")
                        .or(() -> host.variable("HOME").map(home -> home + "/.local/state"))
                        .map(folder -> Path.of(folder, "jipsec"));
        if (state.isEmpty()) {
            return Optional.empty();
        }
        Path file = state.get().resolve("history");
        try {
            Files.createDirectories(state.get());
            if (!Files.exists(file)) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
            return Optional.of(file);
        } catch (IOException notOurs) {
            // A shell without a history is better than none: a home folder may be read-only.
            return Optional.empty();
        }
    }
}
