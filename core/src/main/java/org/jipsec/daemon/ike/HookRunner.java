package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.HookEvent;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Runs the user's scripts, those of one peer one after the other. How many wait, how long one runs
/// and how much it says is bounded.
final class HookRunner implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int WAITING = 64;
    private static final int LANES = 8;
    private static final int LINES = 50;
    private static final int LINE_OCTETS = 1000;

    private final Duration patience;
    private final Consumer<IkeReport> log;
    private final ThreadPoolExecutor[] lanes = new ThreadPoolExecutor[LANES];

    HookRunner(Duration patience, Consumer<IkeReport> log) {
        this.patience = patience;
        this.log = log;
        for (int i = 0; i < LANES; i++) {
            lanes[i] =
                    new ThreadPoolExecutor(
                            1,
                            1,
                            10,
                            TimeUnit.SECONDS,
                            new ArrayBlockingQueue<>(WAITING),
                            Thread.ofPlatform().daemon().name("ike-hook-" + i).factory());
            lanes[i].allowCoreThreadTimeOut(true);
        }
    }

    /// Returns at once.
    ///
    /// @param script its path
    /// @param environment all that it gets
    void run(String script, HookEvent event, Map<String, String> environment) {
        String peer = environment.getOrDefault("REMOTE_ADDR", "");
        try {
            lanes[Math.floorMod(peer.hashCode(), LANES)].execute(
                    () -> execute(script, event, environment));
        } catch (RejectedExecutionException tooMany) {
            log.accept(
                    Reports.warning(
                            "%s was not run for %s: too many scripts wait"
                                    .formatted(script, event.word())));
        }
    }

    /// Those that wait are still run, for a while.
    @Override
    public void close() {
        for (ThreadPoolExecutor lane : lanes) {
            lane.shutdown();
        }
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        try {
            for (ThreadPoolExecutor lane : lanes) {
                if (!lane.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    lane.shutdownNow();
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void execute(String script, HookEvent event, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(script, event.word());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        try {
            Process process = builder.start();
            Thread reader = Thread.ofVirtual().start(() -> tell(script, process.getInputStream()));
            if (process.waitFor(patience)) {
                // a child of it may keep the stream open for ever
                reader.join(Duration.ofSeconds(1));
                ended(script, event, process.exitValue());
            } else {
                process.destroyForcibly();
                log.accept(
                        Reports.warning(
                                "%s %s was killed: it ran for more than %d s"
                                        .formatted(script, event.word(), patience.toSeconds())));
            }
        } catch (IOException | IllegalArgumentException refused) {
            log.accept(
                    Reports.error("execve(\"%s\") failed: %s".formatted(script, reason(refused))));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(String script, HookEvent event, int status) {
        String text = "%s %s ended with status %d".formatted(script, event.word(), status);
        log.accept(status == 0 ? Reports.debug(text) : Reports.warning(text));
    }

    /// Java says `Cannot run program "F": Exec failed, error: 2 (No such file or directory) `.
    private static String reason(Exception refused) {
        String text = String.valueOf(refused.getMessage());
        int start = text.lastIndexOf('(');
        int end = text.lastIndexOf(')');
        return 0 <= start && start < end ? text.substring(start + 1, end) : text;
    }

    /// Reads to the end, whatever comes, so that the script is never stopped by a full pipe.
    private void tell(String script, InputStream output) {
        StringBuilder line = new StringBuilder();
        int lines = 0;
        try (InputStream in = new BufferedInputStream(output)) {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                if (octet != '\n') {
                    if (line.length() < LINE_OCTETS) {
                        line.append((char) octet);
                    }
                } else {
                    lines = tell(script, line, lines);
                }
            }
            if (!line.isEmpty()) {
                tell(script, line, lines);
            }
        } catch (IOException closed) {
            return; // with the process that was killed
        }
    }

    private int tell(String script, StringBuilder line, int before) {
        if (before < LINES) {
            byte[] octets = line.toString().getBytes(StandardCharsets.ISO_8859_1);
            log.accept(Reports.info(script + ": " + new String(octets, StandardCharsets.UTF_8)));
        } else if (before == LINES) {
            log.accept(Reports.info(script + ": (what else it says is left out)"));
        }
        line.setLength(0);
        return before + 1;
    }
}
