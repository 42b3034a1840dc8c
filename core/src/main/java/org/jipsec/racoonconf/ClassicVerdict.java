package org.jipsec.racoonconf;

import java.util.ArrayList;
import java.util.List;

/// What racoon 0.8.2 says of a configuration.
///
/// @param accepted whether racoon would start with it
/// @param lines of its log, without the time: `ERROR: racoon.conf:6: "rot13" syntax error`
public record ClassicVerdict(boolean accepted, List<String> lines) {
    public ClassicVerdict {
        lines = List.copyOf(lines);
    }

    /// Everything up to the first error that ends the parse.
    static ClassicVerdict of(List<ClassicError> errors) {
        List<String> lines = new ArrayList<>();
        int counted = 0;
        for (ClassicError error : errors.stream().sorted().toList()) {
            switch (error.kind()) {
                case WARNING -> lines.add("WARNING: " + error.text());
                case LINE -> lines.add("ERROR: " + error.text());
                case COUNTED -> {
                    counted++;
                    lines.add("ERROR: " + error.text());
                }
                case FATAL -> {
                    lines.add("ERROR: " + error.text());
                    lines.add("ERROR: fatal parse failure (" + (counted + 1) + " errors)");
                    return new ClassicVerdict(false, lines);
                }
                case FATAL_BARE -> {
                    lines.add("ERROR: " + error.text());
                    lines.add(
                            counted == 0
                                    ? "ERROR: fatal parse failure."
                                    : "ERROR: fatal parse failure (" + counted + " errors)");
                    return new ClassicVerdict(false, lines);
                }
            }
        }
        if (counted > 0) {
            lines.add("ERROR: parse error is nothing, but yyerrorcount is " + counted + ".");
        }
        return new ClassicVerdict(counted == 0, lines);
    }
}
