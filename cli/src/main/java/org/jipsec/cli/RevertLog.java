package org.jipsec.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Where a process that nobody watches says what it did: the log of the service that it did it to
/// or, where that has none, as a kernel has not, the system's.
final class RevertLog {
    private static final List<Path> LOGGERS =
            List.of(Path.of("/usr/bin/logger"), Path.of("/bin/logger"));
    private static final long PATIENCE_SECONDS = 5;

    private final InstantSource clock;
    private final Optional<Path> file;
    private final Optional<Path> logger;

    /// @param file of the service
    /// @param logger the system's program that takes a message
    RevertLog(InstantSource clock, Optional<Path> file, Optional<Path> logger) {
        this.clock = clock;
        this.file = file;
        this.logger = logger;
    }

    static RevertLog of(StatePlace place, InstantSource clock) {
        return new RevertLog(
                clock,
                place.socket().map(socket -> new ServicePlace(socket).logFile()),
                LOGGERS.stream().filter(Files::isExecutable).findFirst());
    }

    /// One line. Where it cannot be said, it is not: who says it has more to do.
    ///
    /// @param isUrgent whether somebody should do something about it
    void say(String event, boolean isUrgent) {
        if (!isAppended(event)) {
            send(event, isUrgent);
        }
    }

    private boolean isAppended(String event) {
        if (file.isEmpty()) {
            return false;
        }
        String line =
                clock.instant()
                        + " jsetkey["
                        + ProcessHandle.current().pid()
                        + "]: "
                        + event
                        + "\n";
        try (FileChannel log =
                TrustedFile.open(file.get(), StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            log.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            return true;
        } catch (IOException nowhere) {
            return false;
        }
    }

    private void send(String event, boolean isUrgent) {
        if (logger.isEmpty()) {
            return;
        }
        try {
            Process process =
                    new ProcessBuilder(
                                    logger.get().toString(),
                                    "-t",
                                    "jsetkey",
                                    "-p",
                                    isUrgent ? "daemon.err" : "daemon.notice",
                                    "--",
                                    event)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException nowhere) {
            // the next plan, apply or confirm tells it
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
