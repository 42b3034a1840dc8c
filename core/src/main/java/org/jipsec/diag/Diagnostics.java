package org.jipsec.diag;

import java.util.ArrayList;
import java.util.List;

/// Collects what is to be said of one text. Keeps the first [#limit] and counts the rest, so that a
/// hopeless file of any size costs bounded memory. Not thread-safe.
public final class Diagnostics {
    public static final int DEFAULT_LIMIT = 100;

    private final int limit;
    private final List<Diagnostic> kept = new ArrayList<>();
    private int errors;
    private int warnings;
    private int notes;

    public Diagnostics() {
        this(DEFAULT_LIMIT);
    }

    /// @param limit how many are kept
    public Diagnostics(int limit) {
        this.limit = limit;
    }

    public void report(Diagnostic diagnostic) {
        switch (diagnostic.severity()) {
            case ERROR -> errors++;
            case WARNING -> warnings++;
            case NOTE -> notes++;
        }
        if (kept.size() < limit) {
            kept.add(diagnostic);
        } else if (diagnostic.isError()) {
            dropLastThatIsNoError(diagnostic);
        }
    }

    /// Does [#report] with what `builder` builds.
    public void report(Diagnostic.Builder builder) {
        report(builder.build());
    }

    /// What another has collected, as if it had been reported here.
    public void reportAll(Diagnostics other) {
        int keptErrors = 0;
        int keptWarnings = 0;
        for (Diagnostic diagnostic : other.kept) {
            report(diagnostic);
            switch (diagnostic.severity()) {
                case ERROR -> keptErrors++;
                case WARNING -> keptWarnings++;
                case NOTE -> {}
            }
        }
        errors += other.errors - keptErrors;
        warnings += other.warnings - keptWarnings;
        notes += other.notes - (other.kept.size() - keptErrors - keptWarnings);
    }

    /// An error is never hidden by warnings that came before it.
    private void dropLastThatIsNoError(Diagnostic error) {
        for (int i = kept.size() - 1; i >= 0; i--) {
            if (!kept.get(i).isError()) {
                kept.remove(i);
                kept.add(error);
                return;
            }
        }
    }

    public boolean hasErrors() {
        return errors > 0;
    }

    public int errors() {
        return errors;
    }

    public int warnings() {
        return warnings;
    }

    public int notes() {
        return notes;
    }

    /// Those that were not kept.
    public int omitted() {
        return errors + warnings + notes - kept.size();
    }

    /// In the order of the text; at one place the worst first.
    public List<Diagnostic> all() {
        List<Diagnostic> sorted = new ArrayList<>(kept);
        sorted.sort(Diagnostics::inOrder);
        return List.copyOf(sorted);
    }

    private static int inOrder(Diagnostic one, Diagnostic other) {
        int byPlace = Integer.compare(one.span().start(), other.span().start());
        if (byPlace != 0) {
            return byPlace;
        }
        int bySeverity = one.severity().compareTo(other.severity());
        return bySeverity != 0 ? bySeverity : one.code().compareTo(other.code());
    }

    /// `2 errors, 1 warning`; empty when there is nothing.
    public String summary() {
        List<String> parts = new ArrayList<>();
        add(parts, errors, "error");
        add(parts, warnings, "warning");
        add(parts, notes, "note");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, int count, String word) {
        if (count > 0) {
            parts.add(count + " " + word + (count == 1 ? "" : "s"));
        }
    }
}
