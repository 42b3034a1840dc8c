package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The whole way from a text to a plan.
public final class SetkeyLanguage {
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
        SetkeyParser parser = new SetkeyParser(source, problems);
        SetkeyChecker checker = new SetkeyChecker(capabilities, problems);
        SetkeyPlanner planner = new SetkeyPlanner(capabilities, options, problems);
        FileLedger ledger = new FileLedger(problems);
        List<PlannedOperation> operations = new ArrayList<>();
        Optional<Command> next = parser.next();
        while (next.isPresent()) {
            int errors = problems.errors();
            checker.check(next.get());
            List<PlannedOperation> planned = planner.plan(next.get());
            if (problems.errors() == errors) {
                planned = ledger.enter(next.get(), planned);
            }
            if (problems.hasErrors()) {
                operations.clear();
            } else {
                operations.addAll(planned);
            }
            next = parser.next();
        }
        ledger.close();
        return new Compilation(
                problems,
                problems.hasErrors() ? Optional.empty() : Optional.of(new Plan(operations)));
    }
}
