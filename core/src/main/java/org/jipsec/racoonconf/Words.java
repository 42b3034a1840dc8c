package org.jipsec.racoonconf;

import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

/// Words as people see them: from blank to blank, or to a mark. racoon's scanner takes them apart.
final class Words {
    private static final String ENDS = " \t\r\n;{}\"#,";

    private Words() {}

    /// From `start` to the next blank or mark; a mark itself is a word.
    static Span from(SourceText source, int start) {
        int end = start;
        while (end < source.length() && !isEnd(source, end)) {
            end++;
        }
        if (end == start && end < source.length()) {
            end++;
        }
        return new Span(start, end);
    }

    /// The word that `piece` is part of.
    static Span around(SourceText source, Span piece) {
        int start = piece.start();
        while (start > 0 && !isEnd(source, start - 1)) {
            start--;
        }
        return new Span(start, from(source, start).end());
    }

    /// Whether it could be the name of a host, and neither an address nor a number.
    static boolean isName(String word) {
        return word.matches("[A-Za-z][A-Za-z0-9.-]*");
    }

    private static boolean isEnd(SourceText source, int at) {
        return ENDS.indexOf(source.u8(at)) >= 0;
    }
}
