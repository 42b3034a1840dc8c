package org.jipsec.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The options of the programs, and the one place that knows Picocli.
///
/// Built in code, as annotations would be read by reflection at each start. Public for the test
/// that holds the manual pages to them.
public final class CommandLines {
    private CommandLines() {}

    public static CommandSpec jsetkey() {
        CommandSpec spec = CommandSpec.create().name("jsetkey");
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis(
                        "jsetkey [-nvrk] [--check] [--keep-going] [--json] -f FILE",
                        "       jsetkey plan [-rk] [--prune] [--json] -f FILE",
                        "       jsetkey apply [-rk] [--prune] [--revert-after TIME] [--json] -f"
                                + " FILE",
                        "       jsetkey confirm [--undo]",
                        "       jsetkey [-nvrk] -c",
                        "       jsetkey [-Paplv] [--json] -D",
                        "       jsetkey [-Pv] -F",
                        "       jsetkey [-H] -x",
                        "       jsetkey [--json] --stats",
                        "       jsetkey [-Pap] DUMP...",
                        "       jsetkey explain [CODE]")
                .footer(
                        "",
                        "Exit status: 0 all done; 1 the file is wrong or something was refused;",
                        "2 the command line is wrong, and of plan: something would change. Called"
                                + " as setkey, or with --classic, it does",
                        "as setkey of ipsec-tools 0.8.2 does.");
        flag(spec, "read commands from standard input; on a terminal: the shell", "-c");
        value(spec, "load FILE; - is standard input", "FILE", "-f");
        flag(spec, "dump the security associations; with -P the policies", "-D");
        flag(spec, "flush the security associations; with -P the policies", "-F");
        flag(spec, "print every PF_KEY message until interrupted; -xx: bare seconds", "-x");
        flag(spec, "with -D, -F: policies", "-P");
        flag(spec, "with -D: dead ones too", "-a");
        flag(spec, "with -D: ports too", "-p");
        flag(spec, "with -D: one line each, again every second", "-l");
        flag(spec, "check only: nothing is sent, no backend is needed", "-n");
        flag(spec, "print the messages exchanged with the backend", "-v");
        flag(spec, "print messages in hexadecimal, too", "-H");
        flag(spec, "an in policy makes a fwd policy, too (the default)", "-r");
        flag(spec, "it does not", "-k");
        flag(spec, "check, and print what would be done; needs no backend", "--check");
        flag(
                spec,
                "with -f, -c: what is refused stops nothing, and nothing is taken back",
                "--keep-going");
        flag(
                spec,
                "plan, apply: what jsetkey put there and FILE does not name goes, too",
                "--prune");
        value(
                spec,
                "apply: undo it after TIME (60s, 5m) unless jsetkey confirm follows",
                "TIME",
                "--revert-after");
        flag(spec, "confirm: undo what waits, at once", "--undo");
        value(spec, "auto (the default), userspace, pfkey or xfrm", "NAME", "--backend");
        value(spec, "where the userspace service listens", "PATH", "--socket");
        flag(spec, "print diagnostics, dumps and counters as JSON", "--json");
        flag(spec, "with --json: keys, too", "--show-keys");
        flag(spec, "print packet and drop counters", "--stats");
        value(spec, "auto (the default), always or never", "WHEN", "--color");
        flag(spec, "behave as the original: order, texts, exit status", "--classic");
        flag(spec, "print this", "-h", "-?", "--help");
        flag(spec, "print the version", "-V", "--version");
        positionals(spec);
        return spec;
    }

    public static CommandSpec jipsecd() {
        CommandSpec spec = CommandSpec.create().name("jipsecd");
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis(
                        "jipsecd [--no-wire | --queues N] [--foreground] [--socket PATH]",
                        "       jipsecd [--socket PATH] --stop | --status")
                .footer("", "Security associations and policies are lost when it ends.");
        flag(spec, "hold SAs and policies, but leave the host's network alone", "--no-wire");
        value(
                spec,
                "carry packets by N threads in each direction, 1 to 8; by itself half as many as"
                        + " there are processors, 4 at most",
                "N",
                "--queues");
        flag(spec, "stay in the foreground, log to standard error", "--foreground");
        value(spec, "listen on PATH", "PATH", "--socket");
        flag(spec, "end the service that runs on the socket", "--stop");
        flag(spec, "say whether one runs, and how; exit status 3 if none does", "--status");
        flag(spec, "print this", "-h", "--help");
        flag(spec, "print the version", "-V", "--version");
        positionals(spec);
        return spec;
    }

    public static CommandSpec jracoon() {
        CommandSpec spec = CommandSpec.create().name("jracoon");
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis(
                        "jracoon [-BdFLv46] [-f FILE] [-l FILE] [-p PORT] [-P PORT]",
                        "       jracoon -t [-C] [--json] [-f FILE]",
                        "       jracoon explain [CODE]")
                .footer(
                        "",
                        "Exit status: 0 all done, or the file is right; 1 the file is wrong or the"
                                + " start failed;",
                        "2 the command line is wrong. Called as racoon, or with --classic, it does",
                        "as racoon of ipsec-tools 0.8.2 does.");
        value(spec, "the configuration; else /etc/racoon/racoon.conf", "FILE", "-f");
        flag(spec, "check it and all that it names, and end; needs no rights", "-t", "--check");
        flag(spec, "stay in the foreground, log to standard output", "-F");
        value(spec, "log to FILE", "FILE", "-l");
        flag(spec, "log more; -dd: still more", "-d");
        flag(spec, "log the names of events, too", "-L");
        flag(spec, "taken, and of no effect: -dd logs the packets", "-v");
        flag(spec, "print the remotes as they were understood", "-C");
        flag(spec, "taken, and of no effect: SAs are not kept in files", "-B");
        value(spec, "IKE's port, else 500", "PORT", "-p");
        value(spec, "the port behind NATs, else 4500", "PORT", "-P");
        flag(spec, "IPv4 only", "-4");
        flag(spec, "IPv6 only", "-6");
        value(spec, "auto (the default), userspace, pfkey or xfrm", "NAME", "--backend");
        value(spec, "where the userspace service listens", "PATH", "--socket");
        value(spec, "text (the default), or json: an object a line", "FORM", "--log-format");
        flag(spec, "with -t: diagnostics as JSON, an object a line for each file", "--json");
        value(spec, "auto (the default), always or never", "WHEN", "--color");
        flag(spec, "behave as the original: texts, exit status", "--classic");
        flag(spec, "print this", "-h", "--help");
        flag(spec, "print the version", "-V", "--version");
        positionals(spec);
        return spec;
    }

    public static CommandSpec jipsec() {
        CommandSpec spec = CommandSpec.create().name("jipsec");
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis(
                        "jipsec [--backend NAME] [--socket PATH]",
                        "       jipsec trace [-c N] [--write FILE] [--keys DIR] [FILTER]",
                        "       jipsec doctor [--json]")
                .footer(
                        "",
                        "FILTER: host A, net P, port N (src or dst before them), spi N, policy N,",
                        "esp, ah, ipcomp, tcp, udp, icmp, proto N, drop [REASON], clear, in, out;",
                        "and, or, not, parentheses.");
        value(spec, "auto (the default), userspace, pfkey or xfrm", "NAME", "--backend");
        value(spec, "where the userspace service listens", "PATH", "--socket");
        value(spec, "auto (the default), always or never", "WHEN", "--color");
        value(spec, "trace: end after N packets", "N", "--count", "-c");
        value(spec, "trace: write a pcapng file, too", "FILE", "--write", "-w");
        value(spec, "trace: write all keys for Wireshark to DIR/esp_sa", "DIR", "--keys");
        flag(spec, "doctor: for programs", "--json");
        flag(spec, "print this", "-h", "--help");
        flag(spec, "print the version", "-V", "--version");
        positionals(spec);
        return spec;
    }

    /// @throws UsageException an option that is not there, or without its argument
    static GivenOptions parse(CommandSpec spec, String... arguments) throws UsageException {
        Map<String, List<String>> named = new HashMap<>();
        CommandLine.ParseResult result;
        try {
            result = new CommandLine(spec).parseArgs(arguments);
        } catch (CommandLine.UnmatchedArgumentException unmatched) {
            String suggestion = "";
            List<String> similar = unmatched.getSuggestions();
            if (!similar.isEmpty()) {
                suggestion = "; did you mean " + similar.getFirst() + "?";
            }
            throw new UsageException(
                    "unknown option " + unmatched.getUnmatched().getFirst() + suggestion);
        } catch (CommandLine.MissingParameterException missing) {
            throw new UsageException(nameOf(missing.getMissing()) + " needs an argument");
        } catch (CommandLine.ParameterException other) {
            throw new UsageException(String.valueOf(other.getMessage()));
        }
        for (OptionSpec option : result.matchedOptions()) {
            List<String> values = new ArrayList<>();
            if (option.arity().max() == 0) {
                for (int i = 0; i < ((boolean[]) option.getValue()).length; i++) {
                    values.add("");
                }
            } else {
                values.addAll(List.of((String[]) option.getValue()));
            }
            named.put(option.names()[0], values);
        }
        // one for each run of them between options, but all of the same spec, which has them all
        List<String> positionals =
                result.matchedPositionals().isEmpty()
                        ? List.of()
                        : List.of((String[]) result.matchedPositionals().getFirst().getValue());
        return new GivenOptions(named, positionals);
    }

    static void printUsage(CommandSpec spec, PrintWriter out) {
        String usage =
                new CommandLine(spec)
                        .setUsageHelpWidth(90)
                        .getUsageMessage(CommandLine.Help.Ansi.OFF);
        // Picocli writes -f=FILE, which would be a file called =FILE.
        out.print(usage.replaceAll("=(?=[A-Z]+ )", " "));
    }

    private static String nameOf(List<ArgSpec> missing) {
        return missing.getFirst() instanceof OptionSpec option ? option.names()[0] : "the command";
    }

    private static void flag(CommandSpec spec, String description, String... names) {
        spec.addOption(
                OptionSpec.builder(names)
                        .type(boolean[].class)
                        .arity("0")
                        .description(description)
                        .build());
    }

    private static void value(CommandSpec spec, String description, String label, String... names) {
        spec.addOption(
                OptionSpec.builder(names)
                        .type(String[].class)
                        .arity("1")
                        .paramLabel(label)
                        .description(description)
                        .build());
    }

    private static void positionals(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("FILE")
                        .type(String[].class)
                        .arity("0..*")
                        .hidden(true)
                        .build());
    }
}
