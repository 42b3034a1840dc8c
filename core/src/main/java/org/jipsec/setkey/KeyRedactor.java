package org.jipsec.setkey;

import org.jipsec.diag.Redactor;
import org.jipsec.diag.Span;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Finds the keys in a setkey.conf, however wrong the text around them is. Made for one text, which
/// it scans when it is first asked. Parsers on several threads may ask.
///
/// Hidden are: what stands between quotes, except a tag or a security context; what follows the
/// name behind `-A` or `-E`; and, in comments too, hexadecimal numbers too long for an SPI. It
/// would rather hide too much: where quotes do not pair up on one line, the rest of the line.
final class KeyRedactor implements Redactor {
    /// `0x` and 32 bits.
    private static final int LONGEST_SPI = 10;

    private static final int SHORTEST_BARE_HEX = 16;
    private static final int LONGEST_DECIMAL = 20;
    private static final Set<String> KEYLESS = Set.of("null", "simple");

    private enum State {
        PLAIN,
        NAME_FOLLOWS,
        KEY_FOLLOWS,
        /// `tagged` or `-ctx`: the next quoted text is no key.
        LABEL_FOLLOWS,
        /// A protocol: the next number is an SPI, be it a little too long.
        SPI_FOLLOWS
    }

    private final List<Hidden> found = new ArrayList<>();
    private boolean scanned;
    private byte[] text = {};
    private State state = State.PLAIN;

    @Override
    public synchronized List<Hidden> secrets(byte[] octets, int from, int to) {
        if (!scanned) {
            scanned = true;
            text = octets;
            scan();
        }
        List<Hidden> inside = new ArrayList<>();
        for (int i = firstEndingAfter(from); i < found.size(); i++) {
            if (found.get(i).span().start() >= to) {
                break;
            }
            inside.add(found.get(i));
        }
        return inside;
    }

    private int firstEndingAfter(int offset) {
        int low = 0;
        int high = found.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (found.get(middle).span().end() > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void scan() {
        int index = 0;
        while (index < text.length) {
            byte octet = text[index];
            if (octet == '#') {
                index = comment(index);
            } else if (octet == '"') {
                index = quoted(index);
            } else if (octet == ';') {
                state = State.PLAIN;
                index++;
            } else if (isBlank(octet) || octet == '[' || octet == ']' || octet == '/') {
                index++;
            } else {
                index = word(index);
            }
        }
    }

    private int comment(int start) {
        int end = lineEnd(start);
        int index = start;
        while (index < end) {
            if (text[index] == '"') {
                int close = indexOf('"', index + 1, end);
                int stop = close < 0 ? end : close + 1;
                hide(index, stop);
                index = stop;
            } else if (isWord(text[index])) {
                int stop = wordEnd(index, false);
                if (isLongHexadecimal(index, stop)) {
                    hide(index, stop);
                }
                index = stop;
            } else {
                index++;
            }
        }
        return end;
    }

    private int quoted(int start) {
        int close = indexOf('"', start + 1, text.length);
        int newline = indexOf('\n', start + 1, close < 0 ? start : close);
        boolean label = state == State.LABEL_FOLLOWS;
        if (state != State.PLAIN) {
            state = State.PLAIN;
        }
        if (close < 0) {
            int end = lineEnd(start);
            hide(start, end);
            return end;
        }
        if (newline >= 0 && newline < close) {
            // over several lines: a quote is probably missing, and what follows may be inside
            // another
            int end = lineEnd(close);
            hide(start, end);
            return end;
        }
        if (!label) {
            hide(start, close + 1);
        }
        return close + 1;
    }

    private int word(int start) {
        boolean key = state == State.KEY_FOLLOWS;
        int end = wordEnd(start, key);
        if (text[start] == '-' && end - start > 1) {
            char letter = (char) text[start + 1];
            state = State.PLAIN;
            if (letter == 'A' || letter == 'E') {
                state = end - start == 2 ? State.NAME_FOLLOWS : State.KEY_FOLLOWS;
            } else if (is("-ctx", start, end)) {
                state = State.LABEL_FOLLOWS;
            }
            return end;
        }
        if (key && !isCommand(start, end)) {
            state = State.PLAIN;
            hide(start, end);
        } else if (isLongHexadecimal(start, end)) {
            if (state != State.SPI_FOLLOWS || end - start > LONGEST_SPI + 2) {
                hide(start, end);
            }
            state = State.PLAIN;
        } else if (state == State.NAME_FOLLOWS) {
            state = KEYLESS.contains(string(start, end)) ? State.PLAIN : State.KEY_FOLLOWS;
        } else if (is("tagged", start, end)) {
            state = State.LABEL_FOLLOWS;
        } else if (SetkeyWords.PROTOCOLS.contains(string(start, end))) {
            state = State.SPI_FOLLOWS;
        } else if (key || state == State.SPI_FOLLOWS) {
            state = State.PLAIN;
        }
        return end;
    }

    private boolean isCommand(int start, int end) {
        return end - start <= 9 && SetkeyWords.COMMANDS.contains(string(start, end));
    }

    private boolean isLongHexadecimal(int start, int end) {
        int length = end - start;
        if (length > LONGEST_SPI && (isPrefix(start) || hasGluedKey(start, end))) {
            return true;
        }
        return length >= SHORTEST_BARE_HEX && hasRunOfDigits(start, end);
    }

    /// Whether `0x` and more digits than an SPI has stand behind a word without a blank between.
    private boolean hasGluedKey(int start, int end) {
        for (int i = start; i + LONGEST_SPI < end && text[i] != ':'; i++) {
            if (isPrefix(i) && areDigits(i + 2, i + LONGEST_SPI + 1)) {
                return true;
            }
        }
        return false;
    }

    private boolean areDigits(int start, int end) {
        for (int i = start; i < end; i++) {
            if (Character.digit(text[i], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isPrefix(int index) {
        return text[index] == '0' && (text[index + 1] == 'x' || text[index + 1] == 'X');
    }

    /// Whether so many hexadecimal digits stand in a row that they may well be a key's, whatever
    /// the word around them is.
    private boolean hasRunOfDigits(int start, int end) {
        int run = 0;
        boolean letters = false;
        for (int i = start; i < end; i++) {
            if (Character.digit(text[i], 16) < 0) {
                run = 0;
                letters = false;
                continue;
            }
            run++;
            letters |= Character.digit(text[i], 10) < 0;
            if ((letters && run >= SHORTEST_BARE_HEX) || run > LONGEST_DECIMAL) {
                return true;
            }
        }
        return false;
    }

    private void hide(int start, int end) {
        int length = end - start;
        String shown;
        if (text[start] == '"') {
            boolean closed = length > 1 && text[end - 1] == '"';
            shown = "\"[" + octets(length - (closed ? 2 : 1)) + ", hidden]\"";
        } else if (length > 2 && (text[start + 1] == 'x' || text[start + 1] == 'X')) {
            shown = "0x[" + octets((length - 1) / 2) + ", hidden]";
        } else {
            shown = "[" + length + " characters, hidden]";
        }
        found.add(new Hidden(new Span(start, end), shown));
    }

    private static String octets(int count) {
        return count == 1 ? "1 octet" : count + " octets";
    }

    private int wordEnd(int start, boolean upToBlank) {
        int end = start;
        while (end < text.length
                && (upToBlank
                        ? !isBlank(text[end]) && text[end] != ';' && text[end] != '"'
                        : isWord(text[end]))) {
            end++;
        }
        return Math.max(end, start + 1);
    }

    /// What the scanner can take into one word; anything else ends it.
    private static boolean isWord(byte octet) {
        return (octet >= '0' && octet <= '9')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= 'a' && octet <= 'z')
                || ":%.,_+-".indexOf(octet) >= 0;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
    }

    private int lineEnd(int from) {
        int end = indexOf('\n', from, text.length);
        return end < 0 ? text.length : end;
    }

    private int indexOf(char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private boolean is(String word, int start, int end) {
        return word.length() == end - start && word.equals(string(start, end));
    }

    private String string(int start, int end) {
        return new String(text, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
