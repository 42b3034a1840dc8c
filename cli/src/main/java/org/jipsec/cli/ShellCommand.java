package org.jipsec.cli;

import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

import picocli.CommandLine.Model.CommandSpec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/// jipsec, and `jsetkey -c` on a terminal: the [Shell] on the terminal it was started from.
final class ShellCommand {
    private final Host host;
    private final BackendOpener backends;

    ShellCommand(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends;
    }

    /// @return 0; 1 there is no backend; 2 the command line is wrong
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        CommandSpec spec = CommandLines.jipsec();
        try {
            GivenOptions given = CommandLines.parse(spec, arguments);
            if (given.has("-h")) {
                CommandLines.printUsage(spec, out);
                return 0;
            }
            if (given.has("-V")) {
                out.println(Version.line("jipsec"));
                return 0;
            }
            if (!given.positionals().isEmpty()) {
                throw new UsageException("takes no arguments; to load a file: jsetkey -f FILE");
            }
            BackendChoice choice = BackendChoice.of(given.value("--backend", "auto"));
            ColorChoice color = ColorChoice.of(given.value("--color", "auto"));
            String socket = given.value("--socket", "");
            Optional<Path> path =
                    socket.isEmpty() ? Optional.empty() : Optional.of(Path.of(socket));
            return shell(choice, path, color, true, err);
        } catch (UsageException wrong) {
            err.println("jipsec: " + wrong.getMessage());
            err.println("try: jipsec --help");
            return 2;
        } catch (IOException failed) {
            err.println("jipsec: " + failed.getMessage());
            return 1;
        }
    }

    /// @param forward `-r`
    int shell(
            BackendChoice choice,
            Optional<Path> socket,
            ColorChoice color,
            boolean forward,
            PrintWriter err)
            throws IOException {
        try (BackendLink link = backends.open(choice, socket, JsetkeyCommand.notice(err));
                Terminal terminal = TerminalBuilder.builder().system(true).build();
                Session session =
                        new Session(
                                () -> link,
                                host,
                                Presentation.plain(color.onStream(host.outputIsTerminal(), host)),
                                forward,
                                terminal.writer(),
                                terminal.writer())) {
            terminal.writer().println(Version.line("jipsec") + ", type ? or a command");
            return new Shell(session, terminal, KeylessHistory.file(host)).run();
        }
    }
}
