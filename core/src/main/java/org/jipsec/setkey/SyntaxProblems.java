package org.jipsec.setkey;

import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.Vocabulary;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.diag.Suggestions;
import org.jipsec.grammar.IpsecPolicyLexer;
import org.jipsec.grammar.IpsecPolicyParser;
import org.jipsec.grammar.SetkeyConfLexer;
import org.jipsec.grammar.SetkeyConfParser;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Says in words of the user what a parser has stumbled over.
final class SyntaxProblems {
    private final SourceText source;

    SyntaxProblems(SourceText source) {
        this.source = source;
    }

    static boolean isCommand(Token token) {
        return token.getType() >= SetkeyConfLexer.ADD
                && token.getType() <= SetkeyConfLexer.SPDFLUSH;
    }

    /// @param previousEnd behind the token before the offending one
    Diagnostic.Builder command(FirstError.Found found, Span previousEnd) {
        Token token = found.offending();
        Span span = CommandReader.span(token);
        if (token.getType() == SetkeyConfLexer.OTHER) {
            return stray(span);
        }
        if (found.rule() == SetkeyConfParser.RULE_command) {
            return unknownCommand(token, span);
        }
        boolean mayEnd = found.expected().contains(SetkeyConfLexer.SEMICOLON);
        if (mayEnd && (isCommand(token) || token.getType() == Token.EOF)) {
            return Code.MISSING_SEMICOLON
                    .at(
                            previousEnd,
                            token.getType() == Token.EOF
                                    ? "the last command has no semicolon"
                                    : "no semicolon before `%s`".formatted(token.getText()))
                    .hint("end every command with ;");
        }
        if (mayEnd && token.getType() == SetkeyConfLexer.POLICY_TEXT) {
            return commentInPolicy(previousEnd, span);
        }
        if (found.rule() == SetkeyConfParser.RULE_policy
                || source.u8(Math.max(0, previousEnd.end() - 1)) == 'P'
                        && found.expected().contains(SetkeyConfLexer.POLICY_TEXT)) {
            return Code.BAD_POLICY
                    .at(span, "a policy must follow -P, found " + described(token, span))
                    .hint("for example -P out ipsec esp/transport//require");
        }
        if (afterPolicy(previousEnd, found)) {
            return Code.BAD_POLICY
                    .at(span, "a policy cannot go on with " + described(token, span))
                    .hint("rules are parted by blanks, the policy ends with ;");
        }
        if (isKeyWithoutForm(token, span)) {
            return Code.BAD_KEY_FORM
                    .at(span, "a key is hexadecimal digits behind 0x, or text between quotes")
                    .label("neither");
        }
        return Code.UNEXPECTED_WORD
                .at(
                        span,
                        "expected %s, found %s".formatted(expected(found), described(token, span)))
                .hint(
                        order(found)
                                .or(
                                        () ->
                                                suggestion(
                                                        found.expected(),
                                                        SetkeyConfLexer.VOCABULARY,
                                                        token,
                                                        span)));
    }

    /// Where a part of an SA that is too late should have been.
    private static Optional<String> order(FirstError.Found found) {
        boolean atItsEnd =
                switch (found.rule()) {
                    case SetkeyConfParser.RULE_add,
                            SetkeyConfParser.RULE_update,
                            SetkeyConfParser.RULE_algorithms,
                            SetkeyConfParser.RULE_encryption,
                            SetkeyConfParser.RULE_authentication,
                            SetkeyConfParser.RULE_compression ->
                            found.expected().contains(SetkeyConfLexer.SEMICOLON);
                    default -> false;
                };
        if (!atItsEnd) {
            return Optional.empty();
        }
        int late = found.offending().getType();
        if (late == SetkeyConfLexer.FLAG_ENCRYPTION) {
            return Optional.of("-E stands before -A");
        }
        return isExtension(late)
                ? Optional.of("extensions stand before -E, -A and -C")
                : Optional.empty();
    }

    /// Whether a token begins an extension of an SA; `-ctx` elsewhere begins something else.
    private static boolean isExtension(int token) {
        return switch (token) {
            case SetkeyConfLexer.FLAG_MODE,
                    SetkeyConfLexer.FLAG_REQID,
                    SetkeyConfLexer.FLAG_OPTION,
                    SetkeyConfLexer.FLAG_REPLAY,
                    SetkeyConfLexer.FLAG_HARD_SECONDS,
                    SetkeyConfLexer.FLAG_SOFT_SECONDS,
                    SetkeyConfLexer.FLAG_HARD_BYTES,
                    SetkeyConfLexer.FLAG_SOFT_BYTES,
                    SetkeyConfLexer.FLAG_CONTEXT,
                    SetkeyConfLexer.FLAG_FRAGMENT,
                    SetkeyConfLexer.FLAG_ESN,
                    SetkeyConfLexer.FLAG_NATT,
                    SetkeyConfLexer.FLAG_HARDWARE ->
                    true;
            default -> false;
        };
    }

    private Diagnostic.Builder stray(Span span) {
        int octet = source.u8(span.start());
        if (octet == '"') {
            return Code.UNTERMINATED_STRING
                    .at(span, "this quote is never closed")
                    .label("opened here")
                    .hint("close it with \" at the end of the key");
        }
        if (span.start() == 0 && startsWithByteOrderMark()) {
            return Code.STRAY_CHARACTER
                    .at(span, "the text begins with a byte order mark")
                    .hint("save it as UTF-8 without one");
        }
        if (octet >= 0x80 || octet < ' ' || octet == 0x7f) {
            return Code.STRAY_CHARACTER.at(
                    span,
                    octet >= 0x80
                            ? "a character that is not ASCII can stand in quotes only"
                            : "a control character cannot stand here");
        }
        Diagnostic.Builder problem =
                Code.STRAY_CHARACTER.at(
                        span, "the character `%c` cannot stand here".formatted(octet));
        return switch (octet) {
            case '_' -> problem.hint("names of hosts have letters, digits, dots and hyphens only");
            case '\\' ->
                    problem.hint("leave it out: a command goes on over line ends to its semicolon");
            case '-' -> problem.hint("no such flag; and numbers are never negative");
            default -> problem;
        };
    }

    private boolean startsWithByteOrderMark() {
        return source.length() >= 3
                && source.u8(0) == 0xef
                && source.u8(1) == 0xbb
                && source.u8(2) == 0xbf;
    }

    private Diagnostic.Builder unknownCommand(Token token, Span span) {
        if (token.getType() == SetkeyConfLexer.SEMICOLON) {
            return Code.UNKNOWN_COMMAND
                    .at(span, "a semicolon without a command before it")
                    .hint("leave it out");
        }
        Optional<String> nearest =
                isHidden(span)
                        ? Optional.empty()
                        : Suggestions.nearest(token.getText(), SetkeyWords.COMMANDS);
        return Code.UNKNOWN_COMMAND
                .at(span, "no command begins with " + described(token, span))
                .hint(
                        nearest.map("did you mean `%s`?"::formatted)
                                .orElse("commands: " + String.join(" ", SetkeyWords.COMMANDS)));
    }

    private Diagnostic.Builder commentInPolicy(Span previousEnd, Span span) {
        int hash = previousEnd.end();
        while (hash < span.start() && source.u8(hash) != '#') {
            hash++;
        }
        int end = hash;
        while (end < span.start() && source.u8(end) != '\n') {
            end++;
        }
        return end > hash
                ? Code.COMMENT_IN_POLICY
                        .at(new Span(hash, end), "a comment inside a policy")
                        .label("the policy goes on behind it")
                        .hint("put the comment behind the semicolon, or before the command")
                : Code.BAD_POLICY.at(span, "a policy cannot go on like this");
    }

    /// The token before was policy text: its last octet is a policy's, and a semicolon was due.
    private boolean afterPolicy(Span previousEnd, FirstError.Found found) {
        return found.rule() == SetkeyConfParser.RULE_spdadd
                || found.rule() == SetkeyConfParser.RULE_spdupdate
                || found.rule() == SetkeyConfParser.RULE_spddelete;
    }

    /// A word that stands where a key has to.
    private boolean isKeyWithoutForm(Token token, Span span) {
        return isHidden(span)
                && (token.getType() == SetkeyConfLexer.STRING
                        || token.getType() == SetkeyConfLexer.DECIMAL);
    }

    private boolean isHidden(Span span) {
        return span.length() > 0 && source.hides(span);
    }

    private String described(Token token, Span span) {
        return switch (token.getType()) {
            case Token.EOF -> "the end of the text";
            case SetkeyConfLexer.QUOTED -> "quoted text";
            case SetkeyConfLexer.SEMICOLON -> "the end of the command";
            default -> isHidden(span) ? "a key" : "`" + abridged(token.getText()) + "`";
        };
    }

    private static String abridged(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private static String expected(FirstError.Found found) {
        Set<String> phrases = new LinkedHashSet<>();
        for (int type : found.expected().toArray()) {
            phrases.add(phrase(type, found.rule()));
        }
        List<String> all = new ArrayList<>(phrases);
        if (all.size() == 1) {
            return all.getFirst();
        }
        return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
    }

    private static String phrase(int type, int rule) {
        if (isExtension(type)) {
            return type == SetkeyConfLexer.FLAG_CONTEXT && rule == SetkeyConfParser.RULE_selector
                    ? "-ctx"
                    : "an extension such as -m";
        }
        return switch (type) {
            case SetkeyConfLexer.ESP,
                    SetkeyConfLexer.ESP_OLD,
                    SetkeyConfLexer.ESP_UDP,
                    SetkeyConfLexer.AH,
                    SetkeyConfLexer.AH_OLD,
                    SetkeyConfLexer.IPCOMP,
                    SetkeyConfLexer.TCP ->
                    "a protocol";
            case SetkeyConfLexer.DECIMAL, SetkeyConfLexer.HEXADECIMAL ->
                    switch (rule) {
                        case SetkeyConfParser.RULE_association,
                                SetkeyConfParser.RULE_getspi,
                                SetkeyConfParser.RULE_number,
                                SetkeyConfParser.RULE_protocol ->
                                "an SPI";
                        case SetkeyConfParser.RULE_selector, SetkeyConfParser.RULE_upper ->
                                "a protocol";
                        case SetkeyConfParser.RULE_key,
                                SetkeyConfParser.RULE_encryption,
                                SetkeyConfParser.RULE_authentication ->
                                "a key";
                        case SetkeyConfParser.RULE_port -> "a port";
                        default -> "a number";
                    };
            case SetkeyConfLexer.QUOTED ->
                    rule == SetkeyConfParser.RULE_target || rule == SetkeyConfParser.RULE_context
                            ? "text between quotes"
                            : "a key";
            case SetkeyConfLexer.STRING ->
                    switch (rule) {
                        case SetkeyConfParser.RULE_encryption,
                                SetkeyConfParser.RULE_authentication ->
                                "the name of an algorithm";
                        case SetkeyConfParser.RULE_upper, SetkeyConfParser.RULE_selector ->
                                "a protocol";
                        case SetkeyConfParser.RULE_port -> "a port";
                        case SetkeyConfParser.RULE_extension -> "the name of an interface";
                        default -> "an address";
                    };
            case SetkeyConfLexer.ANY ->
                    switch (rule) {
                        case SetkeyConfParser.RULE_port -> "a port";
                        case SetkeyConfParser.RULE_extension -> "`any`";
                        default -> "a protocol";
                    };
            case SetkeyConfLexer.FLAG_ADDRESS -> "-4, -6, -n";
            case SetkeyConfLexer.FLAG_POLICY -> "-P";
            // written twice in the lexer, so ANTLR has no text for them
            case SetkeyConfLexer.LEFT_BRACKET -> "`[`";
            case SetkeyConfLexer.RIGHT_BRACKET -> "`]`";
            case SetkeyConfLexer.SEMICOLON -> "`;`";
            default -> literal(SetkeyConfLexer.VOCABULARY, type);
        };
    }

    /// `'spdadd'` of ANTLR as `` `spdadd` ``.
    private static String literal(Vocabulary vocabulary, int type) {
        String literal = vocabulary.getLiteralName(type);
        return literal == null
                ? vocabulary.getDisplayName(type)
                : "`" + literal.substring(1, literal.length() - 1) + "`";
    }

    private Optional<String> suggestion(
            IntervalSet expected, Vocabulary vocabulary, Token token, Span span) {
        if (isHidden(span)) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        for (int type : expected.toArray()) {
            String literal = vocabulary.getLiteralName(type);
            if (literal != null && literal.length() > 4) {
                words.add(literal.substring(1, literal.length() - 1));
            }
        }
        return Suggestions.nearest(token.getText(), words).map("did you mean `%s`?"::formatted);
    }

    /// @param policy the text of the policy
    Diagnostic.Builder policy(FirstError.Found found, Span policy) {
        Token token = found.offending();
        if (token.getType() == Token.EOF) {
            return Code.BAD_POLICY
                    .at(Span.at(trimmedEnd(policy)), "the policy ends too early")
                    .label("expected " + expectedInPolicy(found));
        }
        Span span = CommandReader.span(token);
        if (SetkeyWords.COMMANDS.contains(token.getText())) {
            return Code.MISSING_SEMICOLON
                    .at(span, "no semicolon before `%s`".formatted(token.getText()))
                    .label("still inside the policy")
                    .hint("end every command with ;");
        }
        Diagnostic.Builder problem =
                Code.BAD_POLICY.at(
                        span,
                        "expected %s, found %s"
                                .formatted(
                                        expectedInPolicy(found),
                                        isHidden(span)
                                                ? "a key"
                                                : "`" + abridged(token.getText()) + "`"));
        if (isLevel(token) && source.u8(Math.max(0, span.start() - 1)) == '/') {
            return problem.hint(
                    "write //%s: what would be between the slashes are addresses"
                            .formatted(token.getText()));
        }
        return problem.hint(suggestion(found.expected(), IpsecPolicyLexer.VOCABULARY, token, span));
    }

    private static boolean isLevel(Token token) {
        return token.getType() >= IpsecPolicyLexer.DEFAULT
                && token.getType() <= IpsecPolicyLexer.UNIQUE_NUMBER;
    }

    private int trimmedEnd(Span policy) {
        int end = policy.end();
        while (end > policy.start() && source.u8(end - 1) <= ' ') {
            end--;
        }
        return end;
    }

    private static String expectedInPolicy(FirstError.Found found) {
        return switch (found.rule()) {
            case IpsecPolicyParser.RULE_direction -> "a direction: in, out or fwd";
            case IpsecPolicyParser.RULE_action -> "an action: ipsec, none or discard";
            case IpsecPolicyParser.RULE_priority -> "a number, or low, def or high with + or -";
            case IpsecPolicyParser.RULE_level -> "a level: default, use, require or unique";
            case IpsecPolicyParser.RULE_endpoints -> "two addresses with a hyphen between them";
            case IpsecPolicyParser.RULE_policyRule ->
                    found.expected().contains(IpsecPolicyLexer.TUNNEL)
                            ? "a mode: transport or tunnel"
                            : found.expected().contains(IpsecPolicyLexer.ESP)
                                    ? "a rule's protocol: esp, ah or ipcomp"
                                    : found.expected().contains(IpsecPolicyLexer.ADDRESS)
                                            ? "addresses or a slash"
                                            : "a slash";
            case IpsecPolicyParser.RULE_policy ->
                    found.expected().contains(IpsecPolicyLexer.IPSEC)
                            ? "an action: ipsec, none or discard"
                            : "a rule, or the end of the policy";
            default -> "a rule such as esp/transport//require";
        };
    }
}
