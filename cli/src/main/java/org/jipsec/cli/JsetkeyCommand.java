package org.jipsec.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Optional;

/// jsetkey, and as setkey the original's likeness.
final class JsetkeyCommand {
    private final Host host;
    private final boolean calledAsSetkey;

    JsetkeyCommand(Host host, boolean calledAsSetkey) {
        this.host = host;
        this.calledAsSetkey = calledAsSetkey;
    }

    /// @return 0; 1 the file is wrong or something was refused; 2 the command line is wrong
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        try {
            Optional<GivenOptions> letters = LetterScanner.scan(arguments);
            GivenOptions given =
                    letters.isPresent()
                            ? letters.get()
                            : CommandLines.parse(CommandLines.jsetkey(), arguments);
            JsetkeyOptions options = JsetkeyOptions.of(given);
            return switch (options.action()) {
                case HELP -> {
                    CommandLines.printUsage(CommandLines.jsetkey(), out);
                    yield 0;
                }
                case VERSION -> {
                    out.println(Version.line("jsetkey"));
                    yield 0;
                }
                case LOAD, READ_INPUT, DUMP, FLUSH, MONITOR, PRINT_DUMPS, STATISTICS, EXPLAIN -> 1;
            };
        } catch (UsageException wrong) {
            err.println("jsetkey: " + wrong.getMessage());
            err.println("try: jsetkey --help");
            return 2;
        }
    }
}
