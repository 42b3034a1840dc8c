package org.jipsec.trace;

import org.jipsec.dataplane.DropReason;
import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Span;
import org.jipsec.diag.Suggestions;
import org.jipsec.sadb.Direction;
import org.jipsec.trace.TraceFilter.End;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;

/// Reads a filter:
///
/// ```
/// filter    = [ or ]
/// or        = and { "or" and }
/// and       = factor { ["and"] factor }
/// factor    = "not" factor | "(" or ")" | condition
/// condition = [ "src" | "dst" ] ( "host" ADDRESS | "net" PREFIX | "port" NUMBER )
///           | "spi" NUMBER | "policy" NUMBER | ["proto"] PROTOCOL
///           | "drop" [ REASON ] | "clear" | "in" | "out"
/// ```
///
/// `!`, `&&`, `||` are `not`, `and`, `or`. No name is looked up. Gives up at the first error.
final class FilterParser {
    /// Octets of a filter, and how deep its parentheses go, at most.
    static final int LONGEST = 4000;

    private static final int DEEPEST = 50;
    private static final long UNSIGNED_INT = 0xffff_ffffL;

    private record Word(String text, Span span) {}

    private final List<Word> words;
    private final Span end;
    private int next;
    private int depth;

    private FilterParser(List<Word> words, Span end) {
        this.words = words;
        this.end = end;
    }

    static TraceFilter parse(String text) throws FilterException {
        if (text.length() > LONGEST) {
            throw new FilterException(
                    Diagnostic.error("TF004", Span.at(LONGEST), "the filter is too long")
                            .label("after " + LONGEST + " characters")
                            .build());
        }
        FilterParser parser = new FilterParser(words(text), Span.at(text.length()));
        if (parser.words.isEmpty()) {
            return new TraceFilter.Everything();
        }
        TraceFilter filter = parser.or();
        if (parser.next < parser.words.size()) {
            throw parser.unexpected();
        }
        return filter;
    }

    private static List<Word> words(String text) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int from = at;
            char first = text.charAt(at);
            if (Character.isWhitespace(first)) {
                at++;
                continue;
            }
            if ("()!".indexOf(first) >= 0) {
                at++;
            } else {
                while (at < text.length()
                        && !Character.isWhitespace(text.charAt(at))
                        && "()".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
            }
            // spans count octets, and what is not ASCII is wrong wherever it stands
            words.add(
                    new Word(
                            text.substring(from, at).toLowerCase(Locale.ROOT), new Span(from, at)));
        }
        return words;
    }

    private TraceFilter or() throws FilterException {
        TraceFilter filter = and();
        while (take("or") || take("||")) {
            filter = new TraceFilter.Or(filter, and());
        }
        return filter;
    }

    private TraceFilter and() throws FilterException {
        TraceFilter filter = factor();
        while (next < words.size() && !is("or") && !is("||") && !is(")")) {
            if (!take("and")) {
                take("&&");
            }
            filter = new TraceFilter.And(filter, factor());
        }
        return filter;
    }

    private TraceFilter factor() throws FilterException {
        if (++depth > DEEPEST) {
            throw new FilterException(
                    Diagnostic.error("TF004", here(), "the filter is nested too deeply")
                            .label("more than " + DEEPEST + " levels")
                            .build());
        }
        try {
            if (take("not") || take("!")) {
                return new TraceFilter.Not(factor());
            }
            if (take("(")) {
                TraceFilter inside = or();
                if (!take(")")) {
                    throw missing("`)`", "a parenthesis is not closed");
                }
                return inside;
            }
            return condition();
        } finally {
            depth--;
        }
    }

    private TraceFilter condition() throws FilterException {
        if (next >= words.size()) {
            throw missing("a condition", "a condition is missing");
        }
        Word word = words.get(next++);
        return switch (word.text) {
            case "src" -> ended(End.SOURCE);
            case "dst" -> ended(End.DESTINATION);
            case "host", "net", "port" -> {
                next--;
                yield ended(End.EITHER);
            }
            case "spi" -> number("spi", UNSIGNED_INT, spi -> new TraceFilter.SpiIs((int) spi));
            case "policy" ->
                    number("policy", UNSIGNED_INT, id -> new TraceFilter.PolicyIs((int) id));
            case "proto" -> protocol();
            case "drop" -> drop();
            case "clear" -> new TraceFilter.Clear();
            case "in" -> new TraceFilter.Way(Direction.IN);
            case "out" -> new TraceFilter.Way(Direction.OUT);
            default -> {
                Optional<Integer> protocol = FilterWords.protocol(word.text);
                if (protocol.isEmpty()) {
                    next--;
                    throw unexpected();
                }
                yield new TraceFilter.Protocol(protocol.get());
            }
        };
    }

    private TraceFilter ended(End which) throws FilterException {
        if (take("host")) {
            Word word = argument("host", "a numeric address");
            return new TraceFilter.Network(which, Prefix.host(address(word, word.text)));
        }
        if (take("net")) {
            return new TraceFilter.Network(which, prefix(argument("net", "a prefix")));
        }
        if (take("port")) {
            return number("port", 0xffff, port -> new TraceFilter.Port(which, (int) port));
        }
        throw missing("host, net or port", "src and dst go before host, net or port");
    }

    private Prefix prefix(Word word) throws FilterException {
        int slash = word.text.indexOf('/');
        InetAddress address = address(word, slash < 0 ? word.text : word.text.substring(0, slash));
        int most = Prefix.bits(address);
        if (slash < 0) {
            return Prefix.host(address);
        }
        Optional<Long> length = unsigned(word.text.substring(slash + 1));
        if (length.isEmpty() || length.get() > most) {
            throw bad(word, "the prefix length is not 0 to " + most, "net 10.0.0.0/8");
        }
        return new Prefix(address, length.get().intValue());
    }

    private static InetAddress address(Word word, String text) throws FilterException {
        return IpText.parse(text)
                .orElseThrow(
                        () ->
                                bad(
                                        word,
                                        "`" + text + "` is not a numeric IP address",
                                        "no names are looked up: write 192.0.2.1 or 2001:db8::1"));
    }

    private TraceFilter protocol() throws FilterException {
        Word word = argument("proto", "a protocol");
        Optional<Integer> named = FilterWords.protocol(word.text);
        if (named.isPresent()) {
            return new TraceFilter.Protocol(named.get());
        }
        Optional<Long> number = unsigned(word.text);
        if (number.isEmpty() || number.get() > 255) {
            throw bad(
                    word,
                    "`" + word.text + "` is not a protocol",
                    "a number up to 255, or " + String.join(", ", FilterWords.protocols()));
        }
        return new TraceFilter.Protocol(number.get().intValue());
    }

    private TraceFilter drop() throws FilterException {
        if (next < words.size()) {
            Word word = words.get(next);
            Optional<DropReason> reason = FilterWords.reason(word.text);
            if (reason.isPresent()) {
                next++;
                return new TraceFilter.Dropped(reason);
            }
            if (word.text.contains("-")) {
                throw bad(
                        word,
                        "`" + word.text + "` is no reason for a drop",
                        Suggestions.nearest(word.text, FilterWords.reasons())
                                .map(similar -> "did you mean " + similar + "?")
                                .orElse("jsetkey --stats --json lists them"));
            }
        }
        return new TraceFilter.Dropped(Optional.empty());
    }

    private TraceFilter number(String what, long most, LongFunction<TraceFilter> filter)
            throws FilterException {
        Word word = argument(what, "a number");
        Optional<Long> number = unsigned(word.text);
        if (number.isEmpty() || number.get() > most) {
            throw bad(
                    word,
                    "`" + word.text + "` is not a number up to " + most,
                    what + (most == 0xffff ? " 443" : " 0x201 or " + what + " 513"));
        }
        return filter.apply(number.get());
    }

    /// Decimal, or hexadecimal behind 0x.
    private static Optional<Long> unsigned(String text) {
        try {
            boolean hexadecimal = text.startsWith("0x");
            String digits = hexadecimal ? text.substring(2) : text;
            if (digits.startsWith("-") || digits.startsWith("+")) {
                return Optional.empty();
            }
            return Optional.of(Long.parseLong(digits, hexadecimal ? 16 : 10));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    private Word argument(String what, String kind) throws FilterException {
        if (next >= words.size()) {
            throw missing(kind, "`" + what + "` needs " + kind);
        }
        return words.get(next++);
    }

    private boolean is(String text) {
        return next < words.size() && words.get(next).text.equals(text);
    }

    private boolean take(String text) {
        boolean taken = is(text);
        next += taken ? 1 : 0;
        return taken;
    }

    private Span here() {
        return next < words.size() ? words.get(next).span : end;
    }

    private FilterException unexpected() {
        Word word = words.get(next);
        return new FilterException(
                Diagnostic.error("TF001", word.span, "`" + word.text + "` is not understood here")
                        .label("not understood")
                        .hint(
                                Suggestions.nearest(word.text, FilterWords.all())
                                        .map(similar -> "did you mean " + similar + "?")
                                        .orElse(
                                                "conditions are: host, net, port, spi, policy,"
                                                        + " proto, drop, clear, in, out"))
                        .build());
    }

    private FilterException missing(String what, String message) {
        return new FilterException(
                Diagnostic.error("TF002", here(), message)
                        .label(what + " should stand here")
                        .build());
    }

    private static FilterException bad(Word word, String message, String hint) {
        return new FilterException(
                Diagnostic.error("TF003", word.span, message).label("here").hint(hint).build());
    }
}
