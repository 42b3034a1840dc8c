package org.jipsec.cli;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.JsonRendering;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.ClassicTrace;
import org.jipsec.setkey.Code;
import org.jipsec.setkey.Compilation;
import org.jipsec.setkey.CompileOptions;
import org.jipsec.setkey.Explanations;
import org.jipsec.setkey.Plan;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.Refusals;
import org.jipsec.setkey.SaFormatter;
import org.jipsec.setkey.SetkeyLanguage;
import org.jipsec.setkey.SystemNames;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// jsetkey in its default mode, over one backend that is opened when it is first needed: a text is
/// checked as a whole, then carried out; what is wrong with it, and what the backend refuses, is a
/// diagnostic at its place.
///
/// Every method that returns an `int` returns an exit status.
final class Session implements AutoCloseable {
    /// Enough of a hopeless text; the rest is counted.
    private static final int MOST_REFUSALS = 100;

    /// Opens the backend.
    interface Opening {
        BackendLink open() throws IOException;

        /// As [BackendOpener#leadsToKernel].
        default boolean leadsToKernel() throws IOException {
            return false;
        }

        /// One that is open already.
        static Opening of(BackendLink link) {
            return new Opening() {
                @Override
                public BackendLink open() {
                    return link;
                }

                @Override
                public boolean leadsToKernel() {
                    return true; // asking it costs nothing now
                }
            };
        }
    }

    private final Opening opening;
    private final Host host;
    private final Presentation presentation;
    private final boolean forward;
    private final PrintWriter out;
    private final PrintWriter err;
    private @Nullable BackendLink link;
    private boolean keepGoing;

    /// @param forward `-r`: an `in` policy brings its `fwd` one
    Session(
            Opening opening,
            Host host,
            Presentation presentation,
            boolean forward,
            PrintWriter out,
            PrintWriter err) {
        this.opening = opening;
        this.host = host;
        this.presentation = presentation;
        this.forward = forward;
        this.out = out;
        this.err = err;
    }

    /// From now on what a text asks for is done operation by operation, whatever is refused.
    Session keepGoing(boolean value) {
        keepGoing = value;
        return this;
    }

    /// What a text may ask for. The embedded stack's is known without asking it; a kernel has to be
    /// opened.
    private Capabilities capabilities() throws IOException {
        if (link == null && !opening.leadsToKernel()) {
            return Capabilities.userspace();
        }
        return link().backend().capabilities();
    }

    int loadFile(String file) throws IOException {
        return load(file, read(file));
    }

    /// @throws IOException it cannot be read; the message is for the user
    byte[] read(String file) throws IOException {
        try {
            return WholeInput.of(host.path(file));
        } catch (IOException unreadable) {
            throw new IOException(
                    "cannot open " + file + ": " + Reasons.of(unreadable), unreadable);
        }
    }

    /// Checks a text and carries it out when it has no error.
    ///
    /// @param name as messages have it
    int load(String name, byte[] octets) throws IOException {
        SourceText source = SetkeyLanguage.source(name, octets);
        Compilation compilation = compile(source);
        if (compilation.plan().isEmpty()) {
            report(source, compilation.diagnostics());
            conclude(compilation.diagnostics(), "; nothing was applied");
            return 1;
        }
        if (!presentation.json()) {
            report(source, compilation.diagnostics());
        }
        return apply(source, compilation.plan().get(), compilation.diagnostics());
    }

    /// Checks a text and no more.
    int check(String name, byte[] octets) throws IOException {
        SourceText source = SetkeyLanguage.source(name, octets);
        Diagnostics diagnostics = compile(source).diagnostics();
        report(source, diagnostics);
        return diagnostics.hasErrors() ? 1 : 0;
    }

    int planFile(String file) throws IOException {
        return plan(file, read(file));
    }

    /// Checks a text and prints what would be done.
    int plan(String name, byte[] octets) throws IOException {
        SourceText source = SetkeyLanguage.source(name, octets);
        Compilation compilation = compile(source);
        report(source, compilation.diagnostics());
        if (compilation.plan().isEmpty()) {
            conclude(compilation.diagnostics(), "");
            return 1;
        }
        if (!presentation.json()) {
            for (PlannedOperation planned : compilation.plan().get().operations()) {
                out.print(PlanText.of(planned.operation()));
                out.println(planned.automatic() ? "   (automatic, -k leaves it out)" : "");
            }
            conclude(compilation.diagnostics(), "");
        }
        return 0;
    }

    Compilation compile(SourceText source) throws IOException {
        return SetkeyLanguage.compile(
                source, capabilities(), new CompileOptions(!forward, new SystemNames()));
    }

    void report(SourceText source, Diagnostics diagnostics) {
        if (presentation.json()) {
            out.println(new JsonRendering(source).all(diagnostics));
        } else if (diagnostics.errors() + diagnostics.warnings() + diagnostics.notes() > 0) {
            out.flush();
            err.print(new Rendering(source, presentation.color()).all(diagnostics));
            err.flush();
        }
    }

    void conclude(Diagnostics diagnostics, String outcome) {
        String summary = diagnostics.summary();
        if (!presentation.json() && !summary.isEmpty()) {
            err.println(summary + outcome);
            err.flush();
        }
    }

    private int apply(SourceText source, Plan plan, Diagnostics diagnostics) throws IOException {
        Diagnostics refusals = presentation.json() ? diagnostics : new Diagnostics(MOST_REFUSALS);
        List<PlannedOperation> planned = plan.operations();
        if (planned.isEmpty()) {
            if (presentation.json()) {
                report(source, refusals);
            }
            return 0;
        }
        ClassicTrace trace = trace();
        PlanRun run = planRun(planned, refusals, trace);
        SadbBackend backend = link().backend();
        Instant from = host.clock().instant();
        boolean isDone;
        try {
            isDone = run.carryOut(backend, keepGoing);
        } catch (IOException broken) {
            if (refusals.hasErrors() || presentation.json()) {
                report(source, refusals);
            }
            throw broken;
        }
        printMessages(trace.take());
        try {
            Ledger.record(link().statePlace(), run.carried(), from, host.clock().instant());
        } catch (IOException noPlace) {
            // --prune will say that it knows nothing
        }
        if (presentation.json() || !isDone) {
            report(source, refusals);
        }
        if (!isDone && !presentation.json()) {
            err.println(run.conclusion());
        }
        return isDone ? 0 : 1;
    }

    /// What carries out operations, and prints what they ask for.
    PlanRun planRun(List<PlannedOperation> planned, Diagnostics refusals) throws IOException {
        return planRun(planned, refusals, ClassicTrace.NONE);
    }

    private PlanRun planRun(
            List<PlannedOperation> planned, Diagnostics refusals, ClassicTrace trace)
            throws IOException {
        return new PlanRun(
                planned,
                refusals,
                refusals(),
                reply -> {
                    printMessages(trace.take());
                    print(reply);
                });
    }

    SadbBackend backend() throws IOException {
        return link().backend();
    }

    /// Where to keep what is known of the backend's databases.
    StatePlace statePlace() throws IOException {
        return link().statePlace();
    }

    private Refusals refusals() throws IOException {
        return new Refusals(link().backend().capabilities().backend(), new RunningKernel());
    }

    /// What an operation of a text asked to be shown.
    private void print(SadbReply reply) {
        switch (reply) {
            case SadbReply.Sa(var snapshot) -> printAssociations(List.of(snapshot));
            case SadbReply.Sas(var snapshots) -> printAssociations(snapshots);
            case SadbReply.FoundPolicy(var snapshot) -> printPolicies(List.of(snapshot));
            case SadbReply.Policies(var snapshots) -> printPolicies(snapshots);
            case SadbReply.SpiReserved(var spi) ->
                    out.println(presentation.json() ? JsonListing.spi(spi) : "spi " + spi);
            case SadbReply.Counted(var statistics) -> StatisticsTable.print(statistics, out);
            case SadbReply.Done _, SadbReply.Registered _, SadbReply.Refused _ -> {}
        }
    }

    /// All SAs there are; none when there is no asking.
    List<SaSnapshot> associations() {
        try {
            return execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                            instanceof SadbReply.Sas(var snapshots)
                    ? snapshots
                    : List.of();
        } catch (IOException broken) {
            return List.of();
        }
    }

    int printAssociations() throws IOException {
        return printedAsTheyCome(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
    }

    int printPolicies() throws IOException {
        return printedAsTheyCome(new SadbOperation.DumpPolicies());
    }

    int printStatistics() throws IOException {
        SadbOperation operation = new SadbOperation.GetStatistics();
        SadbReply reply = execute(operation);
        if (reply instanceof SadbReply.Counted(var statistics) && presentation.json()) {
            out.println(JsonListing.statistics(statistics));
            return 0;
        }
        return printed(operation, reply);
    }

    /// `-l`: one line each, again and again until the host's pause says no, nobody reads, or nobody
    /// answers.
    int printForever() throws IOException {
        out.print(SaFormatter.SHORT_HEADER);
        SaFormatter formatter = new SaFormatter(zone(), presentation.ports());
        SadbOperation operation = new SadbOperation.DumpSas(IpsecProtocol.UNSPEC);
        do {
            SadbReply reply = execute(operation);
            if (reply instanceof SadbReply.Refused refused) {
                return refused(operation, refused);
            }
            StringBuilder text = new StringBuilder();
            Instant now = host.clock().instant();
            if (reply instanceof SadbReply.Sas(var snapshots)) {
                for (SaSnapshot snapshot : snapshots) {
                    if (presentation.shows(snapshot)) {
                        formatter.appendShort(text, snapshot, now);
                    }
                }
            }
            out.append(text).flush();
        } while (!out.checkError() && host.pause().getAsBoolean());
        return 0;
    }

    int flush(boolean policies) throws IOException {
        return printed(
                policies
                        ? new SadbOperation.FlushPolicies()
                        : new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
    }

    int monitor(boolean bareSeconds) throws IOException {
        link().monitor(new MonitorPrinter(host, out, presentation.hex(), bareSeconds));
        return 0;
    }

    int listCodes() {
        for (Explanations.Page page : Explanations.all().values()) {
            out.println(
                    page.code().id() + "  " + page.code().severity().word() + ": " + page.title());
        }
        return 0;
    }

    int explain(String code) {
        Optional<Code> found = Code.of(code);
        if (found.isEmpty()) {
            err.println("there is no diagnostic " + code + "; they look like SK014");
            return 1;
        }
        out.print(Explanations.of(found.get()).shown());
        return 0;
    }

    /// A listing of any length in little memory.
    private int printedAsTheyCome(SadbOperation dump) throws IOException {
        if (presentation.json()) {
            return printed(dump);
        }
        ClassicTrace trace = trace();
        EntryPrinter printer = new EntryPrinter(host, presentation, out);
        SadbReply.Refused[] refused = new SadbReply.Refused[1];
        link().backend().stream(
                dump,
                reply -> {
                    printMessages(trace.take());
                    switch (reply) {
                        case SadbReply.Sas(var snapshots) -> snapshots.forEach(printer::print);
                        case SadbReply.Policies(var snapshots) -> snapshots.forEach(printer::print);
                        case SadbReply.Refused no -> refused[0] = no;
                        default -> throw new IllegalStateException("a dump answers " + reply);
                    }
                });
        printMessages(trace.take());
        if (refused[0] != null) {
            return refused(dump, refused[0]);
        }
        if (!printer.hasSeenAny()) {
            out.println(
                    dump instanceof SadbOperation.DumpSas ? "No SAD entries." : "No SPD entries.");
        }
        return 0;
    }

    private int printed(SadbOperation operation) throws IOException {
        return printed(operation, execute(operation));
    }

    private int printed(SadbOperation operation, SadbReply reply) throws IOException {
        if (reply instanceof SadbReply.Refused refused) {
            return refused(operation, refused);
        }
        print(reply);
        return 0;
    }

    private int refused(SadbOperation operation, SadbReply.Refused refused) throws IOException {
        refusals().lines(operation, refused).forEach(err::println);
        return 1;
    }

    private void printAssociations(List<SaSnapshot> snapshots) {
        if (presentation.json()) {
            out.println(JsonListing.associations(snapshots, presentation.showKeys()));
            return;
        }
        if (snapshots.isEmpty()) {
            out.println("No SAD entries.");
        }
        EntryPrinter printer = new EntryPrinter(host, presentation, out);
        snapshots.forEach(printer::print);
    }

    private void printPolicies(List<PolicySnapshot> snapshots) {
        if (presentation.json()) {
            out.println(JsonListing.policies(snapshots));
            return;
        }
        if (snapshots.isEmpty()) {
            out.println("No SPD entries.");
        }
        EntryPrinter printer = new EntryPrinter(host, presentation, out);
        snapshots.forEach(printer::print);
    }

    private ZoneId zone() {
        return host.zone().get();
    }

    private SadbReply execute(SadbOperation operation) throws IOException {
        ClassicTrace trace = trace();
        SadbBackend backend = link().backend();
        SadbReply reply = backend.execute(operation);
        printMessages(trace.take());
        return reply;
    }

    /// The messages from now on, if they are to be printed.
    private ClassicTrace trace() throws IOException {
        boolean wanted = presentation.verbose() || presentation.hex();
        return wanted ? link().trace() : ClassicTrace.NONE;
    }

    private void printMessages(List<ClassicTrace.Message> messages) {
        for (ClassicTrace.Message message : messages) {
            if (presentation.verbose()) {
                out.print(message.text());
            }
            if (presentation.hex()) {
                out.print(message.hex());
            }
        }
    }

    private BackendLink link() throws IOException {
        if (link == null) {
            link = opening.open();
        }
        return link;
    }

    @Override
    public void close() throws IOException {
        if (link != null) {
            link.close();
        }
    }
}
