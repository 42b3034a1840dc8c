package org.jipsec.cli;

import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

import java.io.IOException;
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

    /// @return 0; 1 there is no backend
    /// @throws UsageException an option makes no sense
    int run(GivenOptions given, PrintWriter err) throws UsageException {
        BackendChoice choice = BackendChoice.of(given.value("--backend", "auto"));
        ColorChoice color = ColorChoice.of(given.value("--color", "auto"));
        Optional<Path> socket = ServicePlace.option(given);
        try {
            return shell(choice, socket, color, true, err);
        } catch (IOException failed) {
            err.println("jipsec: " + Reasons.message(failed));
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
                                Session.Opening.of(link),
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
