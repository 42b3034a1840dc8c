package org.jipsec.cli;

import org.jipsec.racoonconf.DiskFiles;

import java.io.PrintWriter;
import java.util.Arrays;

/// jracoon: reads its command line and either checks a configuration or hands over to
/// [JracoonRun].
final class JracoonCommand {
    /// racoon's own.
    private static final String CLASSIC_USAGE =
            """
            usage: racoon [-BdFv46] [-f (file)] [-l (file)] [-p (port)] [-P (natt port)]
               -B: install SA to the kernel from the file specified by the configuration file.
               -d: debug level, more -d will generate more debug message.
               -C: dump parsed config file.
               -L: include location in debug messages
               -F: run in foreground, do not become daemon.
               -v: be more verbose
               -V: print version and exit
               -4: IPv4 mode.
               -6: IPv6 mode.
               -f: pathname for configuration file.
               -l: pathname for log file.
               -p: port number for isakmp (default: 500).
               -P: port number for NAT-T (default: 4500).
            """;

    private final Host host;
    private final BackendOpener backends;
    private final Network network;

    JracoonCommand(Host host, BackendOpener backends, Network network) {
        this.host = host;
        this.backends = backends;
        this.network = network;
    }

    /// @return 0; 1 the file is wrong, or the start failed; 2 the command line is wrong
    int run(PrintWriter out, PrintWriter err, String... arguments) {
        if (Arrays.asList(arguments).contains("--classic")) {
            return runClassic(out, err, arguments);
        }
        try {
            JracoonOptions options =
                    JracoonOptions.of(CommandLines.parse(CommandLines.jracoon(), arguments));
            return run(options, out, err);
        } catch (UsageException wrong) {
            err.println("jracoon: " + wrong.getMessage());
            err.println("try: jracoon --help");
            return 2;
        }
    }

    private int run(JracoonOptions options, PrintWriter out, PrintWriter err) {
        RacoonCheck check = new RacoonCheck(host, new DiskFiles(host.folder()), out, err);
        return switch (options.action()) {
            case CHECK -> check.check(options);
            case EXPLAIN ->
                    options.file().isEmpty() ? check.listCodes() : check.explain(options.file());
            case HELP -> {
                CommandLines.printUsage(CommandLines.jracoon(), out);
                yield 0;
            }
            case VERSION -> {
                out.println(Version.line("jracoon"));
                yield 0;
            }
            case RUN -> new JracoonRun(host, backends, network, options, out, err).run();
        };
    }

    /// As racoon: a wrong command line is answered by its usage, on standard output.
    int runClassic(PrintWriter out, PrintWriter err, String... arguments) {
        JracoonOptions options;
        try {
            GivenOptions given = CommandLines.parse(CommandLines.jracoon(), arguments);
            options = JracoonOptions.of(given);
            if (options.action() == JracoonOptions.Action.HELP
                    || options.action() == JracoonOptions.Action.EXPLAIN) {
                throw new UsageException("racoon has no such option");
            }
        } catch (UsageException wrong) {
            out.print(CLASSIC_USAGE);
            return 1;
        }
        return switch (options.action()) {
            case CHECK ->
                    new RacoonCheck(host, new DiskFiles(host.folder()), out, err)
                            .checkClassic(options);
            case VERSION -> {
                out.println(Version.line("racoon"));
                yield 0;
            }
            case RUN, HELP, EXPLAIN ->
                    new JracoonRun(host, backends, network, options, out, err).run();
        };
    }
}
