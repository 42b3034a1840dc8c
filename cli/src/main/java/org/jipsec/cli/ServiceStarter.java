package org.jipsec.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Starts a jipsecd that outlives the program and the shell it was started from.
final class ServiceStarter {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// In a session of its own where the system has setsid, and in any case deaf to the signals
    /// that a terminal sends at its end.
    private static final String DETACH =
            "trap '' HUP INT QUIT; command -v setsid >/dev/null && exec setsid \"$@\"; exec \"$@\"";

    private ServiceStarter() {}

    /// @param state how it is connected, in one line
    record Started(long pid, String state) {}

    /// Returns as soon as it listens.
    ///
    /// @param wire whether it is to be connected to the network
    /// @throws IOException it did not come up; the message is for the user
    static Started start(Host host, ServicePlace place, boolean wire) throws IOException {
        return start(host, place, wire, List.of());
    }

    /// @param options for it, besides
    static Started start(Host host, ServicePlace place, boolean wire, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(detached("jipsecd"));
        command.addAll(program(host, "jipsecd"));
        command.addAll(
                List.of("--foreground", "--socket", place.socket().toAbsolutePath().toString()));
        if (!wire) {
            command.add("--no-wire");
        }
        command.addAll(options);
        ProcessBuilder builder = process(command);
        builder.redirectInput(new File("/dev/null"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(place.logFile().toFile()));
        Process process = builder.start();
        BufferedReader announcements =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        CompletableFuture<String> first =
                CompletableFuture.supplyAsync(
                        () -> lineOf(announcements), Thread::startVirtualThread);
        try {
            String line = first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (line.startsWith(Service.READY)) {
                return started(line.substring(Service.READY.length()));
            }
            throw new IOException("jipsecd did not start: " + lastLineOf(place.logFile()));
        } catch (TimeoutException late) {
            process.destroy();
            throw new IOException(
                    "jipsecd did not start within " + PATIENCE.toSeconds() + " s", late);
        } catch (ExecutionException | InterruptedException unexpected) {
            throw new IOException("jipsecd did not start", unexpected);
        }
    }

    private static Started started(String announcement) {
        int comma = announcement.indexOf(", ");
        return new Started(
                Long.parseLong(announcement.substring(0, comma)),
                announcement.substring(comma + 2));
    }

    /// What a command begins with that outlives us.
    static List<String> detached(String name) {
        return List.of("/bin/sh", "-c", DETACH, name);
    }

    static ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JIPSEC_JAVA_HOME", System.getProperty("java.home"));
        builder.directory(new File("/"));
        return builder;
    }

    /// A program of ours.
    static List<String> program(Host host, String name) {
        if (host.home().isPresent()) {
            // absolute: the service starts in a folder of its own
            Path program = host.home().get().resolve("bin").resolve(name).toAbsolutePath();
            return List.of(program.toString());
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                Main.class.getName(),
                name);
    }

    private static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String lineOf(BufferedReader reader) {
        try {
            String line = reader.readLine();
            return line == null ? "" : line;
        } catch (IOException closed) {
            return "";
        }
    }

    private static String lastLineOf(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        String last = lines.isEmpty() ? "it said nothing" : lines.getLast();
        return last.startsWith("jipsecd: ") ? last.substring("jipsecd: ".length()) : last;
    }
}
