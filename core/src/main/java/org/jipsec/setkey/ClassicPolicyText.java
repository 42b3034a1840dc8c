package org.jipsec.setkey;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The text after `-P` as libipsec's ipsec_set_policy reads it, with its messages.
///
/// One word of look-ahead; where the original's parser reduces by default, so do we: `esp/bogus`
/// has too few arguments, it is not a syntax error.
final class ClassicPolicyText {
    /// @param action discard, with priority 0, where the text has only a direction
    record Parsed(Direction direction, PolicyAction action, int priority, List<PolicyRule> rules) {}

    /// Why a text is refused.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final String complaint;

        private Refused(String complaint, String reason) {
            super(reason);
            this.complaint = complaint;
        }

        /// What libipsec itself writes on standard error; empty for nothing.
        String complaint() {
            return complaint;
        }

        /// What setkey writes after it.
        String reason() {
            return String.valueOf(getMessage());
        }
    }

    private enum Kind {
        END,
        DIRECTION,
        PRIORITY,
        BASE,
        NUMBER,
        PLUS,
        HYPHEN,
        ACTION,
        PROTOCOL,
        MODE,
        LEVEL,
        UNIQUE_NUMBER,
        SLASH,
        ME,
        ANY,
        ADDRESS,
        PORT
    }

    private record Token(Kind kind, String text) {}

    private static final String INVALID_ARGUMENT = "Invalid argument";
    private static final String FEW_ARGUMENTS = "Too few arguments";
    private static final String BASE_RANGE =
            "Priority offset from base not in valid range [0, 1073741823] for negative offsets"
                    + " and [0, 1073741824] for positive offsets";
    private static final String RANGE =
            "Priority offset not in valid range [-2147483647, 2147483648]";
    private static final Pattern UNIQUE_NUMBER = Pattern.compile("unique:[0-9]+");
    private static final Pattern PORT = Pattern.compile("\\[[0-9]+]");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z0-9:._]+(%[a-zA-Z0-9]+)?");

    private static final Map<String, Kind> KEYWORDS =
            Map.ofEntries(
                    Map.entry("in", Kind.DIRECTION),
                    Map.entry("out", Kind.DIRECTION),
                    Map.entry("fwd", Kind.DIRECTION),
                    Map.entry("priority", Kind.PRIORITY),
                    Map.entry("prio", Kind.PRIORITY),
                    Map.entry("low", Kind.BASE),
                    Map.entry("def", Kind.BASE),
                    Map.entry("high", Kind.BASE),
                    Map.entry("discard", Kind.ACTION),
                    Map.entry("none", Kind.ACTION),
                    Map.entry("ipsec", Kind.ACTION),
                    Map.entry("bypass", Kind.ACTION),
                    Map.entry("entrust", Kind.ACTION),
                    Map.entry("esp", Kind.PROTOCOL),
                    Map.entry("ah", Kind.PROTOCOL),
                    Map.entry("ipcomp", Kind.PROTOCOL),
                    Map.entry("transport", Kind.MODE),
                    Map.entry("tunnel", Kind.MODE),
                    Map.entry("me", Kind.ME),
                    Map.entry("any", Kind.ANY),
                    Map.entry("default", Kind.LEVEL),
                    Map.entry("use", Kind.LEVEL),
                    Map.entry("require", Kind.LEVEL),
                    Map.entry("unique", Kind.LEVEL));

    private final String input;
    private final StringBuilder echo;
    private final ClassicNames names;
    private int position;
    private String lastText = "";
    private @Nullable Token ahead;

    private ClassicPolicyText(String input, StringBuilder echo, ClassicNames names) {
        this.input = input;
        this.echo = echo;
        this.names = names;
    }

    /// @param echo gets the characters that the original's scanner does not know: it copies them to
    ///     standard output
    static Parsed parse(String text, ClassicNames names, StringBuilder echo) throws Refused {
        return new ClassicPolicyText(text, echo, names).policy();
    }

    private Parsed policy() throws Refused {
        Direction direction =
                switch (expect(Kind.DIRECTION).text()) {
                    case "in" -> Direction.IN;
                    case "out" -> Direction.OUT;
                    default -> Direction.FWD;
                };
        if (peek().kind() != Kind.ACTION && peek().kind() != Kind.PRIORITY) {
            expect(Kind.END);
            return new Parsed(direction, PolicyAction.DISCARD, 0, List.of());
        }
        int priority = PolicyPriority.DEFAULT;
        PolicyAction action;
        if (peek().kind() == Kind.PRIORITY) {
            take();
            Offset offset = offset();
            action = action();
            priority = offset.priority();
        } else {
            action = action();
        }
        List<PolicyRule> rules = new ArrayList<>();
        while (peek().kind() == Kind.PROTOCOL) {
            rules.add(rule(direction, action));
        }
        expect(Kind.END);
        return new Parsed(direction, action, priority, List.copyOf(rules));
    }

    /// What stands between `prio` and the action. Its bounds are looked at after the action.
    ///
    /// @param added to the base: the written sign, turned round
    private record Offset(int base, long added, boolean valid, String complaint) {
        int priority() throws Refused {
            if (!valid) {
                throw new Refused("", complaint);
            }
            return base + (int) added;
        }
    }

    private Offset offset() throws Refused {
        if (peek().kind() == Kind.NUMBER) {
            long written = number(take().text());
            return new Offset(PolicyPriority.DEFAULT, -written, written <= 1L << 31, RANGE);
        }
        if (peek().kind() == Kind.HYPHEN) {
            take();
            long written = number(expect(Kind.NUMBER).text());
            return new Offset(PolicyPriority.DEFAULT, written, written <= Integer.MAX_VALUE, RANGE);
        }
        int base =
                switch (expect(Kind.BASE).text()) {
                    case "low" -> PolicyPriority.LOW;
                    case "high" -> PolicyPriority.HIGH;
                    default -> PolicyPriority.DEFAULT;
                };
        return switch (peek().kind()) {
            case PLUS -> {
                take();
                long written = number(expect(Kind.NUMBER).text());
                yield new Offset(base, -written, written <= 1L << 30, BASE_RANGE);
            }
            case HYPHEN -> {
                take();
                long written = number(expect(Kind.NUMBER).text());
                yield new Offset(base, written, written < 1L << 30, BASE_RANGE);
            }
            default -> new Offset(base, 0, true, "");
        };
    }

    private PolicyAction action() throws Refused {
        return switch (expect(Kind.ACTION).text()) {
            case "discard" -> PolicyAction.DISCARD;
            case "none" -> PolicyAction.NONE;
            case "ipsec" -> PolicyAction.IPSEC;
            case "bypass" -> PolicyAction.BYPASS;
            default -> PolicyAction.ENTRUST;
        };
    }

    private PolicyRule rule(Direction direction, PolicyAction action) throws Refused {
        IpsecProtocol protocol =
                switch (take().text()) {
                    case "esp" -> IpsecProtocol.ESP;
                    case "ah" -> IpsecProtocol.AH;
                    default -> IpsecProtocol.IPCOMP;
                };
        if (peek().kind() != Kind.SLASH) {
            throw new Refused("", FEW_ARGUMENTS);
        }
        take();
        if (peek().kind() != Kind.MODE) {
            throw new Refused("", FEW_ARGUMENTS);
        }
        SaMode mode = take().text().equals("tunnel") ? SaMode.TUNNEL : SaMode.TRANSPORT;
        Optional<PolicyRule.Endpoints> endpoints = Optional.empty();
        PolicyLevel level = PolicyLevel.DEFAULT;
        int reqid = 0;
        if (peek().kind() == Kind.SLASH) {
            take();
            boolean levelMayFollow;
            if (peek().kind() == Kind.SLASH) {
                take();
                if (!isLevel()) {
                    throw unexpected();
                }
                levelMayFollow = true;
            } else {
                boolean written = startsAddresses();
                if (written) {
                    endpoints = addresses(direction);
                }
                levelMayFollow = written && peek().kind() == Kind.SLASH;
                if (levelMayFollow) {
                    take();
                    levelMayFollow = isLevel();
                }
            }
            if (levelMayFollow) {
                Token written = take();
                level = level(written);
                reqid =
                        written.kind() == Kind.UNIQUE_NUMBER
                                ? (int) number(written.text().substring("unique:".length()))
                                : 0;
            }
        }
        if (action == PolicyAction.IPSEC) {
            check(mode, endpoints);
        }
        return new PolicyRule(protocol, mode, level, reqid, endpoints);
    }

    private boolean startsAddresses() {
        return switch (peek().kind()) {
            case ADDRESS, ME, ANY -> true;
            default -> false;
        };
    }

    /// Empty for `me-any` and `any-me`.
    private Optional<PolicyRule.Endpoints> addresses(Direction direction) throws Refused {
        Token first = take();
        if (first.kind() != Kind.ADDRESS) {
            expect(Kind.HYPHEN);
            expect(first.kind() == Kind.ME ? Kind.ANY : Kind.ME);
            if (direction != (first.kind() == Kind.ME ? Direction.OUT : Direction.IN)) {
                throw new Refused("", "Invalid direction");
            }
            return Optional.empty();
        }
        boolean ports = peek().kind() == Kind.PORT;
        Endpoint source = endpoint(first, ports ? Optional.of(take()) : Optional.empty());
        expect(Kind.HYPHEN);
        Token second = expect(Kind.ADDRESS);
        Endpoint destination =
                endpoint(second, ports ? Optional.of(expect(Kind.PORT)) : Optional.empty());
        return Optional.of(new PolicyRule.Endpoints(source, destination));
    }

    private Endpoint endpoint(Token address, Optional<Token> port) throws Refused {
        Optional<InetAddress> known = names.numeric(address.text());
        if (known.isEmpty()) {
            throw new Refused(
                    "libipsec: invalid IP address while parsing \"" + lastText + "\"",
                    ClassicNames.UNKNOWN_HOST);
        }
        int number = 0;
        if (port.isPresent()) {
            String digits = port.get().text().substring(1, port.get().text().length() - 1);
            long written = number(digits);
            if (written > 0xffff) {
                throw new Refused("", ClassicNames.portTooBig(digits));
            }
            number = (int) written;
        }
        return new Endpoint(known.get(), number);
    }

    private boolean isLevel() {
        return peek().kind() == Kind.LEVEL || peek().kind() == Kind.UNIQUE_NUMBER;
    }

    private static PolicyLevel level(Token token) {
        return switch (token.text()) {
            case "default" -> PolicyLevel.DEFAULT;
            case "use" -> PolicyLevel.USE;
            case "require" -> PolicyLevel.REQUIRE;
            default -> PolicyLevel.UNIQUE;
        };
    }

    private static void check(SaMode mode, Optional<PolicyRule.Endpoints> endpoints)
            throws Refused {
        if (endpoints.isEmpty()) {
            if (mode != SaMode.TRANSPORT) {
                throw new Refused("", "Invalid address specification");
            }
        } else if (endpoints.get().source().isIpv4() != endpoints.get().destination().isIpv4()) {
            throw new Refused("", "Family mismatch");
        }
    }

    /// What atol makes of digits: the largest long where they are more.
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooBig) {
            return Long.MAX_VALUE;
        }
    }

    private Token peek() {
        if (ahead == null) {
            ahead = scan();
            lastText = ahead.text();
        }
        return ahead;
    }

    private Token take() {
        Token token = peek();
        ahead = null;
        return token;
    }

    private Token expect(Kind kind) throws Refused {
        if (peek().kind() != kind) {
            throw unexpected();
        }
        return take();
    }

    private Refused unexpected() {
        return new Refused(
                "libipsec: syntax error while parsing \"" + peek().text() + "\"", INVALID_ARGUMENT);
    }

    private Token scan() {
        while (position < input.length()) {
            char c = input.charAt(position);
            switch (c) {
                case ' ', '\t', '\n' -> position++;
                case '/' -> {
                    return take(Kind.SLASH, 1);
                }
                case '-' -> {
                    return take(Kind.HYPHEN, 1);
                }
                case '+' -> {
                    return take(Kind.PLUS, 1);
                }
                default -> {
                    Token word = word();
                    if (word != null) {
                        return word;
                    }
                    echo.append(c);
                    position++;
                }
            }
        }
        return new Token(Kind.END, "");
    }

    private @Nullable Token word() {
        int port = longest(PORT);
        if (port > 0) {
            return take(Kind.PORT, port);
        }
        int length = longest(WORD);
        if (length == 0) {
            return null;
        }
        String word = input.substring(position, position + length);
        Kind keyword = KEYWORDS.get(word);
        if (keyword != null) {
            return take(keyword, length);
        }
        if (word.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return take(Kind.NUMBER, length);
        }
        return take(
                UNIQUE_NUMBER.matcher(word).matches() ? Kind.UNIQUE_NUMBER : Kind.ADDRESS, length);
    }

    private int longest(Pattern pattern) {
        var matcher = pattern.matcher(input).region(position, input.length());
        return matcher.lookingAt() ? matcher.end() - position : 0;
    }

    private Token take(Kind kind, int length) {
        Token token = new Token(kind, input.substring(position, position + length));
        position += length;
        return token;
    }
}
