package org.jipsec.cli;

import org.jipsec.daemon.ike.IkeDaemon.GivenPlaces;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.LogLevel;
import org.jipsec.os.IpFamily;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a command line of jracoon asks for.
///
/// @param file as the user named it
/// @param logFile `-l`
/// @param debug how often `-d` was given
/// @param port of IKE (`-p`), where it is not the configuration's
/// @param natPort of NAT traversal (`-P`)
/// @param family 4, 6, or 0 for both
/// @param jsonLog whether the log is for programs
/// @param socket of the userspace service
record JracoonOptions(
        Action action,
        String file,
        boolean foreground,
        Optional<String> logFile,
        int debug,
        boolean location,
        boolean verbose,
        boolean showRemotes,
        boolean restore,
        Optional<Integer> port,
        Optional<Integer> natPort,
        int family,
        boolean json,
        ColorChoice color,
        boolean classic,
        boolean jsonLog,
        BackendChoice backend,
        Optional<Path> socket) {
    static final String USUAL_FILE = "/etc/racoon/racoon.conf";

    enum Action {
        RUN,
        CHECK,
        EXPLAIN,
        HELP,
        VERSION
    }

    static JracoonOptions of(GivenOptions given) throws UsageException {
        Action action = action(given);
        if (given.has("--json") && action != Action.CHECK) {
            throw new UsageException("--json goes with -t");
        }
        if (given.has("-4") && given.has("-6")) {
            throw new UsageException("-4 and -6 contradict each other");
        }
        if (given.value("-f", USUAL_FILE).isEmpty()) {
            throw new UsageException("-f needs the name of a file");
        }
        return new JracoonOptions(
                action,
                action == Action.EXPLAIN ? code(given) : given.value("-f", USUAL_FILE),
                given.has("-F"),
                given.has("-l") ? Optional.of(given.value("-l", "")) : Optional.empty(),
                given.count("-d"),
                given.has("-L"),
                given.has("-v"),
                given.has("-C"),
                given.has("-B"),
                port(given, "-p"),
                port(given, "-P"),
                given.has("-4") ? 4 : given.has("-6") ? 6 : 0,
                given.has("--json"),
                ColorChoice.of(given.value("--color", "auto")),
                given.has("--classic"),
                jsonLog(given),
                BackendChoice.of(given.value("--backend", "auto")),
                ServicePlace.option(given));
    }

    private static boolean jsonLog(GivenOptions given) throws UsageException {
        return switch (given.value("--log-format", "text")) {
            case "text" -> false;
            case "json" -> true;
            case String other ->
                    throw new UsageException("--log-format wants text or json, not " + other);
        };
    }

    String program() {
        return classic ? "racoon" : "jracoon";
    }

    /// What is logged when the configuration says so.
    IkeReport.Level level(LogLevel configured) {
        int most = IkeReport.Level.values().length - 1;
        return IkeReport.Level.values()[Math.min(most, configured.ordinal() + debug)];
    }

    /// Where to listen, as far as it was said.
    GivenPlaces places() {
        Optional<IpFamily> only =
                switch (family) {
                    case 4 -> Optional.of(IpFamily.IPV4);
                    case 6 -> Optional.of(IpFamily.IPV6);
                    default -> Optional.empty();
                };
        return new GivenPlaces(optional(port), optional(natPort), only);
    }

    private static OptionalInt optional(Optional<Integer> number) {
        return number.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /// The options that mean the same to a process in the background and in another folder.
    List<String> arguments(Host host) {
        List<String> arguments = new ArrayList<>();
        add(arguments, "-f", absolute(host, file));
        logFile.ifPresent(name -> add(arguments, "-l", absolute(host, name)));
        arguments.addAll(Collections.nCopies(debug, "-d"));
        addIf(arguments, location, "-L");
        addIf(arguments, verbose, "-v");
        addIf(arguments, showRemotes, "-C");
        addIf(arguments, restore, "-B");
        addIf(arguments, family == 4, "-4");
        addIf(arguments, family == 6, "-6");
        addIf(arguments, classic, "--classic");
        port.ifPresent(number -> add(arguments, "-p", number.toString()));
        natPort.ifPresent(number -> add(arguments, "-P", number.toString()));
        if (jsonLog) {
            add(arguments, "--log-format", "json");
        }
        add(arguments, "--backend", backend.word());
        socket.ifPresent(path -> add(arguments, "--socket", path.toAbsolutePath().toString()));
        return arguments;
    }

    private static void add(List<String> arguments, String option, String value) {
        arguments.add(option);
        arguments.add(value);
    }

    private static void addIf(List<String> arguments, boolean wanted, String option) {
        if (wanted) {
            arguments.add(option);
        }
    }

    private static String absolute(Host host, String file) {
        return host.folder().resolve(file).toAbsolutePath().toString();
    }

    private static Action action(GivenOptions given) throws UsageException {
        if (given.has("-h")) {
            return Action.HELP;
        }
        if (given.has("-V")) {
            return Action.VERSION;
        }
        if (!given.positionals().isEmpty()) {
            if (!given.positionals().getFirst().equals("explain")) {
                throw new UsageException(
                        "takes no file but by -f: " + given.positionals().getFirst());
            }
            given.requireOnly("explain", "--color");
            return Action.EXPLAIN;
        }
        return given.has("-t") ? Action.CHECK : Action.RUN;
    }

    /// Empty: all of them.
    private static String code(GivenOptions given) throws UsageException {
        return switch (given.positionals().size()) {
            case 1 -> "";
            case 2 -> given.positionals().get(1);
            default -> throw new UsageException("explain takes one code");
        };
    }

    private static Optional<Integer> port(GivenOptions given, String option) throws UsageException {
        if (!given.has(option)) {
            return Optional.empty();
        }
        String text = given.value(option, "");
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
            return Optional.of(Integer.parseInt(text));
        }
        throw new UsageException(option + " wants a port from 0 to 65535, not " + text);
    }
}
