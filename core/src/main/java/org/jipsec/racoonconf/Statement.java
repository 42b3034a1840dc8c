package org.jipsec.racoonconf;

import org.jipsec.diag.Span;

import java.util.List;
import java.util.Optional;

/// What is written, and where. The shapes of the arguments are the grammar's.
sealed interface Statement {
    /// With its semicolon, or to its left brace.
    Span span();

    Argument.Word name();

    List<Argument> arguments();

    record Directive(Span span, Argument.Word name, List<Argument> arguments) implements Statement {
        public Directive {
            arguments = List.copyOf(arguments);
        }
    }

    /// @param close the right brace; empty at the end of `remote ... inherit ...;`, which has no
    /// body
    /// @param damaged whether some of the body could not be read
    record Section(
            Span span,
            Argument.Word name,
            List<Argument> arguments,
            List<Statement> body,
            Span close,
            boolean damaged)
            implements Statement {
        public Section {
            arguments = List.copyOf(arguments);
            body = List.copyOf(body);
        }
    }

    default String word() {
        return name().text();
    }

    /// The keyword at `index`; empty where there is none.
    default String word(int index) {
        return index < arguments().size() && arguments().get(index) instanceof Argument.Word word
                ? word.text()
                : "";
    }

    default Argument.Number number(int index) {
        return (Argument.Number) arguments().get(index);
    }

    default Argument.Quoted quoted(int index) {
        return (Argument.Quoted) arguments().get(index);
    }

    default boolean isOn(int index) {
        return word(index).equals("on");
    }

    /// The first argument that is quoted.
    default Optional<Argument.Quoted> firstQuoted() {
        return arguments().stream()
                .filter(Argument.Quoted.class::isInstance)
                .map(Argument.Quoted.class::cast)
                .findFirst();
    }
}
