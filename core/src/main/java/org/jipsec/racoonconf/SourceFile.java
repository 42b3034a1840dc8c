package org.jipsec.racoonconf;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// One file of a configuration, and what is wrong with it.
final class SourceFile {
    private final SourceText source;
    private final Diagnostics problems = new Diagnostics();
    private final List<Integer> place;
    private final List<ClassicError> classic;
    private int[] newlines = {};

    /// @param place where in the whole it is read: for each include around it the offset of that
    /// and which of its files this is
    /// @param classic takes racoon's own words, of all files
    SourceFile(SourceText source, List<Integer> place, List<ClassicError> classic) {
        this.source = source;
        this.place = List.copyOf(place);
        this.classic = classic;
    }

    SourceText source() {
        return source;
    }

    Diagnostics problems() {
        return problems;
    }

    List<Integer> place() {
        return place;
    }

    int line(Span span) {
        return source.line(span.start());
    }

    void report(Diagnostic.Builder problem) {
        problems.report(problem);
    }

    /// What racoon says of it: `FILE:LINE: "TOKEN" TEXT`.
    ///
    /// @param at the word that racoon has reached by then, which it prints
    void classic(Span at, String text) {
        file(at, ClassicError.Kind.FATAL, located(at, text));
    }

    /// Says so and goes on; the end of the parse counts it.
    void classicCounted(Span at, String text) {
        file(at, ClassicError.Kind.COUNTED, located(at, text));
    }

    /// Says so and goes on.
    void classicWarning(Span at, String text) {
        file(at, ClassicError.Kind.WARNING, located(at, text));
    }

    /// Says so without a place; what ends the parse follows.
    void classicLine(Span at, String text) {
        file(at, ClassicError.Kind.LINE, text);
    }

    /// Says it without a place.
    void classicBare(Span at, String text) {
        file(at, ClassicError.Kind.FATAL_BARE, text);
    }

    private String located(Span at, String text) {
        String token = source.text(at);
        if (token.length() > 1 && token.startsWith("\"") && token.endsWith("\"")) {
            token = token.substring(0, token.length() - 1);
        }
        return "%s:%d: \"%s\" %s".formatted(source.name(), lineOfScanner(at), token, text);
    }

    /// As racoon counts: newlines between quotes are none to it.
    private int lineOfScanner(Span at) {
        if (newlines.length == 0) {
            newlines = newlinesOutsideQuotes();
        }
        int found = Arrays.binarySearch(newlines, at.start());
        return 1 + (found >= 0 ? found : -found - 1);
    }

    /// Their offsets; one behind the end too, so that there is always some.
    private int[] newlinesOutsideQuotes() {
        IntStream.Builder offsets = IntStream.builder();
        boolean quoted = false;
        boolean comment = false;
        for (int i = 0; i < source.length(); i++) {
            int octet = source.u8(i);
            comment = octet == '#' && !quoted || comment && octet != '\n';
            if (octet == '"' && !comment) {
                quoted = !quoted;
            }
            if (octet == '\n' && !quoted) {
                offsets.add(i);
            }
        }
        return offsets.add(Integer.MAX_VALUE).build().toArray();
    }

    private void file(Span at, ClassicError.Kind kind, String text) {
        List<Integer> where = new ArrayList<>(place);
        where.add(at.start());
        classic.add(new ClassicError(where, kind, text));
    }
}
