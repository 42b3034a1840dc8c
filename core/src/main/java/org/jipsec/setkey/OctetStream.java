package org.jipsec.setkey;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.IntStream;
import org.antlr.v4.runtime.misc.Interval;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.nio.charset.StandardCharsets;

/// A stretch of a [SourceText] as ANTLR reads it, one octet a character. Indices are offsets in the
/// whole text, so tokens of a policy have the same kind of place as the tokens around it.
final class OctetStream implements CharStream {
    private final byte[] octets;
    private final String name;
    private final int end;
    private int position;

    OctetStream(SourceText source) {
        this(source, new Span(0, source.length()));
    }

    OctetStream(SourceText source, Span span) {
        this.octets = source.octets();
        this.name = source.name();
        this.position = span.start();
        this.end = span.end();
    }

    @Override
    public void consume() {
        if (position >= end) {
            throw new IllegalStateException("cannot consume EOF");
        }
        position++;
    }

    @Override
    public int LA(int distance) {
        int index = distance < 0 ? position + distance : position + distance - 1;
        return index < 0 || index >= end ? IntStream.EOF : octets[index] & 0xff;
    }

    /// Of the whole source, to be read from [#index] to [#size].
    byte[] octets() {
        return octets;
    }

    /// The octet at an offset of the source, 0..255.
    int octet(int offset) {
        return octets[offset] & 0xff;
    }

    @Override
    public int mark() {
        return -1;
    }

    @Override
    public void release(int marker) {
        // everything stays readable
    }

    @Override
    public int index() {
        return position;
    }

    @Override
    public void seek(int index) {
        position = index;
    }

    @Override
    public int size() {
        return end;
    }

    @Override
    public String getSourceName() {
        return name;
    }

    @Override
    public String getText(Interval interval) {
        int to = Math.min(interval.b + 1, end);
        return interval.a >= to
                ? ""
                : new String(octets, interval.a, to - interval.a, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return "OctetStream[" + name + " at " + position + "]";
    }
}
