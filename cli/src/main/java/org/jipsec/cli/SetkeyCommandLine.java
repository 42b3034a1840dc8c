package org.jipsec.cli;

import java.util.ArrayList;
import java.util.List;

/// The command line as the original's getopt reads it: letters only, options and files in any
/// order, the last mode wins.
///
/// @param file what the last `-f` names
/// @param timestamps how often `-x` was given
/// @param dumps the arguments that are not options: binary dump files
record SetkeyCommandLine(
        Mode mode,
        String file,
        boolean policies,
        boolean dead,
        boolean ports,
        boolean repeat,
        boolean dryRun,
        boolean verbose,
        boolean hex,
        boolean forward,
        int timestamps,
        List<String> dumps) {
    enum Mode {
        NONE,
        SCRIPT,
        INPUT,
        DUMP,
        FLUSH,
        MONITOR
    }

    /// What the original does about each option as it comes to it, and in that order.
    sealed interface Outcome {
        record Run(SetkeyCommandLine options) implements Outcome {}

        /// @param complaint for standard error; empty for `-h`
        record Usage(String complaint) implements Outcome {}

        /// What to say on standard error before giving up.
        record Failure(String complaint) implements Outcome {}

        /// `-V`
        record VersionLine() implements Outcome {}
    }

    /// Says whether a file named by `-f` can be opened: the original tries that at once, before it
    /// looks at the next option.
    interface Opener {
        /// @return the complaint, or nothing
        String complaintAbout(String file);
    }

    static Outcome read(Opener opener, String... arguments) {
        Mode mode = Mode.NONE;
        String file = "";
        int timestamps = 0;
        boolean forward = true;
        StringBuilder letters = new StringBuilder();
        List<String> dumps = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--")) {
                dumps.addAll(List.of(arguments).subList(i + 1, arguments.length));
                break;
            }
            if (argument.length() < 2 || argument.charAt(0) != '-') {
                dumps.add(argument);
                continue;
            }
            for (int at = 1; at < argument.length(); at++) {
                char letter = argument.charAt(at);
                switch (letter) {
                    case 'c' -> mode = Mode.INPUT;
                    case 'D' -> mode = Mode.DUMP;
                    case 'F' -> mode = Mode.FLUSH;
                    case 'x' -> {
                        mode = Mode.MONITOR;
                        timestamps++;
                    }
                    case 'r' -> forward = true;
                    case 'k' -> forward = false;
                    case 'P', 'a', 'p', 'l', 'n', 'v', 'H' -> letters.append(letter);
                    case 'V' -> {
                        return new Outcome.VersionLine();
                    }
                    case 'f' -> {
                        mode = Mode.SCRIPT;
                        if (at + 1 < argument.length()) {
                            file = argument.substring(at + 1);
                        } else if (i + 1 < arguments.length) {
                            file = arguments[++i];
                        } else {
                            return new Outcome.Usage("setkey: option requires an argument -- 'f'");
                        }
                        String complaint = opener.complaintAbout(file);
                        if (!complaint.isEmpty()) {
                            return new Outcome.Failure(complaint);
                        }
                        at = argument.length();
                    }
                    case 'h', '?', 'd' -> {
                        return new Outcome.Usage("");
                    }
                    default -> {
                        return new Outcome.Usage("setkey: invalid option -- '" + letter + "'");
                    }
                }
            }
        }
        return new Outcome.Run(
                new SetkeyCommandLine(
                        mode,
                        file,
                        has(letters, 'P'),
                        has(letters, 'a'),
                        has(letters, 'p'),
                        has(letters, 'l'),
                        has(letters, 'n'),
                        has(letters, 'v'),
                        has(letters, 'H'),
                        forward,
                        timestamps,
                        dumps));
    }

    private static boolean has(StringBuilder letters, char letter) {
        return letters.indexOf(String.valueOf(letter)) >= 0;
    }
}
