package org.jipsec.diag;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One thing to say about a text.
///
/// @param code stable: tests and the manual cite it, `explain` tells more about it
/// @param span the smallest stretch that is wrong
/// @param message what is wrong: lower case, no full stop, no key material
/// @param label what is there, beside the caret
/// @param hint what to write instead
/// @param further other places that have to do with it
/// @param notes what else is worth knowing, a line each
public record Diagnostic(
        String code,
        Severity severity,
        Span span,
        String message,
        Optional<String> label,
        Optional<String> hint,
        List<Place> further,
        List<String> notes) {
    public Diagnostic {
        further = List.copyOf(further);
        notes = List.copyOf(notes);
    }

    /// @param label what is there
    public record Place(Span span, String label) {}

    public static Builder error(String code, Span span, String message) {
        return new Builder(code, Severity.ERROR, span, message);
    }

    public static Builder warning(String code, Span span, String message) {
        return new Builder(code, Severity.WARNING, span, message);
    }

    public static Builder note(String code, Span span, String message) {
        return new Builder(code, Severity.NOTE, span, message);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// Collects the parts that not every diagnostic has.
    public static final class Builder {
        private final String code;
        private final Severity severity;
        private final Span span;
        private final String message;
        private Optional<String> label = Optional.empty();
        private Optional<String> hint = Optional.empty();
        private final List<Place> further = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        private Builder(String code, Severity severity, Span span, String message) {
            this.code = Objects.requireNonNull(code);
            this.severity = severity;
            this.span = span;
            this.message = message;
        }

        public Builder label(String text) {
            label = Optional.of(text);
            return this;
        }

        public Builder hint(String text) {
            hint = Optional.of(text);
            return this;
        }

        public Builder hint(Optional<String> text) {
            hint = text;
            return this;
        }

        public Builder also(Span place, String text) {
            further.add(new Place(place, text));
            return this;
        }

        public Builder note(String text) {
            notes.add(text);
            return this;
        }

        public Diagnostic build() {
            return new Diagnostic(code, severity, span, message, label, hint, further, notes);
        }
    }
}
