package org.jipsec.cli;

import org.jipsec.testing.Namespaces;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A jipsecd of its own process, with the wire, in a network namespace.
final class WireDaemon implements AutoCloseable {
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    private WireDaemon(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /// Starts it, and does not wait for it to come up.
    ///
    /// @param before a program and its arguments that start jipsecd, such as setpriv; or nothing
    static WireDaemon launch(Namespaces hosts, String host, Path socket, String... before) {
        return launch(hosts, host, socket, List.of(), before);
    }

    /// @param options of jipsecd, besides
    static WireDaemon launch(
            Namespaces hosts, String host, Path socket, List<String> options, String... before) {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(
                List.of(
                        // tests of other things keep their jipsecd off the wire by it
                        "env",
                        "-u",
                        "JIPSEC_WIRE",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "jipsecd",
                        "--foreground",
                        "--socket",
                        socket.toString()));
        command.addAll(options);
        return new WireDaemon(hosts.start(host, command.toArray(String[]::new)));
    }

    WireDaemon awaitReady() {
        Patience.until(
                () -> log().contains(Service.READY) || !process.isAlive(),
                () -> "jipsecd does not come up: " + log());
        if (!process.isAlive()) {
            throw new AssertionError("jipsecd did not come up: " + awaitEnd() + ", " + log());
        }
        return this;
    }

    long processId() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// `kill -9`.
    void kill() {
        process.toHandle().destroyForcibly();
        awaitEnd();
    }

    /// SIGTERM.
    ///
    /// @return the exit status
    int stop() {
        // by its handle: what it says to the last can still be read
        process.toHandle().destroy();
        return awaitEnd();
    }

    /// @return the exit status
    int awaitEnd() {
        try {
            if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("jipsecd does not end: " + log());
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// All that it has written so far, to standard output and error.
    String log() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    void awaitLog(String text) {
        Patience.until(
                () -> log().contains(text),
                () -> "jipsecd does not say \"" + text + "\": " + log());
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        awaitEnd();
    }
}
