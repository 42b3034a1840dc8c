package org.jipsec.cli;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.Compilation;
import org.jipsec.setkey.Difference;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.SetkeyLanguage;
import org.jipsec.setkey.StateChange;
import org.jipsec.setkey.WantedState;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// `jsetkey plan`, `apply` and `confirm`: what a text would change, changing just that, and taking
/// it for good.
final class ChangeCommand {
    /// Something would change.
    static final int CHANGES = 2;

    private final Session session;
    private final Host host;
    private final boolean json;
    private final PrintWriter out;
    private final PrintWriter err;

    ChangeCommand(Session session, Host host, boolean json, PrintWriter out, PrintWriter err) {
        this.session = session;
        this.host = host;
        this.json = json;
        this.out = out;
        this.err = err;
    }

    /// @param prune whether what jsetkey put there and the text does not name goes too
    /// @param revertAfter undone after that when it is not confirmed
    record Wish(boolean prune, Optional<Duration> revertAfter) {}

    /// The databases as they are.
    private record Live(List<SaSnapshot> associations, List<PolicySnapshot> policies) {}

    /// @return 0 for nothing to do, 2 for something, 1 for an error
    int plan(String name, byte[] octets, Wish wish) throws IOException {
        SourceText source = SetkeyLanguage.source(name, octets);
        Compilation compilation = session.compile(source);
        Difference difference = difference(source, compilation, wish.prune());
        if (difference == null) {
            return 1;
        }
        Optional<StatePlace> place = session.statePlace();
        if (place.isPresent()) {
            tellNews(place.get());
        }
        if (json) {
            out.println(ChangeText.json(difference, false));
            session.report(source, compilation.diagnostics());
        } else {
            session.report(source, compilation.diagnostics());
            print(difference);
            out.println("Plan: " + ChangeText.summary(difference));
        }
        return difference.isEmpty() ? 0 : CHANGES;
    }

    /// @return 0 when it is as the text wants it
    int apply(String name, byte[] octets, Wish wish) throws IOException {
        SourceText source = SetkeyLanguage.source(name, octets);
        Compilation compilation = session.compile(source);
        Optional<StatePlace> place =
                compilation.plan().isEmpty() ? Optional.empty() : session.statePlace();
        if (place.isPresent() && refusesWhileWaiting(place.get())) {
            return 1;
        }
        Difference difference = difference(source, compilation, wish.prune());
        if (difference == null) {
            return 1;
        }
        if (!json) {
            session.report(source, compilation.diagnostics());
            print(difference);
        }
        Diagnostics refusals = json ? compilation.diagnostics() : new Diagnostics(100);
        if (wish.revertAfter().isPresent() && !difference.isEmpty()) {
            StatePlace at =
                    place.orElseThrow(
                            () ->
                                    new IOException(
                                            "there is no place for what --revert-after needs"));
            Duration patience = wish.revertAfter().get();
            try (Revert revert =
                    Revert.prepare(
                            host,
                            at,
                            session.backend().capabilities().backend(),
                            patience,
                            ChangeText.summary(difference),
                            difference.undo())) {
                return carryOut(source, difference, refusals, place, revert, patience);
            }
        }
        return carryOut(source, difference, refusals, place, null, Duration.ZERO);
    }

    private int carryOut(
            SourceText source,
            Difference difference,
            Diagnostics refusals,
            Optional<StatePlace> place,
            @Nullable Revert revert,
            Duration patience)
            throws IOException {
        List<PlannedOperation> operations = difference.operations();
        PlanRun run = session.planRun(operations, refusals);
        Instant from = host.clock().instant();
        boolean isDone;
        try {
            isDone = operations.isEmpty() || run.carryOut(session.backend(), false);
        } catch (IOException broken) {
            if (revert != null) {
                revert.undoNow();
            }
            throw broken;
        }
        if (isDone && place.isPresent()) {
            Ledger.record(
                    place.get(),
                    operations.stream().map(PlannedOperation::operation).toList(),
                    from,
                    host.clock().instant());
        }
        if (isDone && revert != null) {
            revert.begin();
        }
        if (json) {
            out.println(ChangeText.json(difference, isDone));
            session.report(source, refusals);
        } else if (isDone) {
            out.println("Done: " + done(difference));
            if (revert != null) {
                out.println(
                        "This is undone in " + patience.toSeconds() + " s unless: jsetkey confirm");
            }
        } else {
            session.report(source, refusals);
            err.println(run.conclusion());
        }
        return isDone ? 0 : 1;
    }

    private static String done(Difference difference) {
        return ChangeText.summary(difference)
                .replace("to add", "added")
                .replace("to change", "changed")
                .replace("to remove", "removed");
    }

    /// @return 1 when nothing was waiting
    int confirm() throws IOException {
        StatePlace place =
                session.statePlace()
                        .orElseThrow(() -> new IOException("nothing can be waiting here"));
        Optional<Waiting> waiting = Waiting.at(place);
        if (waiting.isEmpty() || !Waiting.confirm(place)) {
            err.println("nothing is waiting to be confirmed");
            tellNews(place);
            return 1;
        }
        out.println(
                "kept: "
                        + waiting.get().summary()
                        + (waiting.get().isWatched()
                                ? ""
                                : "; nothing would have undone it, its watcher had ended"));
        return 0;
    }

    private boolean refusesWhileWaiting(StatePlace place) throws IOException {
        tellNews(place);
        Optional<Waiting> waiting = Waiting.at(place);
        if (waiting.isEmpty()) {
            return false;
        }
        err.println(
                waiting.get().isWatched()
                        ? "a change waits to be confirmed and is undone at "
                                + waiting.get().until()
                                + ": jsetkey confirm, or wait"
                        : "a change waits to be confirmed, but what would undo it has ended:"
                                + " jsetkey confirm");
        return true;
    }

    private void tellNews(StatePlace place) throws IOException {
        Waiting.news(place).ifPresent(news -> err.println("jsetkey: the change before, " + news));
    }

    /// Null when the text is wrong or the databases cannot be read, which has been said.
    private @Nullable Difference difference(
            SourceText source, Compilation compilation, boolean prune) throws IOException {
        if (compilation.plan().isEmpty()) {
            session.report(source, compilation.diagnostics());
            session.conclude(compilation.diagnostics(), "; nothing was applied");
            return null;
        }
        Live live = live();
        boolean isUserspace = session.backend().capabilities().backend().equals("userspace");
        WantedState wanted = new WantedState(live.associations(), live.policies(), isUserspace);
        wanted.run(compilation.plan().get());
        if (prune) {
            Optional<Ledger> ledger = session.statePlace().map(Ledger::read);
            Optional<String> trouble =
                    ledger.isEmpty()
                            ? Optional.of("there is no place for a list of what jsetkey put there")
                            : ledger.get().trouble();
            if (trouble.isPresent()) {
                err.println("jsetkey: nothing is pruned: " + trouble.get());
            } else {
                Ledger ours = ledger.orElseThrow();
                wanted.prune(ours::isOurs, ours::isOurs);
            }
        }
        return wanted.difference();
    }

    private Live live() throws IOException {
        SadbBackend backend = session.backend();
        SadbReply associations = backend.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        SadbReply policies = backend.execute(new SadbOperation.DumpPolicies());
        if (associations instanceof SadbReply.Sas(var sas)
                && policies instanceof SadbReply.Policies(var sps)) {
            return new Live(sas, sps);
        }
        throw new IOException("the backend does not show its databases");
    }

    private void print(Difference difference) {
        for (StateChange change : difference.changes()) {
            out.println(ChangeText.line(change));
        }
    }
}
