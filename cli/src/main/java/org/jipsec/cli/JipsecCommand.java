package org.jipsec.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;

/// jipsec: the shell, and behind a word the tools around the stack.
final class JipsecCommand {
    private final Host host;
    private final BackendOpener backends;
    private final Network network;

    JipsecCommand(Host host, BackendOpener backends, Network network) {
        this.host = host;
        this.backends = backends;
        this.network = network;
    }

    /// @return 0; 1 it could not be done, or `doctor` found something missing; 2 the command line
    ///     is wrong
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        try {
            GivenOptions given = CommandLines.parse(CommandLines.jipsec(), arguments);
            List<String> words = given.positionals();
            if (ProgramOpening.isAnswered(CommandLines.jipsec(), given, out)) {
                return 0;
            }
            if (words.isEmpty()) {
                given.requireOnly("the shell", "--backend", "--socket", "--color");
                return new ShellCommand(host, backends).run(given, err);
            }
            return switch (words.getFirst()) {
                case "doctor" -> {
                    given.requireOnly("doctor", "--json", "--socket");
                    if (words.size() > 1) {
                        throw new UsageException("doctor takes no arguments");
                    }
                    yield new DoctorCommand(host, network).run(given, out);
                }
                case "trace" -> {
                    given.requireOnly(
                            "trace", "--socket", "--color", "--write", "--keys", "--count");
                    yield new TraceCommand(host, backends)
                            .run(given, words.subList(1, words.size()), out, err);
                }
                default ->
                        throw new UsageException(
                                "there is no command "
                                        + words.getFirst()
                                        + ": trace, doctor, or none for the shell; to load a file:"
                                        + " jsetkey -f FILE");
            };
        } catch (UsageException wrong) {
            err.println("jipsec: " + wrong.getMessage());
            err.println("try: jipsec --help");
            return 2;
        }
    }
}
