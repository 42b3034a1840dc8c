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
import org.jipsec.setkey.Plan;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.SetkeyLanguage;
import org.jipsec.setkey.StateChange;
import org.jipsec.setkey.WantedState;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// `jsetkey plan`, `apply` and `confirm`: what a text would change, changing just that, and taking
/// it for good.
final class ChangeCommand {
    /// Something would change.
    static final int CHANGES = 2;

    /// Enough of a hopeless text; the rest is counted.
    private static final int MOST_REFUSALS = 100;

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
        if (compilation.plan().isEmpty()) {
            return nothingApplied(source, compilation);
        }
        Optional<Ledger> ledger;
        Optional<String> noPlace = Optional.empty();
        try {
            ledger = Optional.of(Ledger.read(session.statePlace()));
        } catch (IOException unusable) {
            ledger = Optional.empty();
            noPlace = Optional.of(Reasons.message(unusable));
        }
        Difference difference =
                difference(
                        compilation.plan().get(), live(), wish.prune() ? ledger : Optional.empty());
        if (wish.prune()) {
            noPlace.ifPresent(why -> err.println("jsetkey: nothing is pruned: " + why));
        }
        tellStanding();
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
        if (compilation.plan().isEmpty()) {
            return nothingApplied(source, compilation);
        }
        StatePlace place = place();
        try (ChangeLock _ = lock(place)) {
            return apply(source, compilation.diagnostics(), compilation.plan().get(), wish, place);
        }
    }

    private int apply(
            SourceText source, Diagnostics diagnostics, Plan plan, Wish wish, StatePlace place)
            throws IOException {
        if (refusesWhileWaiting(place)) {
            return 1;
        }
        Live live = live();
        Ledger ledger = Ledger.read(place);
        Difference difference =
                difference(plan, live, wish.prune() ? Optional.of(ledger) : Optional.empty());
        if (!json) {
            session.report(source, diagnostics);
            print(difference);
        }
        ledger.keepOnly(live.associations(), live.policies());
        Change change =
                new Change(
                        source,
                        difference,
                        json ? diagnostics : new Diagnostics(MOST_REFUSALS),
                        place,
                        new Undo(
                                ChangeText.summary(difference),
                                new String(ledger.text(), StandardCharsets.UTF_8),
                                difference.undo()));
        if (wish.revertAfter().isPresent() && !difference.isEmpty()) {
            Duration patience = wish.revertAfter().get();
            String backend = session.backend().capabilities().backend();
            try (Revert revert = Revert.prepare(host, place, backend, patience, change.undo())) {
                return carryOut(change, revert, patience);
            }
        }
        return carryOut(change, null, Duration.ZERO);
    }

    /// What is to be carried out.
    private record Change(
            SourceText source,
            Difference difference,
            Diagnostics refusals,
            StatePlace place,
            Undo undo) {}

    private int nothingApplied(SourceText source, Compilation compilation) {
        session.report(source, compilation.diagnostics());
        session.conclude(compilation.diagnostics(), "; nothing was applied");
        return 1;
    }

    private StatePlace place() throws IOException {
        try {
            return session.statePlace();
        } catch (IOException unusable) {
            throw untouched(unusable);
        }
    }

    private static ChangeLock lock(StatePlace place) throws IOException {
        try {
            return ChangeLock.take(place, ChangeLock.PATIENCE);
        } catch (IOException refused) {
            throw untouched(refused);
        }
    }

    private static IOException untouched(IOException cause) {
        return new IOException(Reasons.message(cause) + "; nothing was changed", cause);
    }

    private int carryOut(Change change, @Nullable Revert revert, Duration patience)
            throws IOException {
        List<PlannedOperation> operations = change.difference().operations();
        PlanRun run = session.planRun(operations, change.refusals());
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
        if (isDone) {
            Ledger.record(
                    change.place(),
                    operations.stream().map(PlannedOperation::operation).toList(),
                    from,
                    host.clock().instant());
        } else {
            // what was taken back is there anew, where a kernel cannot put it back with its time
            change.undo().recall(session.backend(), change.place(), from, host.clock());
        }
        if (isDone && revert != null && !isWatched(revert, change)) {
            return 1;
        }
        if (json) {
            out.println(ChangeText.json(change.difference(), isDone));
            session.report(change.source(), change.refusals());
        } else if (isDone) {
            out.println("Done: " + done(change.difference()));
            if (revert != null) {
                out.println(
                        "This is undone in " + patience.toSeconds() + " s unless: jsetkey confirm");
            }
        } else {
            session.report(change.source(), change.refusals());
            err.println(run.conclusion());
        }
        return isDone ? 0 : 1;
    }

    /// Lets the time run. What nobody would undo is undone now.
    private boolean isWatched(Revert revert, Change change) throws IOException {
        try {
            revert.begin();
            return true;
        } catch (IOException ended) {
            int refused = change.undo().carryOut(session.backend(), change.place(), host.clock());
            Waiting.confirm(change.place());
            err.println("jsetkey: " + Reasons.message(ended) + "; " + undone(refused));
            return false;
        }
    }

    private static String undone(int refused) {
        return "the change has been undone"
                + (refused == 0 ? "" : ", but for " + refused + " operations that were refused");
    }

    private static String done(Difference difference) {
        return ChangeText.summary(difference)
                .replace("to add", "added")
                .replace("to change", "changed")
                .replace("to remove", "removed");
    }

    /// @param isUndone whether the change is undone instead, now
    /// @return 1 when nothing was waiting, or not all of it could be undone
    int confirm(boolean isUndone) throws IOException {
        StatePlace place = place();
        try (ChangeLock _ = lock(place)) {
            Optional<Waiting> found = found(place);
            if (found.isEmpty()) {
                err.println("nothing is waiting to be confirmed");
                tellNews(place);
                return 1;
            }
            Waiting waiting = found.get();
            if (waiting.isReverting() && waiting.isWatched()) {
                err.println(waiting.standing(host.clock().instant()));
                return 1;
            }
            return isUndone ? undo(place, waiting) : keep(place, waiting);
        }
    }

    private int keep(StatePlace place, Waiting waiting) throws IOException {
        if (waiting.isReverting()) {
            Waiting.forget(place);
            out.println(
                    "kept as it is now, undone in part or not at all: " + waiting.undo().summary());
            tellNews(place);
            return 0;
        }
        if (!Waiting.confirm(place)) {
            err.println("too late: it is being undone");
            return 1;
        }
        out.println(
                "kept: "
                        + waiting.undo().summary()
                        + (waiting.isWatched()
                                ? ""
                                : "; nothing would have undone it, its watcher had ended"));
        return 0;
    }

    private int undo(StatePlace place, Waiting waiting) throws IOException {
        if (!waiting.isReverting() && !Waiting.takeToRevert(place)) {
            err.println("too late: it is being undone");
            return 1;
        }
        int refused = waiting.undo().carryOut(session.backend(), place, host.clock());
        Waiting.forget(place);
        tellNews(place);
        if (refused > 0) {
            err.println(undone(refused));
            return 1;
        }
        out.println("undone: " + waiting.undo().summary());
        return 0;
    }

    private boolean refusesWhileWaiting(StatePlace place) throws IOException {
        Optional<Waiting> waiting = found(place);
        tellNews(place);
        waiting.ifPresent(
                change ->
                        err.println(
                                change.standing(host.clock().instant()) + "; nothing was changed"));
        return waiting.isPresent();
    }

    /// What waits and is of these databases: the change of a service that has ended went with it.
    private Optional<Waiting> found(StatePlace place) throws IOException {
        Optional<Waiting> found = Waiting.at(place);
        if (found.isPresent() && !found.get().instance().equals(place.instance())) {
            Waiting.confirm(place);
            Waiting.forget(place);
            err.println(
                    "jsetkey: the change before, "
                            + found.get().undo().summary()
                            + ", that waited to be confirmed: what it was made in has been started"
                            + " anew since, and nothing of it is left");
            return Optional.empty();
        }
        return found;
    }

    /// For who only looks: what waits, and what came of what waited. Says nothing where that cannot
    /// be known.
    private void tellStanding() {
        try {
            StatePlace place = session.statePlace();
            try (ChangeLock _ = ChangeLock.take(place, Duration.ZERO)) {
                Optional<Waiting> waiting = found(place);
                tellNews(place);
                waiting.ifPresent(
                        change ->
                                err.println("jsetkey: " + change.standing(host.clock().instant())));
            }
        } catch (IOException unknown) {
            // apply will say why
        }
    }

    private void tellNews(StatePlace place) throws IOException {
        Waiting.news(place).ifPresent(news -> err.println("jsetkey: the change before, " + news));
    }

    /// @param pruned what jsetkey put there, when what of it the text does not name is to go too
    private Difference difference(Plan plan, Live live, Optional<Ledger> pruned)
            throws IOException {
        boolean isUserspace = session.backend().capabilities().backend().equals("userspace");
        WantedState wanted = new WantedState(live.associations(), live.policies(), isUserspace);
        wanted.run(plan);
        if (pruned.isPresent()) {
            Ledger ours = pruned.get();
            ours.trouble()
                    .ifPresentOrElse(
                            why -> err.println("jsetkey: nothing is pruned: " + why),
                            () -> wanted.prune(ours::isOurs, ours::isOurs));
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
