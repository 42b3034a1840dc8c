package org.jipsec.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// What a service says in the course of its life: lines with time and pid on its standard error.
///
/// Whatever happens, it is bounded: [#BURST] lines at once and one a second after that, the others
/// are counted; a file starts anew when it has [#LARGEST_FILE] octets. Any thread.
final class ServiceLog {
    static final int BURST = 50;
    static final long LARGEST_FILE = 1 << 20;
    private static final Duration REST = Duration.ofSeconds(1);
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private final PrintWriter err;
    private final InstantSource clock;
    private final Optional<Path> file;
    private final String name = " jipsecd[" + ProcessHandle.current().pid() + "]: ";
    private int allowance = BURST;
    private Instant since;
    private long withheld;
    private final StringBuilder opening = new StringBuilder();
    private boolean isOpening = true;

    /// @param file that `err` appends to
    ServiceLog(PrintWriter err, InstantSource clock, Optional<Path> file) {
        this.err = err;
        this.clock = clock;
        this.file = file;
        this.since = clock.instant();
    }

    /// On the standard error of this process, which is `candidate` when it was detached.
    static ServiceLog onError(PrintWriter err, InstantSource clock, Path candidate) {
        boolean detached;
        try {
            detached =
                    Files.exists(candidate)
                            && Files.exists(STANDARD_ERROR)
                            && Files.isSameFile(STANDARD_ERROR, candidate);
        } catch (IOException notTheSame) {
            detached = false;
        }
        return new ServiceLog(err, clock, detached ? Optional.of(candidate) : Optional.empty());
    }

    /// What was said until now, each behind a semicolon. Again: nothing.
    synchronized String endOpening() {
        isOpening = false;
        String said = opening.toString();
        opening.setLength(0);
        return said;
    }

    synchronized void line(String event) {
        Instant now = clock.instant();
        long rested = Duration.between(since, now).dividedBy(REST);
        if (rested > 0) {
            since = now;
            allowance = (int) Math.min(BURST, allowance + rested);
        }
        if (allowance == 0) {
            withheld++;
            return;
        }
        allowance--;
        startAnewWhenLarge();
        if (withheld > 0) {
            write(now, withheld + " messages withheld: there were too many at once");
            withheld = 0;
        }
        write(now, event);
        if (isOpening) {
            opening.append("; ").append(oneLine(event));
        }
    }

    private void write(Instant now, String event) {
        err.println(now + name + oneLine(event));
        err.flush();
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> Character.isISOControl(point) ? ' ' : point)
                .forEach(line::appendCodePoint);
        return line.toString();
    }

    private void startAnewWhenLarge() {
        if (file.isEmpty()) {
            return;
        }
        try {
            if (Files.size(file.get()) > LARGEST_FILE) {
                try (FileChannel all = FileChannel.open(file.get(), StandardOpenOption.WRITE)) {
                    all.truncate(0); // who appends goes on at the new end
                }
            }
        } catch (IOException unreachable) {
            // somebody has removed it: what is written reaches nobody, and fills nothing for long
        }
    }
}
