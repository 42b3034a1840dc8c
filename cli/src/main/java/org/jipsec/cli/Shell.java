package org.jipsec.cli;

import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// setkey's language line by line: a statement runs when its `;` is typed, and what is wrong with
/// it is said below it. Beside the language there are a few commands that need no `;`.
final class Shell {
    static final List<String> FIRST_WORDS =
            List.of(
                    "add",
                    "check",
                    "delete",
                    "deleteall",
                    "dump",
                    "exit",
                    "explain",
                    "flush",
                    "get",
                    "help",
                    "load",
                    "quit",
                    "show",
                    "spdadd",
                    "spddelete",
                    "spddump",
                    "spdflush",
                    "spdupdate",
                    "update");

    private static final String HELP =
            """
            setkey's commands, each ended by a semicolon (setkey.conf(5)):
              add, update, delete, deleteall, get, flush, dump
              spdadd, spdupdate, spddelete, spdflush, spddump
            and without one:
              show sa | spd | stats   what the backend has
              check FILE              find out what is wrong with it, change nothing
              load FILE               check it, then run it
              explain CODE            more about a diagnostic, such as SK014
              help, ?                 this
              quit                    or ^D
            TAB completes. Lines with keys are never kept in the history.
            """;

    private final Session session;
    private final LineReader reader;
    private final PrintWriter out;

    /// @param history where lines without keys are kept from one run to the next
    Shell(Session session, Terminal terminal, Optional<Path> history) {
        this.session = session;
        this.out = terminal.writer();
        LineReaderBuilder builder =
                LineReaderBuilder.builder()
                        .appName("jipsec")
                        .terminal(terminal)
                        .parser(new ShellParser())
                        .completer(new ShellCompleter(session::associations))
                        .history(new KeylessHistory())
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "      > ")
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .option(LineReader.Option.HISTORY_TIMESTAMPED, false);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        this.reader = builder.build();
    }

    /// Reads until `quit` or the end of the input.
    ///
    /// @return the exit status: 0, as whoever typed it has seen what was wrong
    int run() {
        while (true) {
            String line;
            try {
                line = reader.readLine("jipsec> ");
            } catch (UserInterruptException dropped) {
                continue;
            } catch (EndOfFileException end) {
                return 0;
            }
            try {
                if (!execute(line.strip())) {
                    return 0;
                }
            } catch (IOException failed) {
                out.println(Reasons.message(failed));
            }
            out.flush();
        }
    }

    /// One that takes no `;`: it ends with its line.
    static boolean isShellCommand(String line) {
        String text = line.strip();
        if (text.startsWith("?")) {
            return true;
        }
        return switch (firstWord(text)) {
            case "show", "check", "load", "explain", "help" -> true;
            case "quit", "exit", "bye" -> true;
            default -> false;
        };
    }

    /// @return false when the shell is to end
    private boolean execute(String line) throws IOException {
        String text =
                line.endsWith(";") && isShellCommand(line)
                        ? line.substring(0, line.length() - 1).strip()
                        : line;
        if (text.startsWith("?")) {
            out.print(HELP);
            return true;
        }
        String word = firstWord(text);
        String rest = text.substring(word.length()).strip();
        switch (word) {
            case "" -> {}
            case "help" -> out.print(HELP);
            case "quit", "exit", "bye" -> {
                return false;
            }
            case "show" -> show(rest);
            case "check" -> needs(rest, "a file", session::planFile);
            case "load" -> needs(rest, "a file", session::loadFile);
            case "explain" -> needs(rest, "a code, such as SK014", session::explain);
            default -> session.load("<shell>", line.getBytes(StandardCharsets.UTF_8));
        }
        return true;
    }

    private void show(String what) throws IOException {
        switch (what) {
            case "sa" -> session.printAssociations();
            case "spd" -> session.printPolicies();
            case "stats" -> session.printStatistics();
            default -> out.println("show what? sa, spd or stats");
        }
    }

    private void needs(String argument, String what, Action action) throws IOException {
        if (argument.isEmpty()) {
            out.println("needs " + what);
        } else {
            action.run(argument);
        }
    }

    private interface Action {
        int run(String argument) throws IOException;
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && text.charAt(end) != ';') {
            end++;
        }
        return text.substring(0, end);
    }
}
