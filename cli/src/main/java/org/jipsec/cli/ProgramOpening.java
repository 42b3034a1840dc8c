package org.jipsec.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.io.PrintWriter;
import java.util.Optional;

/// How jipsecd reads its command line, which has options and nothing else.
final class ProgramOpening {
    private ProgramOpening() {}

    /// What was given; empty when that was a wish for help or the version, which is fulfilled.
    ///
    /// @param noArguments what to say to an argument that is no option
    static Optional<GivenOptions> read(
            CommandSpec spec, PrintWriter out, String noArguments, String... arguments)
            throws UsageException {
        GivenOptions given = CommandLines.parse(spec, arguments);
        if (isAnswered(spec, given, out)) {
            return Optional.empty();
        }
        if (!given.positionals().isEmpty()) {
            throw new UsageException(noArguments);
        }
        return Optional.of(given);
    }

    /// Fulfils a wish for help or the version.
    ///
    /// @return whether there was one
    static boolean isAnswered(CommandSpec spec, GivenOptions given, PrintWriter out) {
        if (given.has("-h")) {
            CommandLines.printUsage(spec, out);
        } else if (given.has("-V")) {
            out.println(Version.line(spec.name()));
        }
        return given.has("-h") || given.has("-V");
    }
}
