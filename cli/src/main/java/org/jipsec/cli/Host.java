package org.jipsec.cli;

import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// What a program may know of the machine it runs on, beside its three streams.
///
/// @param home of the image that holds `bin` and `lib`; absent when run from a build's class
/// folders
/// @param terminals which of the streams 0, 1, 2 are terminals, by their digits
/// @param folder what relative file names are relative to
/// @param pause waits a second between two rounds of `-l`; false ends them
/// @param zone a supplier: asking for it reads the zone database, which not every run needs
record Host(
        Map<String, String> environment,
        Optional<Path> home,
        Path folder,
        String terminals,
        InstantSource clock,
        Supplier<ZoneId> zone,
        BooleanSupplier pause) {

    static Host real() {
        String home = System.getProperty("jipsec.home");
        return new Host(
                System.getenv(),
                home == null ? Optional.empty() : Optional.of(Path.of(home)),
                Path.of(""),
                System.getProperty("jipsec.terminals", ""),
                InstantSource.system(),
                ZoneId::systemDefault,
                Host::sleepASecond);
    }

    private static boolean sleepASecond() {
        try {
            Thread.sleep(1000);
            return true;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// A file as the user named it.
    ///
    /// @throws FileSystemException there can be no such file
    Path path(String name) throws FileSystemException {
        if (name.isEmpty()) {
            throw new NoSuchFileException(name);
        }
        try {
            return folder.resolve(name);
        } catch (InvalidPathException unknownCharacters) {
            FileSystemException failure =
                    new FileSystemException(name, null, "The locale lacks its characters");
            failure.initCause(unknownCharacters);
            throw failure;
        }
    }

    Optional<String> variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    boolean inputIsTerminal() {
        return terminals.indexOf('0') >= 0;
    }

    boolean outputIsTerminal() {
        return terminals.indexOf('1') >= 0;
    }

    boolean errorIsTerminal() {
        return terminals.indexOf('2') >= 0;
    }
}
