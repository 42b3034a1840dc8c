package org.jipsec.racoonconf;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Redactor;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Looks through a psk.txt for lines that will not do what they seem to say. None of them is an
/// error: racoon finds out only when a peer comes.
public final class PresharedKeyCheck {
    /// The identifier of a line for every peer.
    static final String ANYBODY = "*";

    private static final int SHORT = 8;

    private final SourceText source;
    private final Diagnostics problems = new Diagnostics();
    private final Map<String, Span> seen = new HashMap<>();

    private PresharedKeyCheck(SourceText source) {
        this.source = source;
    }

    /// @param identifiers that have a line, one octet a character
    /// @param problems empty when there is nothing to say
    public record Report(Set<String> identifiers, Optional<RacoonLanguage.FileReport> problems) {
        public Report {
            identifiers = Set.copyOf(identifiers);
        }
    }

    /// @param name as messages have it
    public static Report of(String name, byte[] octets) {
        PresharedKeyCheck check =
                new PresharedKeyCheck(new SourceText(name, octets, new KeysHidden()));
        int start = 0;
        while (start < octets.length) {
            int end = lineEnd(octets, start);
            check.line(start, end);
            start = end + 1;
        }
        return new Report(
                check.seen.keySet(),
                check.problems.all().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new RacoonLanguage.FileReport(check.source, check.problems)));
    }

    private static int lineEnd(byte[] octets, int start) {
        int end = start;
        while (end < octets.length && octets[end] != '\n') {
            end++;
        }
        return end;
    }

    private void line(int start, int end) {
        int wordEnd = start;
        while (wordEnd < end && !isSpace(wordEnd)) {
            wordEnd++;
        }
        int key = wordEnd;
        while (key < end && isSpace(key)) {
            key++;
        }
        if (key == end && wordEnd == start || source.u8(start) == '#') {
            return; // empty, or a comment
        }
        if (wordEnd == start) {
            boolean comment = source.u8(key) == '#';
            problems.report(
                    Code.KEY_LINE_WITHOUT_KEY
                            .at(
                                    new Span(start, key),
                                    comment
                                            ? "a comment begins in the first column"
                                            : "a blank before the identifier makes it empty")
                            .label("this line is never found")
                            .hint("begin the line with " + (comment ? "#" : "the identifier")));
            return;
        }
        Span word = new Span(start, wordEnd);
        if (key == end) {
            problems.report(
                    Code.KEY_LINE_WITHOUT_KEY
                            .at(word, "an identifier without a key")
                            .label("this line is skipped")
                            .hint("write the key behind it"));
            return;
        }
        Span before = seen.putIfAbsent(source.text(word), word);
        if (before != null) {
            problems.report(
                    Code.KEY_TWICE
                            .at(word, "this identifier has a key before")
                            .label("never used")
                            .also(before, "this line counts")
                            .hint("leave one of them out"));
        }
        key(key, end);
    }

    private void key(int start, int end) {
        Span key = new Span(start, end);
        boolean hex = end - start >= 2 && source.u8(start) == '0' && source.u8(start + 1) == 'x';
        boolean carriageReturn = source.u8(end - 1) == '\r';
        int visible = end;
        while (visible > start && isSpace(visible - 1)) {
            visible--;
        }
        if (hex) {
            boolean digits =
                    source.text(new Span(start + 2, end))
                            .chars()
                            .allMatch(octet -> Character.digit(octet, 16) >= 0);
            if (!digits || (end - start) % 2 != 0) {
                problems.report(
                        Code.BAD_KEY_LINE
                                .at(
                                        key,
                                        carriageReturn
                                                ? "the line ends as DOS files do, and no hex key"
                                                        + " may"
                                                : "behind 0x there must be an even number of hex"
                                                        + " digits")
                                .label("no key: this peer is refused")
                                .hint(
                                        carriageReturn
                                                ? "end the lines with a newline alone"
                                                : "for the text itself write it without 0x"));
                return;
            }
        } else if (visible < end) {
            problems.report(
                    Code.BLANK_IN_KEY
                            .at(
                                    new Span(visible, end),
                                    carriageReturn
                                            ? "the carriage return of DOS files is part of the key"
                                            : "blanks at the end of the line are part of the key")
                            .hint(
                                    carriageReturn
                                            ? "end the lines with a newline alone"
                                            : "remove them, unless the peer has them too"));
        }
        int octets = hex ? (end - start - 2) / 2 : end - start;
        if (octets < SHORT) {
            problems.report(
                    Code.SHORT_KEY
                            .at(key, "a key of %d octets can be guessed".formatted(octets))
                            .hint("16 random octets: openssl rand -hex 16, with 0x before it"));
        }
    }

    private boolean isSpace(int at) {
        int octet = source.u8(at);
        return octet == ' ' || octet >= '\t' && octet <= '\r';
    }

    /// All that stands behind the identifier of a line.
    private static final class KeysHidden implements Redactor {
        @Override
        public List<Hidden> secrets(byte[] octets, int from, int to) {
            int start = Math.min(from, octets.length);
            while (start > 0 && octets[start - 1] != '\n') {
                start--;
            }
            List<Hidden> hidden = new ArrayList<>();
            while (start < Math.min(Math.max(to, from + 1), octets.length)) {
                int end = lineEnd(octets, start);
                String line = new String(octets, start, end - start, StandardCharsets.ISO_8859_1);
                int word = 0;
                while (word < line.length() && !Character.isWhitespace(line.charAt(word))) {
                    word++;
                }
                while (word < line.length() && Character.isWhitespace(line.charAt(word))) {
                    word++;
                }
                Span key = new Span(start + word, end);
                if (!line.startsWith("#")
                        && key.length() > 0
                        && key.start() < Math.max(to, from + 1)
                        && key.end() > from) {
                    hidden.add(new Hidden(key, "[" + key.length() + " octets, hidden]"));
                }
                start = end + 1;
            }
            return hidden;
        }
    }
}
