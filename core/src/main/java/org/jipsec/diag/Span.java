package org.jipsec.diag;

/// A stretch of a [SourceText], in octets.
///
/// @param start of the first octet
/// @param end behind the last octet; equal to `start` where something is missing
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("span from " + start + " to " + end);
        }
    }

    /// The place before the octet at `offset`.
    public static Span at(int offset) {
        return new Span(offset, offset);
    }

    /// From the start of this one to the end of `last`.
    public Span to(Span last) {
        return new Span(start, Math.max(end, last.end));
    }

    public int length() {
        return end - start;
    }
}
