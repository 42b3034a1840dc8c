package org.jipsec.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;

/// jsetkey in its default mode.
final class JsetkeyCommand {
    private final Host host;
    private final BackendOpener backends;

    JsetkeyCommand(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends;
    }

    /// @return 0; 1 the file is wrong or something was refused; 2 the command line is wrong
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        for (String argument : arguments) {
            if (argument.equals("--classic")) {
                return new SetkeyCommand(host, backends).run(in, out, err, arguments);
            }
        }
        if (arguments.length > 0 && arguments[0].equals(RevertWatcher.NAME)) {
            return new RevertWatcher(host, backends)
                    .run(in, out, Arrays.copyOfRange(arguments, 1, arguments.length));
        }
        try {
            return run(options(arguments), in, out, err);
        } catch (UsageException wrong) {
            err.println("jsetkey: " + wrong.getMessage());
            err.println("try: jsetkey --help");
            // of plan 2 means that something would change
            return arguments.length > 0 && arguments[0].equals("plan") ? 1 : 2;
        } catch (IOException failed) {
            out.flush();
            err.println("jsetkey: " + Reasons.message(failed));
            return 1;
        }
    }

    private static JsetkeyOptions options(String... arguments) throws UsageException {
        Optional<GivenOptions> letters = LetterScanner.scan(arguments);
        return JsetkeyOptions.of(
                letters.isPresent()
                        ? letters.get()
                        : CommandLines.parse(CommandLines.jsetkey(), arguments));
    }

    private int run(JsetkeyOptions options, InputStream in, PrintWriter out, PrintWriter err)
            throws IOException {
        Presentation presentation =
                new Presentation(
                        options.color().onStream(host.errorIsTerminal(), host),
                        options.json(),
                        options.showKeys(),
                        options.ports(),
                        options.dead(),
                        options.verbose(),
                        options.hex());
        try (Session session =
                new Session(opening(options, err), host, presentation, options.forward(), out, err)
                        .keepGoing(options.keepGoing())) {
            return switch (options.action()) {
                case LOAD -> load(session, options, in);
                case READ_INPUT ->
                        host.inputIsTerminal() && host.outputIsTerminal()
                                ? new ShellCommand(host, backends)
                                        .shell(
                                                options.backend(),
                                                options.socket(),
                                                options.color(),
                                                options.forward(),
                                                err)
                                : text(session, options, "<stdin>", standardInput(in));
                case DUMP -> {
                    if (options.policies()) {
                        yield session.printPolicies();
                    }
                    yield options.repeat() ? session.printForever() : session.printAssociations();
                }
                case FLUSH -> session.flush(options.policies());
                case MONITOR -> session.monitor(options.timestamps() > 1);
                case PRINT_DUMPS -> printDumps(options, out, err);
                case STATISTICS -> session.printStatistics();
                case PLAN, APPLY, CONFIRM -> change(session, options, in, out, err);
                case EXPLAIN ->
                        options.file().isEmpty()
                                ? session.listCodes()
                                : session.explain(options.file());
                case HELP -> {
                    CommandLines.printUsage(CommandLines.jsetkey(), out);
                    yield 0;
                }
                case VERSION -> {
                    out.println(Version.line("jsetkey"));
                    yield 0;
                }
            };
        }
    }

    /// `-n` alone asks no kernel, which takes time and rights: it is checked against the embedded
    /// stack, which can do all that kernels can.
    private Session.Opening opening(JsetkeyOptions options, PrintWriter err) {
        boolean asks =
                options.backend() != BackendChoice.AUTO || !(options.dryRun() || options.check());
        return new Session.Opening() {
            @Override
            public BackendLink open() throws IOException {
                return backends.open(options.backend(), options.socket(), notice(err));
            }

            @Override
            public boolean leadsToKernel() throws IOException {
                return asks && backends.leadsToKernel(options.backend(), options.socket());
            }
        };
    }

    private int change(
            Session session,
            JsetkeyOptions options,
            InputStream in,
            PrintWriter out,
            PrintWriter err)
            throws IOException {
        ChangeCommand command = new ChangeCommand(session, host, options.json(), out, err);
        if (options.action() == JsetkeyOptions.Action.CONFIRM) {
            return command.confirm(options.undo());
        }
        boolean isInput = options.file().equals("-");
        String name = isInput ? "<stdin>" : options.file();
        byte[] octets = isInput ? standardInput(in) : session.read(options.file());
        return options.action() == JsetkeyOptions.Action.PLAN
                ? command.plan(name, octets, options.wish())
                : command.apply(name, octets, options.wish());
    }

    static java.util.function.Consumer<String> notice(PrintWriter err) {
        return line -> {
            err.println("jsetkey: " + line);
            err.flush();
        };
    }

    private static byte[] standardInput(InputStream in) throws IOException {
        try {
            return WholeInput.of(in);
        } catch (IOException unreadable) {
            throw new IOException(
                    "cannot read standard input: " + Reasons.of(unreadable), unreadable);
        }
    }

    private int load(Session session, JsetkeyOptions options, InputStream in) throws IOException {
        String file = options.file();
        if (file.equals("-")) {
            return text(session, options, "<stdin>", standardInput(in));
        }
        return text(session, options, file, session.read(file));
    }

    private static int text(Session session, JsetkeyOptions options, String name, byte[] octets)
            throws IOException {
        if (options.check()) {
            return session.plan(name, octets);
        }
        if (options.dryRun() && options.verbose()) {
            return session.plan(name, octets);
        }
        return options.dryRun() ? session.check(name, octets) : session.load(name, octets);
    }

    private int printDumps(JsetkeyOptions options, PrintWriter out, PrintWriter err) {
        DumpFilePrinter printer = new DumpFilePrinter(host, out, options.ports(), options.dead());
        for (String file : options.dumps()) {
            String complaint;
            try {
                complaint = printer.print(host.path(file));
            } catch (IOException failed) {
                complaint = Reasons.of(failed);
            }
            if (!complaint.isEmpty()) {
                out.flush();
                err.println("jsetkey: " + file + ": " + complaint);
                err.println(
                        "a file without -f is a binary dump of PF_KEY messages;"
                                + " a configuration is loaded by: jsetkey -f "
                                + file);
                return 1;
            }
        }
        return 0;
    }
}
