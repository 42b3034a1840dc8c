package org.jipsec.racoonconf;

import static org.jipsec.grammar.RacoonConfLexer.*;

import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.diag.Suggestions;
import org.jipsec.grammar.RacoonConfLexer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Says in words of the user what the parser has stumbled over. Where a word broke into pieces, as
/// racoon's scanner breaks it, the whole word is named.
final class SyntaxProblems {
    private static final Set<String> SECTIONS =
            Set.of(
                    "remote",
                    "sainfo",
                    "listen",
                    "padding",
                    "timer",
                    "privsep",
                    "ldapcfg",
                    "radiuscfg");

    /// Words of other racoons, and what became of them.
    private static final Map<String, String> OLD =
            Map.ofEntries(
                    Map.entry("support_mip6", "a word of racoon before 0.5; leave the line out"),
                    Map.entry("identifier", "write my_identifier"),
                    Map.entry("keepalive", "write dpd_delay, or natt_keepalive in timer"),
                    Map.entry("admin", "write adminsock"),
                    Map.entry("exec_path", "write script"),
                    Map.entry("exec_command", "write script"),
                    Map.entry("algorithm", "write encryption_algorithm"),
                    Map.entry("policy", "policies are set by jsetkey"),
                    Map.entry("max_length", "write maximum_length"),
                    Map.entry("random_length", "write randomize_length"),
                    Map.entry("check_length", "write strict_check"),
                    Map.entry("excl_lastone", "write exclusive_tail"),
                    Map.entry("auto_exit_delay", "a word of Apple's racoon; leave the line out"),
                    Map.entry("local_address", "a word of Apple's racoon; leave the line out"),
                    Map.entry("vendorid", "leave the line out"));

    private static final Map<Integer, String> KINDS =
            Map.of(
                    NUMBER, "a number",
                    QUOTED, "text between quotes",
                    ADDRESS, "an address",
                    SEMICOLON, "a semicolon",
                    LEFT_BRACE, "{",
                    RIGHT_BRACE, "}",
                    PORT, "a port in brackets",
                    PREFIX, "a prefix length",
                    ALGORITHM, "an algorithm",
                    TIME_UNIT, "a unit: sec, min or hour");

    private final SourceFile file;
    private final SourceText source;

    SyntaxProblems(SourceFile file) {
        this.file = file;
        this.source = file.source();
    }

    /// @param start of the statement
    /// @param previousEnd behind the word before the offending one
    void report(FirstError.Found found, int start, Span previousEnd, ConfSection section) {
        classicSyntaxError(found);
        boolean first = found.offending().getStartIndex() == start;
        file.report(problem(found, first, previousEnd, section));
    }

    private void classicSyntaxError(FirstError.Found found) {
        Token token = found.offending();
        Span at = new Span(glueStart(token), Math.max(glueStart(token), token.getStopIndex() + 1));
        file.classic(at, "syntax error");
    }

    /// Where a word begins with all that racoon has read over before it.
    static int glueStart(Token token) {
        return token instanceof SectionTokens.Glued glued
                ? glued.glueStart()
                : token.getStartIndex();
    }

    private Diagnostic.Builder problem(
            FirstError.Found found, boolean first, Span previousEnd, ConfSection section) {
        Token token = found.offending();
        Span word = word(glueStart(token));
        String text = source.text(word);
        int openQuote = openQuote(previousEnd.start());
        if (openQuote >= 0) {
            return Code.UNTERMINATED_STRING
                    .at(new Span(openQuote, openQuote + 1), "this quote is never closed")
                    .label("opened here")
                    .hint("end the text with \"");
        }
        if (isMissingSemicolon(found)) {
            return Code.MISSING_SEMICOLON
                    .at(
                            previousEnd,
                            "no semicolon before "
                                    + (token.getType() == Token.EOF
                                            ? "the end of the file"
                                            : "`" + text + "`"))
                    .hint("end every statement with ;");
        }
        if (token.getType() == Token.EOF) {
            return Code.UNEXPECTED_WORD.at(
                    previousEnd,
                    "expected %s, found the end of the file".formatted(expected(found)));
        }
        if (token.getType() == SEMICOLON && first && section == ConfSection.ROOT) {
            return Code.SEMICOLON_BEHIND_BLOCK
                    .at(ConfParser.span(token), "no semicolon may stand here")
                    .hint("leave it out: a block ends with its brace");
        }
        if (first && OLD.containsKey(text)) {
            return Code.OLD_DIALECT
                    .at(word, "`%s` is not of this dialect".formatted(text))
                    .hint(OLD.getOrDefault(text, ""));
        }
        Optional<Diagnostic.Builder> name = brokenName(token, previousEnd);
        if (!first && name.isPresent()) {
            return name.get();
        }
        Set<String> words = fitting(words(found), previousEnd);
        Optional<String> meant =
                Suggestions.nearest(text, words).map("did you mean `%s`?"::formatted);
        if (first) {
            return Code.UNKNOWN_STATEMENT
                    .at(
                            word,
                            section == ConfSection.ROOT
                                    ? "`%s` begins no statement".formatted(shown(word))
                                    : "`%s` is not a statement of %s"
                                            .formatted(shown(word), section.title()))
                    .hint(meant.or(() -> Optional.of("there are " + String.join(", ", words))));
        }
        if (token.getType() == BOOLEAN) {
            return Code.UNEXPECTED_WORD
                    .at(word, "`%s` is no switch".formatted(text))
                    .hint(text.equals("yes") ? "write on" : "write off");
        }
        if (found.expected().contains(QUOTED) && !found.expected().contains(ADDRESS)) {
            return Code.UNEXPECTED_WORD
                    .at(word, "expected text between quotes, found " + described(word))
                    .hint("write \"%s\"".formatted(shown(word)));
        }
        if (found.expected().contains(ADDRESS) && text.matches("[A-Za-z][A-Za-z0-9.-]*")) {
            return Code.UNEXPECTED_WORD
                    .at(word, "expected %s, found %s".formatted(expected(found), described(word)))
                    .hint(
                            meant.or(
                                    () ->
                                            Optional.of(
                                                    "host names are not looked up: write the"
                                                            + " address")));
        }
        boolean isAlgorithm = found.expected().contains(ALGORITHM);
        return Code.UNEXPECTED_WORD
                .at(word, "expected %s, found %s".formatted(expected(found), described(word)))
                .hint(
                        meant.or(
                                () ->
                                        isAlgorithm
                                                ? Optional.of(String.join(", ", words))
                                                : Optional.empty()));
    }

    /// Of all algorithms those that the directive before `previousEnd` takes.
    private Set<String> fitting(Set<String> words, Span previousEnd) {
        if (previousEnd.start() == 0 || !words.contains("deflate")) {
            return words;
        }
        String directive =
                source.text(
                        Words.around(
                                source, new Span(previousEnd.start() - 1, previousEnd.start())));
        String fitting = ALGORITHMS_OF.get(directive);
        return fitting == null ? words : new LinkedHashSet<>(Arrays.asList(fitting.split(" ")));
    }

    /// What begins with hex digits is an address to racoon, and what follows in the same word is
    /// wrong then.
    private Optional<Diagnostic.Builder> brokenName(Token token, Span previousEnd) {
        if (previousEnd.start() == 0 || previousEnd.start() != glueStart(token)) {
            return Optional.empty();
        }
        Span whole = Words.around(source, new Span(previousEnd.start() - 1, previousEnd.start()));
        String text = source.text(whole);
        return whole.end() > previousEnd.start() && Words.isName(text) && !source.hides(whole)
                ? Optional.of(
                        Code.BAD_ADDRESS
                                .at(whole, "`%s` is no address".formatted(text))
                                .hint("host names are not looked up: write the address"))
                : Optional.empty();
    }

    /// Whether a semicolon could stand before the wrong word, and that word begins a line, a
    /// statement or ends a block.
    boolean isMissingSemicolon(FirstError.Found found) {
        Token token = found.offending();
        return found.expected().contains(SEMICOLON)
                && (token.getType() == Token.EOF
                        || token.getType() == RIGHT_BRACE
                        || startsLine(glueStart(token)));
    }

    /// The section that begins where a statement of another one was expected.
    Optional<Span> sectionBehindMissingBrace(FirstError.Found found) {
        int at = glueStart(found.offending());
        Span word = word(at);
        return SECTIONS.contains(source.text(word)) && startsLine(at)
                ? Optional.of(word)
                : Optional.empty();
    }

    /// The last one that is reported of a text.
    void reportTooMany(FirstError.Found found) {
        int at = Math.min(glueStart(found.offending()), source.length());
        file.report(
                Code.TOO_MANY_ERRORS
                        .at(Span.at(at), "too many mistakes: what follows is not looked at")
                        .hint("is this a racoon.conf?"));
    }

    void reportMissingBrace(FirstError.Found found, Span next, Span head, String section) {
        classicSyntaxError(found);
        file.report(
                Code.MISSING_BRACE
                        .at(
                                next,
                                "`%s` is not closed before `%s`"
                                        .formatted(section, source.text(next)))
                        .also(head, "opened here")
                        .hint("write } before it"));
    }

    void reportOpenSection(Span head, String section, int end) {
        // racoon prints freed memory here: there is neither a file nor a word any more
        file.classic(Span.at(end), "syntax error");
        file.report(
                Code.MISSING_BRACE
                        .at(head, "`%s` is never closed".formatted(section))
                        .label("opened here")
                        .hint("write } at its end"));
    }

    /// Characters that racoon reads over.
    void reportSkipped(Span skipped, ConfSection section) {
        String text = source.text(skipped);
        if (text.replace("\r", "").isEmpty()
                || section == ConfSection.REMOTE_BLOCK && text.equals(",")) {
            return;
        }
        int next = skipped.end() < source.length() ? source.u8(skipped.end()) : ' ';
        if (next >= '0' && next <= '9') {
            return; // whoever takes the number knows what racoon makes of it
        }
        Span word = word(skipped.start());
        Span whole = Words.around(source, skipped);
        if (whole.start() < skipped.start()
                && Character.digit(source.u8(whole.start()), 16) >= 0
                && Words.isName(source.text(whole))) {
            return; // the address that it is no part of is none
        }
        file.report(
                Code.SKIPPED_CHARACTERS
                        .at(skipped, "`%s` means nothing here".formatted(shown(skipped)))
                        .label(
                                word.end() > skipped.end() && word.start() == skipped.start()
                                        ? "racoon reads only what follows it"
                                        : "racoon skips it")
                        .hint("leave it out"));
    }

    private String shown(Span span) {
        return source.hides(span)
                ? "..."
                : new String(
                        source.text(span).getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
    }

    private String described(Span word) {
        return source.hides(word) ? "something else" : "`" + shown(word) + "`";
    }

    private Span word(int start) {
        return Words.from(source, start);
    }

    private boolean startsLine(int offset) {
        int before = offset - 1;
        while (before >= 0 && (source.u8(before) == ' ' || source.u8(before) == '\t')) {
            before--;
        }
        return before < 0 || source.u8(before) == '\n';
    }

    /// Where a quote stands from `from` on that is never closed; -1 when none is.
    private int openQuote(int from) {
        int open = -1;
        boolean comment = false;
        for (int i = from; i < source.length(); i++) {
            int octet = source.u8(i);
            if (octet == '\n') {
                comment = false;
            } else if (octet == '#' && open < 0) {
                comment = true;
            } else if (octet == '"' && !comment) {
                open = open < 0 ? i : -1;
            } else if (octet == ';' && open < 0 && !comment) {
                return -1;
            }
        }
        return open;
    }

    private static String expected(FirstError.Found found) {
        List<String> kinds = new ArrayList<>();
        for (int type : found.expected().toArray()) {
            Optional.ofNullable(KINDS.get(type)).ifPresent(kinds::add);
        }
        if (found.expected().contains(ALGORITHM)) {
            return String.join(" or ", kinds);
        }
        List<String> words = List.copyOf(words(found));
        kinds.addAll(words.subList(0, Math.min(words.size(), 12)));
        return kinds.isEmpty() ? "something else" : String.join(" or ", kinds);
    }

    /// The keywords that could have stood there.
    private static Set<String> words(FirstError.Found found) {
        return words(found.expected());
    }

    /// The keywords among these kinds of tokens.
    static Set<String> words(IntervalSet types) {
        Set<String> words = new LinkedHashSet<>();
        for (int type : types.toArray()) {
            if (type <= 0 || KINDS.containsKey(type) && type != ALGORITHM) {
                continue;
            }
            String literal = RacoonConfLexer.VOCABULARY.getLiteralName(type);
            if (literal != null) {
                words.add(literal.substring(1, literal.length() - 1));
            } else {
                words.addAll(WORDS_OF.getOrDefault(type, List.of()));
            }
        }
        return words;
    }

    private static final String GROUPS =
            "modp768 modp1024 modp1536 modp2048 modp3072 modp4096 modp6144 modp8192 ecp256 ecp384"
                    + " ecp521";
    private static final Map<String, String> ALGORITHMS_OF =
            Map.of(
                    "encryption_algorithm", "aes camellia 3des blowfish cast128 des",
                    "hash_algorithm", "sha256 sha384 sha512 sha1 md5",
                    "dh_group", GROUPS,
                    "pfs_group", GROUPS,
                    "authentication_method",
                            "pre_shared_key rsasig gssapi_krb hybrid_rsa_server hybrid_rsa_client"
                                    + " xauth_psk_server xauth_psk_client xauth_rsa_server"
                                    + " xauth_rsa_client",
                    "authentication_algorithm",
                            "hmac_sha256 hmac_sha384 hmac_sha512 hmac_sha1 hmac_md5 non_auth",
                    "compression_algorithm", "deflate");

    private static final Map<Integer, List<String>> WORDS_OF =
            Map.ofEntries(
                    entry(LOG_LEVEL, "error warning notify info debug debug2"),
                    entry(GSS_ENCODING, "latin1 utf-16le"),
                    entry(
                            LDAP_STRING,
                            "bind_dn bind_pw attr_user attr_addr attr_mask attr_group attr_member"),
                    entry(WINS4, "wins4 nbns4"),
                    entry(SITUATION_WORD, "identity_only secrecy integrity"),
                    entry(
                            SWITCHED,
                            "verify_identifier verify_cert send_cert send_cr match_empty_cr passive"
                                    + " support_proxy initial_contact weak_phase1_check dpd"),
                    entry(FORCEABLE, "nat_traversal ike_frag rekey"),
                    entry(COUNTED, "esp_frag nonce_size ph1id dpd_delay dpd_retry dpd_maxfail"),
                    entry(SCRIPT_EVENT, "phase1_up phase1_down phase1_dead"),
                    entry(CHECK_LEVEL, "obey strict claim exact"),
                    entry(GSS_ID, "gss_id gssapi_id"),
                    entry(SWITCH, "on off"),
                    entry(PROTOCOL, "esp ah ipcomp icmp icmp6 tcp udp gre"),
                    entry(IDENTIFIER_TYPE, "user_fqdn fqdn keyid address subnet asn1dn"),
                    entry(IDENTIFIER_QUALIFIER, "tag file"),
                    entry(BYTES_UNIT, "B bytes KB MB TB"),
                    entry(
                            ALGORITHM,
                            "des 3des cast128 blowfish null aes rijndael twofish camellia non_auth"
                                + " hmac_md5 hmac_sha1 hmac_sha256 hmac_sha384 hmac_sha512 md5 sha1"
                                + " sha256 sha384 sha512 deflate modp768 modp1024 modp1536 modp2048"
                                + " modp3072 modp4096 modp6144 modp8192 ecp256 ecp384 ecp521 rsasig"
                                + " gssapi_krb hybrid_rsa_server hybrid_rsa_client xauth_psk_server"
                                + " xauth_psk_client xauth_rsa_server xauth_rsa_client"));

    private static Map.Entry<Integer, List<String>> entry(int type, String words) {
        return Map.entry(type, Arrays.asList(words.split(" ")));
    }
}
