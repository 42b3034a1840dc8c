package org.jipsec.diag;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A text as the octets it came in, with its name and the places of its lines. Octets, not
/// characters: a key between quotes is the octets of the file, whatever their encoding.
public final class SourceText {
    private final String name;
    private final byte[] octets;
    private final Redactor redactor;
    private int[] lineStarts = {};

    /// @param name as messages have it: the path as the user gave it, or `<stdin>`
    /// @param octets not copied; must not change any more
    /// @param redactor finds the secrets that [Rendering] hides
    public SourceText(String name, byte[] octets, Redactor redactor) {
        this.name = name;
        this.octets = octets;
        this.redactor = redactor;
    }

    public static SourceText of(String name, String text, Redactor redactor) {
        return new SourceText(name, text.getBytes(StandardCharsets.UTF_8), redactor);
    }

    public String name() {
        return name;
    }

    public int length() {
        return octets.length;
    }

    /// The octet at `offset`, 0..255.
    public int u8(int offset) {
        return octets[offset] & 0xff;
    }

    /// The text itself, not a copy: for readers that must be fast. Not to be written.
    public byte[] octets() {
        return octets;
    }

    /// The octets of `span`, one character each (ISO 8859-1).
    public String text(Span span) {
        return new String(octets, span.start(), span.length(), StandardCharsets.ISO_8859_1);
    }

    /// What must not be shown of octets `from` to `to`: ascending, not overlapping.
    List<Redactor.Hidden> secrets(int from, int to) {
        return redactor.secrets(octets, from, to);
    }

    /// Whether some of `span` must not be shown.
    public boolean hides(Span span) {
        return !redactor.secrets(octets, span.start(), Math.max(span.end(), span.start() + 1))
                .isEmpty();
    }

    /// Counts from 1; the end of the text belongs to the last line.
    public int line(int offset) {
        int found = Arrays.binarySearch(starts(), offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /// Counts from 1, in characters where the line is UTF-8, in octets where it is not.
    public int column(int offset) {
        int start = lineStart(line(offset));
        return characters(start, offset).length() + 1;
    }

    /// Offset of the first octet of a line that counts from 1.
    int lineStart(int line) {
        return starts()[line - 1];
    }

    /// Offset behind the last octet of the line, its newline (and a carriage return before) left
    /// out.
    int lineEnd(int line) {
        int[] starts = starts();
        int end = line < starts.length ? starts[line] - 1 : octets.length;
        return end > starts[line - 1] && octets[end - 1] == '\r' ? end - 1 : end;
    }

    /// Octets `from` to `to` as characters, each of them one UTF-16 unit wide: what a terminal
    /// would obey or misplace is replaced.
    String characters(int from, int to) {
        String decoded;
        try {
            decoded =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(octets, from, to - from))
                            .toString();
        } catch (CharacterCodingException notUtf8) {
            decoded = new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
        }
        StringBuilder safe = new StringBuilder(decoded.length());
        decoded.codePoints()
                .forEach(
                        point ->
                                safe.append(
                                        point == '\t'
                                                ? ' '
                                                : Character.isISOControl(point)
                                                                || Character.getType(point)
                                                                        == Character.FORMAT
                                                                || Character.charCount(point) > 1
                                                        ? '\ufffd'
                                                        : (char) point));
        return safe.toString();
    }

    private int[] starts() {
        if (lineStarts.length == 0) {
            int lines = 1;
            for (byte octet : octets) {
                lines += octet == '\n' ? 1 : 0;
            }
            int[] starts = new int[lines];
            int line = 1;
            for (int i = 0; i < octets.length; i++) {
                if (octets[i] == '\n') {
                    starts[line++] = i + 1;
                }
            }
            lineStarts = starts;
        }
        return lineStarts;
    }
}
