package org.jipsec.diag;

import java.util.ArrayList;
import java.util.List;

/// Shows diagnostics to people:
/// ```
/// site-b.conf:4:18: error[SK014]: key for hmac-sha1 must be 160 bits, this one is 128
///   |
/// 4 |     -A hmac-sha1 0x[16 octets, hidden];
///   |                  ^^^^^^^^^^^^^^^^^^^^^ 128 bits
///   = hint: write 40 hex digits
/// ```
/// Columns count characters of the line as it was written; the caret stands under what is shown of
/// it.
public final class Rendering {
    /// What is shown of a line longer than this is cut around the caret.
    private static final int WIDEST = 160;

    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String BLUE = "\u001b[34m";

    private final SourceText source;
    private final boolean colours;

    /// @param colours whether to use ANSI escape sequences
    public Rendering(SourceText source, boolean colours) {
        this.source = source;
        this.colours = colours;
    }

    /// All that was collected, a block each, and how many were left out. Ends in a newline, or is
    /// empty.
    public String all(Diagnostics diagnostics) {
        StringBuilder text = new StringBuilder();
        for (Diagnostic diagnostic : diagnostics.all()) {
            text.append(one(diagnostic));
        }
        if (diagnostics.omitted() > 0) {
            text.append(source.name())
                    .append(": ")
                    .append(diagnostics.omitted())
                    .append(" more not shown\n");
        }
        return text.toString();
    }

    /// One block; ends in a newline.
    public String one(Diagnostic diagnostic) {
        Span span = clip(diagnostic.span());
        List<Diagnostic.Place> further =
                diagnostic.further().stream()
                        .map(place -> new Diagnostic.Place(clip(place.span()), place.label()))
                        .toList();
        int gutter = String.valueOf(source.line(span.start())).length();
        for (Diagnostic.Place place : further) {
            gutter = Math.max(gutter, String.valueOf(source.line(place.span().start())).length());
        }
        String margin = " ".repeat(gutter + 1);
        StringBuilder text = new StringBuilder();
        text.append(
                        paint(
                                BOLD,
                                source.name()
                                        + ":"
                                        + source.line(span.start())
                                        + ":"
                                        + source.column(span.start())
                                        + ": "))
                .append(
                        paint(
                                BOLD + colour(diagnostic.severity()),
                                diagnostic.severity().word() + "[" + diagnostic.code() + "]"))
                .append(paint(BOLD, ": " + diagnostic.message()))
                .append('\n');
        text.append(paint(BLUE, margin + "|")).append('\n');
        quote(
                text,
                gutter,
                span,
                '^',
                diagnostic.label().orElse(""),
                colour(diagnostic.severity()));
        for (Diagnostic.Place place : further) {
            quote(text, gutter, place.span(), '-', place.label(), BLUE);
        }
        for (String note : diagnostic.notes()) {
            text.append(paint(BLUE, margin + "= ")).append(paint(BOLD, "note: ")).append(note);
            text.append('\n');
        }
        diagnostic
                .hint()
                .ifPresent(
                        hint ->
                                text.append(paint(BLUE, margin + "= "))
                                        .append(paint(BOLD, "hint: "))
                                        .append(hint)
                                        .append('\n'));
        return text.toString();
    }

    private Span clip(Span span) {
        int start = Math.min(span.start(), source.length());
        return new Span(start, Math.max(start, Math.min(span.end(), source.length())));
    }

    private void quote(
            StringBuilder text, int gutter, Span span, char mark, String label, String colour) {
        int number = source.line(span.start());
        Shown line = shown(number, span);
        String digits = Integer.toString(number);
        text.append(paint(BLUE, " ".repeat(gutter - digits.length()) + digits + " |"));
        text.append(line.text.isEmpty() ? "" : " " + line.text).append('\n');
        text.append(paint(BLUE, " ".repeat(gutter + 1) + "|"));
        text.append(' ').append(" ".repeat(line.from));
        text.append(
                paint(
                        BOLD + colour,
                        String.valueOf(mark).repeat(Math.max(1, line.to - line.from))
                                + (label.isEmpty() ? "" : " " + label)));
        text.append('\n');
    }

    /// A line without its secrets, and the columns in it, from 0, that a span covers.
    private record Shown(String text, int from, int to) {}

    private Shown shown(int line, Span span) {
        int start = source.lineStart(line);
        int end = source.lineEnd(line);
        int last = Math.max(span.start(), Math.min(span.end(), end));
        StringBuilder text = new StringBuilder();
        int from = -1;
        int to = -1;
        int offset = start;
        List<Redactor.Hidden> hidden = new ArrayList<>(source.secrets(start, end));
        hidden.add(new Redactor.Hidden(new Span(end, end), ""));
        for (Redactor.Hidden secret : hidden) {
            int stop = Math.max(offset, Math.min(secret.span().start(), end));
            if (from < 0 && span.start() >= offset && span.start() <= stop) {
                from = text.length() + source.characters(offset, span.start()).length();
            }
            if (from >= 0 && to < 0 && last >= offset && last <= stop) {
                to = text.length() + source.characters(offset, last).length();
            }
            text.append(source.characters(offset, stop));
            offset = stop;
            int behind = Math.min(secret.span().end(), end);
            if (behind <= offset) {
                continue;
            }
            if (from < 0 && span.start() < behind) {
                from = text.length();
            }
            text.append(secret.shown());
            if (from >= 0 && to < 0 && last <= behind) {
                to = text.length();
            }
            offset = behind;
        }
        int column = Math.max(from, 0);
        return cut(text.toString(), column, Math.max(to, column));
    }

    private static Shown cut(String text, int from, int to) {
        if (text.length() <= WIDEST) {
            return new Shown(text, from, to);
        }
        int left = Math.max(0, Math.min(from - WIDEST / 4, text.length() - WIDEST));
        int right = Math.min(text.length(), left + WIDEST);
        String before = left > 0 ? "…" : "";
        return new Shown(
                before + text.substring(left, right) + (right < text.length() ? "…" : ""),
                Math.min(from, right) - left + before.length(),
                Math.min(to, right) - left + before.length());
    }

    private static String colour(Severity severity) {
        return switch (severity) {
            case ERROR -> "\u001b[31m";
            case WARNING -> "\u001b[33m";
            case NOTE -> "\u001b[36m";
        };
    }

    private String paint(String escape, String text) {
        return colours ? escape + text + RESET : text;
    }
}
