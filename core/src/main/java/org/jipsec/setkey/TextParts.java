package org.jipsec.setkey;

import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.util.Iterator;
import java.util.NoSuchElementException;

/// Cuts a text into parts that parsers can read apart from each other: what they find is together
/// what one parser of the whole text would have found.
///
/// A cut is behind a semicolon that is neither in a comment nor between quotes. To the lexer such
/// a one is always a token of its own, and to the parser always the end of a command, be the
/// command right or wrong.
final class TextParts implements Iterator<Span> {
    private final byte[] octets;
    private final int size;
    private int position;
    private boolean quotesLeft = true;

    /// @param size of a part in octets, at least; one ends with the first command that reaches it
    TextParts(SourceText source, int size) {
        this.octets = source.octets();
        this.size = size;
    }

    @Override
    public boolean hasNext() {
        return position < octets.length;
    }

    @Override
    public Span next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int start = position;
        position = cut(start);
        return new Span(start, position);
    }

    /// @param start where a command may begin
    private int cut(int start) {
        for (int at = start; at < octets.length; at++) {
            switch (octets[at]) {
                case ';' -> {
                    if (at + 1 - start >= size) {
                        return at + 1;
                    }
                }
                case '#' -> at = next('\n', at + 1);
                case '"' -> at = quoted(at);
                default -> {}
            }
        }
        return octets.length;
    }

    /// The quote that closes the one at `from`. One that is never closed is itself a stray octet.
    private int quoted(int from) {
        int closing = quotesLeft ? next('"', from + 1) : octets.length;
        quotesLeft = closing < octets.length;
        return quotesLeft ? closing : from;
    }

    private int next(char wanted, int from) {
        int at = from;
        while (at < octets.length && octets[at] != wanted) {
            at++;
        }
        return at;
    }
}
