package org.jipsec.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.io.PrintWriter;
import java.util.Optional;

/// How jipsecd and jipsec read their command lines, which have options and nothing else.
final class ProgramOpening {
    private ProgramOpening() {}

    /// What was given; empty when that was a wish for help or the version, which is fulfilled.
    ///
    /// @param noArguments what to say to an argument that is no option
    static Optional<GivenOptions> read(
            CommandSpec spec, PrintWriter out, String noArguments, String... arguments)
            throws UsageException {
        GivenOptions given = CommandLines.parse(spec, arguments);
        if (given.has("-h")) {
            CommandLines.printUsage(spec, out);
            return Optional.empty();
        }
        if (given.has("-V")) {
            out.println(Version.line(spec.name()));
            return Optional.empty();
        }
        if (!given.positionals().isEmpty()) {
            throw new UsageException(noArguments);
        }
        return Optional.of(given);
    }
}
