package org.jipsec.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The program nft(8). For one thread.
final class Nft {
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/sbin/nft"), Path.of("/sbin/nft"), Path.of("/usr/bin/nft"));

    /// So many of our own changes may be told of late.
    private static final int REMEMBERED = 64;

    private final Path program;

    /// The processes that ran scripts, the oldest first.
    private final Deque<Long> processes = new ArrayDeque<>();

    Nft(Path program) {
        this.program = program;
    }

    /// Empty when it is not installed.
    static Optional<Nft> find() {
        return PLACES.stream().filter(Files::isExecutable).findFirst().map(Nft::new);
    }

    /// Whether a process has run a script of ours, not long ago.
    boolean wasRunBy(long process) {
        return processes.contains(process);
    }

    /// Carries out a script, all of it or nothing.
    ///
    /// @throws IOException with what nft says against it
    void run(String script) throws IOException {
        Result result = start(List.of("-f", "-"), script);
        if (result.status() != 0) {
            throw new IOException("nft: " + result.firstLine());
        }
    }

    /// What jipsec's table looks like, with handles, without elements; empty when there is none.
    Optional<String> listing() throws IOException {
        Result result =
                start(List.of("-a", "-t", "list", "table", "inet", WireNames.FILTER_TABLE), "");
        return result.status() == 0 ? Optional.of(result.output()) : Optional.empty();
    }

    private record Result(int status, String output) {
        String firstLine() {
            return output.lines().findFirst().orElse("exit status " + status);
        }
    }

    private Result start(List<String> arguments, String input) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(arguments);
        builder.redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        processes.add(process.pid());
        if (processes.size() > REMEMBERED) {
            processes.remove();
        }
        try {
            try (OutputStream script = process.getOutputStream()) {
                script.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException unread) {
                // it has ended already, and says why
            }
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("nft: interrupted", stopped);
        } finally {
            process.destroy();
        }
    }
}
