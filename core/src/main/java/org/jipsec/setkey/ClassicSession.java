package org.jipsec.setkey;

import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// setkey as ipsec-tools 0.8.2 on Linux has it, for `--classic`: commands run as they are read, the
/// first error ends the file with what stands before it done, refusals do not count, and every
/// message is the original's. Where it is not, `classic-deviations.tsv` says why
/// ([ClassicDeviations]).
///
/// One session is one run of the program with one open socket. Not thread-safe.
public final class ClassicSession {
    /// What the original prints of the octets behind an SA in its buffer: there is never anything
    /// there.
    private static final String EMPTY_MESSAGE =
            """
            sadb_msg{ version=0 type=0 errno=0 satype=0
              len=0 reserved=0 seq=0 pid=0

            """;

    private final SadbBackend backend;
    private final ClassicTrace trace;
    private final ClassicHost host;
    private final ClassicSettings settings;
    private final ClassicOutput output;
    private final SaFormatter sas;
    private final PolicyFormatter policies;

    /// @param out standard output
    /// @param err standard error
    public ClassicSession(
            SadbBackend backend,
            ClassicTrace trace,
            ClassicHost host,
            ClassicSettings settings,
            PrintWriter out,
            PrintWriter err) {
        this.backend = backend;
        this.trace = trace;
        this.host = host;
        this.settings = settings;
        this.output = new ClassicOutput(out, err);
        this.sas = new SaFormatter(host.zone(), settings.withPorts());
        this.policies = new PolicyFormatter(host.zone(), settings.withPorts());
    }

    /// `-f`: runs a whole file.
    ///
    /// @param name as messages give it
    /// @param text one char an octet (ISO 8859-1)
    /// @return the exit status: 1 when the file is not setkey's language or nobody is there, 0
    ///     whatever was refused
    public int runFile(String name, String text) {
        output.readingFile(name);
        if (!register()) {
            return 1;
        }
        return new ClassicInterpreter(this, host.names(), output).runFile(text);
    }

    /// `-c`: runs commands from a stream until its end or `exit`. A wrong command is left out and
    /// the next one read.
    ///
    /// @param input one char an octet (ISO 8859-1)
    /// @return the exit status: 1 only after a character that begins no word or when nobody is
    /// there
    public int runInput(BufferedReader input) throws IOException {
        if (!register()) {
            return 1;
        }
        ClassicInterpreter interpreter = new ClassicInterpreter(this, host.names(), output);
        StringBuilder pending = new StringBuilder();
        for (String line = line(input); line != null; line = line(input)) {
            int comment = line.indexOf('#');
            String kept = comment < 0 ? line : line.substring(0, comment);
            if (kept.isEmpty()) {
                continue;
            }
            if (!pending.isEmpty()) {
                pending.append(' ');
            }
            int from = 0;
            for (int end = kept.indexOf(';'); end >= 0; end = kept.indexOf(';', from)) {
                String command = pending.append(kept, from, end + 1).toString();
                pending.setLength(0);
                from = end + 1;
                switch (interpreter.runCommand(command)) {
                    case CONTINUE -> {}
                    case EXIT -> {
                        return 0;
                    }
                    case ABORT -> {
                        return 1;
                    }
                }
            }
            pending.append(kept, from, kept.length());
        }
        return 0;
    }

    /// As [BufferedReader#readLine], but a carriage return ends no line: to the original it is a
    /// character that begins no word.
    private static @Nullable String line(BufferedReader input) throws IOException {
        int c = input.read();
        if (c < 0) {
            return null;
        }
        StringBuilder line = new StringBuilder();
        while (c >= 0 && c != '\n') {
            line.append((char) c);
            c = input.read();
        }
        return line.toString();
    }

    /// `-D`, with `-P` [#dumpPolicies].
    public void dumpSas() {
        send(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC), 0);
    }

    public void dumpPolicies() {
        send(new SadbOperation.DumpPolicies(), 0);
    }

    /// `-F`, with `-P` [#flushPolicies].
    public void flushSas() {
        send(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC), 0);
    }

    public void flushPolicies() {
        send(new SadbOperation.FlushPolicies(), 0);
    }

    ClassicSettings settings() {
        return settings;
    }

    /// Does `operation` and prints what comes of it.
    ///
    /// @param line of the command, for a refusal
    void send(SadbOperation operation, int line) {
        if (settings.dryRun()) {
            return;
        }
        boolean again = settings.forever() && operation instanceof SadbOperation.DumpSas;
        if (again) {
            print(SaFormatter.SHORT_HEADER);
        }
        do {
            sendOnce(operation, line);
        } while (again && !output.out().checkError() && host.pause().getAsBoolean());
    }

    /// Asks for the algorithms, as the original does before it reads; other programs see it in
    /// `-x`. Neither `-v` nor `-H` show it, and what may be named is [ClassicCapabilities] whatever
    /// comes. False when it cannot be asked.
    private boolean register() {
        if (settings.dryRun()) {
            return true;
        }
        try {
            backend.execute(new SadbOperation.Register(IpsecProtocol.UNSPEC));
            trace.take();
            return true;
        } catch (IOException broken) {
            output.warn(String.valueOf(broken.getMessage()));
            return false;
        }
    }

    /// What the kernel would answer to a message that cannot be said in [SadbOperation].
    void refuse(Errno errno, int line) {
        if (!settings.dryRun()) {
            output.refused(line, errno.text());
        }
    }

    /// A listing that is not printed, for `deleteall`; empty when nothing is sent or it fails.
    List<SaSnapshot> list(IpsecProtocol protocol) {
        List<SaSnapshot> all = new ArrayList<>();
        if (!settings.dryRun()) {
            try {
                backend.stream(
                        new SadbOperation.DumpSas(protocol),
                        reply -> {
                            if (reply instanceof SadbReply.Sas(var snapshots)) {
                                all.addAll(snapshots);
                            }
                        });
                printMessages();
            } catch (IOException broken) {
                warn(broken);
            }
        }
        return all;
    }

    private void sendOnce(SadbOperation operation, int line) {
        try {
            if (operation instanceof SadbOperation.DumpSas
                    || operation instanceof SadbOperation.DumpPolicies) {
                boolean[] any = new boolean[1];
                backend.stream(
                        operation,
                        entry -> {
                            any[0] = true;
                            answered(operation, entry, line);
                        });
                if (!any[0]) {
                    answered(operation, new SadbReply.Refused(Errno.ENOENT, ""), line);
                }
            } else {
                answered(operation, backend.execute(operation), line);
            }
        } catch (IOException broken) {
            warn(broken);
        }
        output.out().flush();
    }

    private void answered(SadbOperation operation, SadbReply reply, int line) {
        printMessages();
        switch (reply) {
            case SadbReply.Sas(var snapshots) -> snapshots.forEach(this::printListed);
            case SadbReply.Policies(var snapshots) -> snapshots.forEach(this::print);
            case SadbReply.Sa(var snapshot) -> print(snapshot);
            case SadbReply.FoundPolicy(var snapshot) -> print(snapshot);
            case SadbReply.Refused(Errno errno, String _) -> refused(operation, errno, line);
            case SadbReply.Done _,
                    SadbReply.SpiReserved _,
                    SadbReply.Registered _,
                    SadbReply.Counted _ -> {
                // nothing is said of success
            }
        }
    }

    /// What has been sent and what has come since the last time; of an answer to a listing that is
    /// its first entry, then each one before it is printed.
    private void printMessages() {
        for (ClassicTrace.Message message : trace.take()) {
            if (settings.verbose()) {
                print(message.text());
            }
            if (settings.hex() && message.sent()) {
                print(message.hex());
            }
        }
    }

    private void printListed(SaSnapshot snapshot) {
        if (snapshot.state() == SaState.DEAD && !settings.deadToo()) {
            return;
        }
        if (settings.forever()) {
            StringBuilder text = new StringBuilder();
            sas.appendShort(text, snapshot, host.clock().instant());
            print(text);
        } else {
            print(snapshot);
        }
        if (settings.verbose()) {
            print(EMPTY_MESSAGE);
        }
    }

    private void print(SaSnapshot snapshot) {
        StringBuilder text = new StringBuilder(512);
        sas.append(text, snapshot, host.clock().instant());
        print(text);
    }

    private void print(PolicySnapshot snapshot) {
        StringBuilder text = new StringBuilder(256);
        policies.append(text, snapshot);
        print(text);
    }

    private void print(CharSequence text) {
        output.out().append(text);
    }

    private void refused(SadbOperation operation, Errno errno, int line) {
        output.refused(line, errno == Errno.ENOENT ? nothingThere(operation) : errno.text());
    }

    private static String nothingThere(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.DeleteSa _,
                    SadbOperation.DeleteAllSas _,
                    SadbOperation.GetSa _,
                    SadbOperation.DeletePolicy _ ->
                    "No entry";
            case SadbOperation.DumpSas _ -> "No SAD entries";
            case SadbOperation.DumpPolicies _ -> "No SPD entries";
            default -> "(null)"; // what its printf makes of no text; Linux never says ENOENT here
        };
    }

    private void warn(IOException broken) {
        output.warn("send: " + broken.getMessage());
    }
}
