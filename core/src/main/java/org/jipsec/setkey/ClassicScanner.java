package org.jipsec.setkey;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;

/// The words of a setkey.conf as ipsec-tools 0.8.2 cuts them, one at a time and not before it is
/// asked: what has been read so far is what its messages quote.
///
/// Its oddities, all of them seen in error messages: the text after `-P` is one word up to the
/// next character it cannot hold, and goes on to stand in front of the word after it; names of
/// algorithms are words only between `-A` or `-E` and the first that is known; newlines in quotes
/// are not counted.
final class ClassicScanner {
    enum Kind {
        END,
        SEMICOLON,
        SLASH,
        OPEN,
        CLOSE,
        ADD,
        GET,
        GETSPI,
        DELETE,
        DELETEALL,
        FLUSH,
        DUMP,
        EXIT,
        SPDADD,
        SPDUPDATE,
        SPDDELETE,
        SPDDUMP,
        SPDFLUSH,
        TAGGED,
        POLICY,
        POLICY_TEXT,
        FAMILY_FLAGS,
        AH,
        ESP,
        ESP_UDP,
        IPCOMP,
        TCP,
        AUTHENTICATION,
        AUTHENTICATION_NAME,
        AUTHENTICATION_NULL,
        ENCRYPTION,
        ENCRYPTION_NAME,
        ENCRYPTION_NULL,
        ENCRYPTION_OBSOLETE,
        ENCRYPTION_DES_DERIV,
        ENCRYPTION_DES_32IV,
        COMPRESSION,
        COMPRESSION_NAME,
        RAW_CPI,
        MODE,
        MODE_NAME,
        REQID,
        EXTENSION,
        EXTENSION_NAME,
        REPLAY,
        HARD_TIME,
        SOFT_TIME,
        HARD_BYTES,
        SOFT_BYTES,
        CONTEXT,
        ANY,
        DECIMAL,
        HEXADECIMAL,
        QUOTED,
        STRING
    }

    /// @param value what was written, without quotes, `0x` and what yymore put in front
    record Token(Kind kind, String value) {}

    /// A character that begins no word: the original exits on the spot.
    static final class StrayCharacter extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private enum State {
        PLAIN,
        POLICY,
        AUTHENTICATION,
        ENCRYPTION
    }

    /// Those that win over the policy text where both are equally long.
    private static final Set<Kind> BEFORE_POLICY_TEXT =
            Set.of(
                    Kind.ADD,
                    Kind.GET,
                    Kind.GETSPI,
                    Kind.DELETE,
                    Kind.DELETEALL,
                    Kind.FLUSH,
                    Kind.DUMP,
                    Kind.EXIT,
                    Kind.SPDADD,
                    Kind.SPDUPDATE,
                    Kind.SPDDELETE,
                    Kind.SPDDUMP,
                    Kind.SPDFLUSH,
                    Kind.TAGGED);

    private static final Map<String, Kind> KEYWORDS =
            Map.ofEntries(
                    Map.entry("add", Kind.ADD),
                    Map.entry("get", Kind.GET),
                    Map.entry("getspi", Kind.GETSPI),
                    Map.entry("delete", Kind.DELETE),
                    Map.entry("deleteall", Kind.DELETEALL),
                    Map.entry("flush", Kind.FLUSH),
                    Map.entry("dump", Kind.DUMP),
                    Map.entry("exit", Kind.EXIT),
                    Map.entry("quit", Kind.EXIT),
                    Map.entry("bye", Kind.EXIT),
                    Map.entry("spdadd", Kind.SPDADD),
                    Map.entry("spdupdate", Kind.SPDUPDATE),
                    Map.entry("spddelete", Kind.SPDDELETE),
                    Map.entry("spddump", Kind.SPDDUMP),
                    Map.entry("spdflush", Kind.SPDFLUSH),
                    Map.entry("tagged", Kind.TAGGED),
                    Map.entry("ah", Kind.AH),
                    Map.entry("ah-old", Kind.AH),
                    Map.entry("esp", Kind.ESP),
                    Map.entry("esp-old", Kind.ESP),
                    Map.entry("esp-udp", Kind.ESP_UDP),
                    Map.entry("ipcomp", Kind.IPCOMP),
                    Map.entry("tcp", Kind.TCP),
                    Map.entry("oui", Kind.COMPRESSION_NAME),
                    Map.entry("deflate", Kind.COMPRESSION_NAME),
                    Map.entry("lzs", Kind.COMPRESSION_NAME),
                    Map.entry("transport", Kind.MODE_NAME),
                    Map.entry("tunnel", Kind.MODE_NAME),
                    Map.entry("random-pad", Kind.EXTENSION_NAME),
                    Map.entry("seq-pad", Kind.EXTENSION_NAME),
                    Map.entry("zero-pad", Kind.EXTENSION_NAME),
                    Map.entry("nocyclic-seq", Kind.EXTENSION_NAME),
                    Map.entry("any", Kind.ANY));

    private static final Map<String, Kind> FLAGS =
            Map.ofEntries(
                    Map.entry("-P", Kind.POLICY),
                    Map.entry("-A", Kind.AUTHENTICATION),
                    Map.entry("-E", Kind.ENCRYPTION),
                    Map.entry("-C", Kind.COMPRESSION),
                    Map.entry("-R", Kind.RAW_CPI),
                    Map.entry("-m", Kind.MODE),
                    Map.entry("-u", Kind.REQID),
                    Map.entry("-f", Kind.EXTENSION),
                    Map.entry("-r", Kind.REPLAY),
                    Map.entry("-lh", Kind.HARD_TIME),
                    Map.entry("-ls", Kind.SOFT_TIME),
                    Map.entry("-bh", Kind.HARD_BYTES),
                    Map.entry("-bs", Kind.SOFT_BYTES),
                    Map.entry("-ctx", Kind.CONTEXT));

    private static final Set<String> AUTHENTICATION_NAMES =
            Set.of(
                    "hmac-md5",
                    "hmac-sha1",
                    "keyed-md5",
                    "keyed-sha1",
                    "hmac-sha2-256",
                    "hmac-sha256",
                    "hmac-sha2-384",
                    "hmac-sha384",
                    "hmac-sha2-512",
                    "hmac-sha512",
                    "hmac-ripemd160",
                    "aes-xcbc-mac");

    private static final Set<String> ENCRYPTION_NAMES =
            Set.of(
                    "des-cbc",
                    "3des-cbc",
                    "blowfish-cbc",
                    "cast128-cbc",
                    "twofish-cbc",
                    "aes-cbc",
                    "rijndael-cbc",
                    "aes-ctr",
                    "camellia-cbc");

    private String input = "";
    private int position;
    private int line = 1;
    private State state = State.PLAIN;
    private String text = "";
    private String carried = "";

    /// Starts on a new text. What was read before has still its effect on the state, as in flex.
    ///
    /// @param text one char an octet
    void read(String text) {
        input = text;
        position = 0;
        carried = "";
    }

    /// Where the last word ends, from 1.
    int line() {
        return line;
    }

    /// The last word as messages quote it; empty at the end of the text.
    String text() {
        return text;
    }

    /// The next word.
    Token next() throws StrayCharacter {
        while (position < input.length()) {
            Token token = scan();
            if (token != null) {
                return token;
            }
        }
        text = carried;
        return new Token(Kind.END, "");
    }

    private @Nullable Token scan() throws StrayCharacter {
        char c = input.charAt(position);
        if (state == State.POLICY && isPolicyStart(c)) {
            Token policy = policyText();
            if (policy != null) {
                return policy;
            }
        }
        return switch (c) {
            case ' ', '\t' -> skip(1);
            case '\n' -> {
                line++;
                yield skip(1);
            }
            case '#' -> skip(lineEnd() - position);
            case ';' -> {
                if (state == State.POLICY) {
                    state = State.PLAIN;
                }
                yield take(Kind.SEMICOLON, 1);
            }
            case '/' -> take(Kind.SLASH, 1);
            case '[' -> take(Kind.OPEN, 1);
            case ']' -> take(Kind.CLOSE, 1);
            case '"' -> quoted();
            case '-' -> flag();
            default -> word(c);
        };
    }

    private @Nullable Token policyText() {
        int end = position + 1;
        while (end < input.length() && isPolicyPart(input.charAt(end))) {
            end++;
        }
        String run = input.substring(position, end);
        if (commaRun() > run.length()) {
            return null;
        }
        Kind keyword = KEYWORDS.get(run);
        if (keyword != null && BEFORE_POLICY_TEXT.contains(keyword)) {
            return take(keyword, run.length());
        }
        line += (int) run.chars().filter(c -> c == '\n').count();
        Token token = take(Kind.POLICY_TEXT, run.length());
        carried = text;
        return token;
    }

    private Token quoted() throws StrayCharacter {
        int end = input.indexOf('"', position + 1);
        if (end < 0) {
            throw stray();
        }
        String value = input.substring(position + 1, end);
        String before = carried;
        take(Kind.QUOTED, end + 1 - position);
        text = before.isEmpty() ? value : before.substring(1);
        return new Token(Kind.QUOTED, value);
    }

    private Token flag() throws StrayCharacter {
        int end = position + 1;
        while (end < input.length() && "n46".indexOf(input.charAt(end)) >= 0) {
            end++;
        }
        if (end > position + 1) {
            return take(Kind.FAMILY_FLAGS, end - position);
        }
        for (int length = 4; length >= 2; length--) {
            if (position + length <= input.length()) {
                Kind kind = FLAGS.get(input.substring(position, position + length));
                if (kind != null) {
                    state =
                            switch (kind) {
                                case POLICY -> State.POLICY;
                                case AUTHENTICATION -> State.AUTHENTICATION;
                                case ENCRYPTION -> State.ENCRYPTION;
                                default -> state;
                            };
                    return take(kind, length);
                }
            }
        }
        throw stray();
    }

    private @Nullable Token word(char first) throws StrayCharacter {
        int end = position;
        if (isLetterOrDigit(first) || first == ':') {
            end++;
            while (end < input.length() && isStringPart(input.charAt(end))) {
                end++;
            }
        }
        int commas = commaRun();
        if (commas > end - position) {
            return take(Kind.STRING, commas);
        }
        if (end == position) {
            throw stray();
        }
        String word = input.substring(position, end);
        Kind keyword = KEYWORDS.get(word);
        if (keyword != null) {
            return take(keyword, word.length());
        }
        if (state == State.AUTHENTICATION && word.equals("tcp-md5")) {
            return skip(word.length()); // known to the scanner, not to Linux: it is swallowed
        }
        Kind algorithm = algorithm(word);
        if (algorithm != null) {
            state = State.PLAIN;
            return take(algorithm, word.length());
        }
        if (word.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return take(Kind.DECIMAL, word.length());
        }
        if (isHexadecimal(word)) {
            take(Kind.HEXADECIMAL, word.length());
            return new Token(Kind.HEXADECIMAL, word.substring(2));
        }
        return take(Kind.STRING, word.length());
    }

    private @Nullable Kind algorithm(String word) {
        return switch (state) {
            case PLAIN, POLICY -> null;
            case AUTHENTICATION ->
                    AUTHENTICATION_NAMES.contains(word)
                            ? Kind.AUTHENTICATION_NAME
                            : word.equals("null") ? Kind.AUTHENTICATION_NULL : null;
            case ENCRYPTION ->
                    ENCRYPTION_NAMES.contains(word)
                            ? Kind.ENCRYPTION_NAME
                            : switch (word) {
                                case "null" -> Kind.ENCRYPTION_NULL;
                                case "simple" -> Kind.ENCRYPTION_OBSOLETE;
                                case "des-deriv" -> Kind.ENCRYPTION_DES_DERIV;
                                case "des-32iv" -> Kind.ENCRYPTION_DES_32IV;
                                default -> null;
                            };
        };
    }

    private Token take(Kind kind, int length) {
        String value = input.substring(position, position + length);
        text = carried + value;
        carried = "";
        position += length;
        return new Token(kind, value);
    }

    private @Nullable Token skip(int length) {
        carried = "";
        position += length;
        return null;
    }

    private StrayCharacter stray() {
        text = carried + input.charAt(position);
        return new StrayCharacter();
    }

    private int lineEnd() {
        int end = input.indexOf('\n', position);
        return end < 0 ? input.length() : end;
    }

    private int commaRun() {
        int end = position;
        while (end < input.length() && isDigitOrComma(input.charAt(end))) {
            end++;
        }
        return end - position;
    }

    private static boolean isHexadecimal(String word) {
        return word.length() > 2
                && word.charAt(0) == '0'
                && (word.charAt(1) == 'x' || word.charAt(1) == 'X')
                && word.substring(2).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    private static boolean isDigitOrComma(char c) {
        return c == ',' || (c >= '0' && c <= '9');
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isStringPart(char c) {
        return isLetterOrDigit(c) || ":%.-".indexOf(c) >= 0;
    }

    private static boolean isPolicyStart(char c) {
        return isLetterOrDigit(c) || ":.-_/ \n\t".indexOf(c) >= 0;
    }

    private static boolean isPolicyPart(char c) {
        return isPolicyStart(c) || "%+[]".indexOf(c) >= 0;
    }
}
