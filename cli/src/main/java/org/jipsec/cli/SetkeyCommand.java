package org.jipsec.cli;

import org.jipsec.setkey.ClassicHost;
import org.jipsec.setkey.ClassicNames;
import org.jipsec.setkey.ClassicSession;
import org.jipsec.setkey.ClassicSettings;
import org.jipsec.setkey.ClassicTrace;
import org.jipsec.setkey.SystemNames;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// setkey of ipsec-tools 0.8.2: the command line around a [ClassicSession].
final class SetkeyCommand {
    private static final String VERSION =
            "setkey @(#) ipsec-tools 0.8.2 (http://ipsec-tools.sourceforge.net)\n";
    private static final String USAGE =
            """
            usage: setkey [-vrk] file ...
                   setkey [-nvrk] -c
                   setkey [-nvrk] -f filename
                   setkey [-Palpvrk] -D
                   setkey [-Pv] -F
                   setkey [-H] -x
                   setkey [-V] [-h]
            """;

    private final Host host;
    private final BackendOpener backends;

    SetkeyCommand(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends.asSetkey();
    }

    /// @param arguments those of the original, and of ours `--classic`, `--backend`, `--socket`
    /// @return the original's exit status
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        BackendChoice choice = BackendChoice.AUTO;
        Optional<Path> socket = Optional.empty();
        List<String> original = new ArrayList<>();
        try {
            for (int i = 0; i < arguments.length; i++) {
                String argument = arguments[i];
                boolean ours = argument.equals("--backend") || argument.equals("--socket");
                if (ours && i + 1 == arguments.length) {
                    throw new UsageException(argument + " needs an argument");
                }
                if (argument.equals("--backend")) {
                    choice = BackendChoice.of(arguments[++i]);
                } else if (argument.equals("--socket")) {
                    socket = Optional.of(ServicePlace.path("--socket", arguments[++i]));
                } else if (argument.startsWith("--backend=")) {
                    choice = BackendChoice.of(argument.substring("--backend=".length()));
                } else if (argument.startsWith("--socket=")) {
                    String path = argument.substring("--socket=".length());
                    socket = Optional.of(ServicePlace.path("--socket", path));
                } else if (!argument.equals("--classic")) {
                    original.add(argument);
                }
            }
        } catch (UsageException wrong) {
            err.println("setkey: " + wrong.getMessage());
            return 1;
        }
        return switch (SetkeyCommandLine.read(this::complaint, original.toArray(String[]::new))) {
            case SetkeyCommandLine.Outcome.VersionLine() -> {
                out.print(VERSION);
                yield 1;
            }
            case SetkeyCommandLine.Outcome.Failure(String complaint) -> {
                err.println(complaint);
                yield 1;
            }
            case SetkeyCommandLine.Outcome.Usage(String complaint) -> {
                if (!complaint.isEmpty()) {
                    err.println(complaint);
                }
                yield usage(out);
            }
            case SetkeyCommandLine.Outcome.Run(SetkeyCommandLine line) ->
                    run(line, choice, socket, in, out, err);
        };
    }

    private static int usage(PrintWriter out) {
        out.print(VERSION);
        out.print(USAGE);
        return 1;
    }

    private String complaint(String file) {
        if (file.equals("-")) {
            return "";
        }
        String reason;
        try {
            reason = Reasons.whyNotReadable(host.path(file));
        } catch (IOException noSuchName) {
            reason = Reasons.of(noSuchName);
        }
        return reason.isEmpty() ? "" : "setkey: Can't open `" + file + "': " + reason;
    }

    private int run(
            SetkeyCommandLine line,
            BackendChoice choice,
            Optional<Path> socket,
            InputStream in,
            PrintWriter out,
            PrintWriter err) {
        if (!line.dumps().isEmpty()) {
            return printDumps(line, out, err);
        }
        try (BackendLink link =
                line.dryRun() ? new NoBackend() : backends.open(choice, socket, notice(err))) {
            ClassicHost classicHost =
                    new ClassicHost(
                            ClassicNames.over(new SystemNames()),
                            host.clock(),
                            host.zone().get(),
                            host.pause());
            ClassicSettings settings =
                    new ClassicSettings(
                            line.dryRun(),
                            line.forward(),
                            line.verbose(),
                            line.hex(),
                            line.ports(),
                            line.dead(),
                            line.repeat());
            // texts of messages cost more than the messages: made only to be shown
            boolean shown = line.verbose() || line.hex();
            ClassicTrace trace = shown ? link.trace() : ClassicTrace.NONE;
            ClassicSession session =
                    new ClassicSession(link.backend(), trace, classicHost, settings, out, err);
            switch (line.mode()) {
                case NONE -> {
                    return usage(out);
                }
                case SCRIPT -> {
                    String text;
                    try {
                        text = text(line.file(), in);
                    } catch (IOException unreadable) {
                        err.println("setkey: " + line.file() + ": " + Reasons.of(unreadable));
                        return 1;
                    }
                    return session.runFile(line.file(), text);
                }
                case INPUT -> {
                    return session.runInput(
                            new BufferedReader(
                                    new InputStreamReader(in, StandardCharsets.ISO_8859_1)));
                }
                case DUMP -> {
                    if (line.policies()) {
                        session.dumpPolicies();
                    } else {
                        session.dumpSas();
                    }
                }
                case FLUSH -> {
                    if (line.policies()) {
                        session.flushPolicies();
                    } else {
                        session.flushSas();
                    }
                }
                case MONITOR ->
                        link.monitor(
                                new MonitorPrinter(host, out, line.hex(), line.timestamps() > 1));
            }
            return 0;
        } catch (IOException failed) {
            err.println("pfkey_open: " + Reasons.message(failed));
            return 1;
        }
    }

    private java.util.function.Consumer<String> notice(PrintWriter err) {
        return line -> {
            err.println("setkey: " + line);
            err.flush();
        };
    }

    private String text(String file, InputStream in) throws IOException {
        byte[] octets = file.equals("-") ? WholeInput.of(in) : WholeInput.of(host.path(file));
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private int printDumps(SetkeyCommandLine line, PrintWriter out, PrintWriter err) {
        DumpFilePrinter printer = new DumpFilePrinter(host, out, line.ports(), line.dead());
        for (String file : line.dumps()) {
            try {
                printer.print(host.path(file));
            } catch (IOException failed) {
                err.println("setkey: " + file + ": " + Reasons.of(failed));
                return 1;
            }
        }
        return 0;
    }
}
