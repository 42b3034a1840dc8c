package org.jipsec.setkey;

import org.jipsec.setkey.ClassicScanner.Kind;
import org.jipsec.setkey.ClassicScanner.StrayCharacter;
import org.jipsec.setkey.ClassicScanner.Token;
import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Set;

/// One word of look-ahead over [ClassicScanner], and the messages that quote the last word read.
final class ClassicCursor {
    /// A command is wrong. What there is to say has been said.
    static final class CommandFailed extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final Set<Kind> PUNCTUATION =
            EnumSet.of(Kind.END, Kind.SEMICOLON, Kind.SLASH, Kind.OPEN, Kind.CLOSE);

    /// A hexadecimal number of more digits is taken for a key wherever it stands: those of 40 bits
    /// are the shortest.
    private static final int MOST_DIGITS_SHOWN = 9;

    private final ClassicScanner scanner;
    private final ClassicOutput output;
    private @Nullable Token ahead;
    private @Nullable Token last;
    private boolean keyWanted;
    private boolean lastInPlaceOfKey;

    ClassicCursor(ClassicScanner scanner, ClassicOutput output) {
        this.scanner = scanner;
        this.output = output;
    }

    void read(String text) {
        scanner.read(text);
        ahead = null;
        last = null;
        keyWanted = false;
    }

    Kind peek() throws StrayCharacter {
        return look().kind();
    }

    boolean at(Kind kind) throws StrayCharacter {
        return peek() == kind;
    }

    Token take() throws StrayCharacter {
        Token token = look();
        ahead = null;
        return token;
    }

    /// Takes a word of this kind; any other is a syntax error.
    Token expect(Kind kind) throws StrayCharacter, CommandFailed {
        if (peek() != kind) {
            throw syntaxError();
        }
        return take();
    }

    /// Takes a key, quoted or in hexadecimal.
    Token expectKey() throws StrayCharacter, CommandFailed {
        keyWanted = true;
        if (peek() != Kind.QUOTED && peek() != Kind.HEXADECIMAL) {
            throw syntaxError();
        }
        return take();
    }

    CommandFailed syntaxError() {
        return failure("syntax error");
    }

    /// Says `text`, quoting the last word read.
    CommandFailed failure(String text) {
        say(text);
        return new CommandFailed();
    }

    /// As [#failure], and the command goes on.
    void say(String text) {
        output.complain(scanner.line(), text, quotable());
    }

    /// Says that the last character begins no word.
    void sayStray() {
        output.complain(scanner.line(), "Syntax error", scanner.text());
    }

    int line() {
        return scanner.line();
    }

    private Token look() throws StrayCharacter {
        if (ahead == null) {
            lastInPlaceOfKey = keyWanted;
            keyWanted = false;
            ahead = scanner.next();
            last = ahead;
        }
        return ahead;
    }

    /// The last word, unless it may be a key: those are never shown, which the original does.
    private String quotable() {
        Token token = last;
        if (token == null || !mayBeKey(token)) {
            return KeyMask.in(scanner.text());
        }
        int octets =
                token.kind() == Kind.HEXADECIMAL
                        ? (token.value().length() + 1) / 2
                        : token.value().length();
        return KeyMask.hiddenOctets(octets);
    }

    private boolean mayBeKey(Token token) {
        return switch (token.kind()) {
            case QUOTED -> true;
            case HEXADECIMAL -> lastInPlaceOfKey || token.value().length() > MOST_DIGITS_SHOWN;
            case POLICY_TEXT -> false;
            default ->
                    lastInPlaceOfKey
                            && !PUNCTUATION.contains(token.kind())
                            && scanner.text().charAt(0) != '-';
        };
    }
}
