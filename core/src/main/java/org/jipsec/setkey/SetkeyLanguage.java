package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The whole way from a text to a plan.
public final class SetkeyLanguage {
    /// From so many octets on, threads for reading pay.
    private static final int LARGE = 1 << 20;

    private SetkeyLanguage() {}

    /// A text as [#compile] wants it: keys in it are never shown.
    ///
    /// @param name as messages have it
    public static SourceText source(String name, byte[] octets) {
        return new SourceText(name, octets, new KeyRedactor());
    }

    /// Reads, checks and plans in one pass: every problem of the text is in the result, and there
    /// is a plan only when none of them is an error. Nothing is carried out.
    ///
    /// @param capabilities of the backend that the plan is for
    public static Compilation compile(
            SourceText source, Capabilities capabilities, CompileOptions options) {
        Diagnostics problems = new Diagnostics();
        List<PlannedOperation> operations = new ArrayList<>();
        Digest digest = new Digest(capabilities, options, problems, operations);
        if (source.length() < LARGE) {
            SetkeyParser parser = new SetkeyParser(source, problems);
            digest.all(parser::next);
        } else {
            try (ReadAhead commands = new ReadAhead(source, problems)) {
                digest.all(commands::next);
            }
        }
        return new Compilation(
                problems,
                problems.hasErrors() ? Optional.empty() : Optional.of(new Plan(operations)));
    }

    /// What is done with each command.
    private record Digest(
            SetkeyChecker checker,
            SetkeyPlanner planner,
            FileLedger ledger,
            Diagnostics problems,
            List<PlannedOperation> operations) {
        Digest(
                Capabilities capabilities,
                CompileOptions options,
                Diagnostics problems,
                List<PlannedOperation> operations) {
            this(
                    new SetkeyChecker(capabilities, problems),
                    new SetkeyPlanner(capabilities, options, problems),
                    new FileLedger(problems),
                    problems,
                    operations);
        }

        void all(Supplier<Optional<Command>> commands) {
            Optional<Command> next = commands.get();
            while (next.isPresent()) {
                one(next.get());
                next = commands.get();
            }
            ledger.close();
        }

        private void one(Command command) {
            int errors = problems.errors();
            checker.check(command);
            List<PlannedOperation> planned = planner.plan(command);
            if (problems.errors() == errors) {
                planned = ledger.enter(command, planned);
            }
            if (problems.hasErrors()) {
                operations.clear();
            } else {
                operations.addAll(planned);
            }
        }
    }
}
