package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Severity;
import org.jipsec.diag.Span;

import java.util.Arrays;
import java.util.Optional;

/// Every kind of problem a setkey.conf can have. The numbers are cited by tests, manuals and users:
/// they never change and are never used again. [Explanations] has a page for each.
public enum Code {
    // how it is written
    UNEXPECTED_WORD(1, Severity.ERROR),
    MISSING_SEMICOLON(2, Severity.ERROR),
    UNKNOWN_COMMAND(3, Severity.ERROR),
    UNTERMINATED_STRING(4, Severity.ERROR),
    STRAY_CHARACTER(5, Severity.ERROR),
    DOS_LINE_ENDS(6, Severity.ERROR),
    COMMENT_IN_POLICY(7, Severity.ERROR),
    BAD_POLICY(8, Severity.ERROR),
    BAD_KEY_FORM(9, Severity.ERROR),

    // algorithms and keys
    UNKNOWN_ALGORITHM(10, Severity.ERROR),
    KEY_NOT_WANTED(11, Severity.ERROR),
    KEY_MISSING(12, Severity.ERROR),
    ODD_HEX_DIGITS(13, Severity.WARNING),
    KEY_LENGTH(14, Severity.ERROR),
    WEAK_DES_KEY(15, Severity.WARNING),
    TRIPLE_DES_EQUAL_PARTS(16, Severity.WARNING),
    KEY_USED_TWICE(17, Severity.WARNING),
    RETIRED_ALGORITHM(18, Severity.WARNING),
    NO_INTEGRITY(19, Severity.WARNING),
    AEAD_WITH_AUTHENTICATION(20, Severity.ERROR),
    ALGORITHM_AGAINST_PROTOCOL(21, Severity.ERROR),
    ALGORITHM_NOT_AVAILABLE(22, Severity.ERROR),
    DES_VARIANT_AGAINST_PROTOCOL(23, Severity.ERROR),
    OBSOLETE_NAME(24, Severity.WARNING),
    QUOTED_HEX(25, Severity.WARNING),

    // numbers of an SA
    RESERVED_SPI(30, Severity.ERROR),
    SPI_RANGE(31, Severity.ERROR),
    CPI_RANGE(32, Severity.ERROR),
    REPLAY_WINDOW_RANGE(33, Severity.ERROR),
    REPLAY_WITH_OLD_PROTOCOL(34, Severity.ERROR),
    REQID_RANGE(35, Severity.ERROR),
    LIFETIME_HALF(36, Severity.ERROR),
    LIFETIME_ORDER(37, Severity.WARNING),
    EXTENSION_TWICE(38, Severity.WARNING),
    PROTOCOL_MISSING(39, Severity.ERROR),
    ONLY_FOR_UDP(40, Severity.ERROR),
    CONTEXT_RANGE(41, Severity.ERROR),
    EXTENDED_SEQUENCE_MISUSED(42, Severity.ERROR),
    FEATURE_NOT_AVAILABLE(43, Severity.ERROR),
    WITHOUT_EFFECT(44, Severity.WARNING),
    SPI_ORDER(45, Severity.ERROR),
    REQID_AUTOMATIC(46, Severity.WARNING),
    LIFETIME_RANGE(47, Severity.ERROR),

    // addresses, ports, protocols
    BAD_ADDRESS(50, Severity.ERROR),
    FAMILIES_OF_SA(51, Severity.ERROR),
    FAMILIES_OF_SELECTOR(52, Severity.ERROR),
    PORT_RANGE(53, Severity.ERROR),
    UNKNOWN_SERVICE(54, Severity.ERROR),
    PREFIX_RANGE(55, Severity.ERROR),
    HOST_BITS(56, Severity.NOTE),
    UNKNOWN_PROTOCOL(57, Severity.ERROR),
    BAD_DETAIL(58, Severity.ERROR),
    DETAIL_NOT_WANTED(59, Severity.ERROR),
    SEVERAL_ADDRESSES(60, Severity.ERROR),
    LOOKUP_FORBIDDEN(61, Severity.ERROR),
    FAMILY_EXCLUDED(62, Severity.ERROR),
    PROTOCOL_RANGE(63, Severity.ERROR),

    // policies
    TUNNEL_WITHOUT_ADDRESSES(70, Severity.ERROR),
    FAMILIES_OF_RULE(71, Severity.ERROR),
    PORT_ON_ONE_END(72, Severity.ERROR),
    ME_ANY_DIRECTION(73, Severity.ERROR),
    PRIORITY_RANGE(74, Severity.ERROR),
    UNIQUE_RANGE(75, Severity.WARNING),
    ACTION_OF_SOCKETS(76, Severity.ERROR),
    IPSEC_WITHOUT_RULES(77, Severity.WARNING),
    RULES_WITHOUT_IPSEC(78, Severity.WARNING),
    DIRECTION_ALONE(79, Severity.WARNING),
    DUPLICATE_POLICY(80, Severity.ERROR),
    CONTRADICTORY_POLICY(81, Severity.ERROR),
    FORWARD_TWICE(82, Severity.WARNING),
    TAGGED_POLICY(83, Severity.ERROR),
    RULE_WITHOUT_SA(84, Severity.NOTE),
    OPTIONAL_TUNNEL(85, Severity.WARNING),
    COMPRESSION_REQUIRED(86, Severity.WARNING),

    // SAs of one file
    DUPLICATE_SA(90, Severity.ERROR),

    /// The backend's answer, not the language's: whoever applies a plan reports it.
    REFUSED(100, Severity.ERROR),
    NOT_TAKEN_BACK(101, Severity.ERROR),
    NUMBERS_START_AGAIN(102, Severity.WARNING);

    private final int number;
    private final Severity severity;

    Code(int number, Severity severity) {
        this.number = number;
        this.severity = severity;
    }

    /// `SK014`
    public String id() {
        // String.format would load the locale's digits: much, at a start that has one warning.
        String digits = Integer.toString(number);
        return "SK" + "0".repeat(3 - digits.length()) + digits;
    }

    public Severity severity() {
        return severity;
    }

    /// @param id as users type it, in any case
    public static Optional<Code> of(String id) {
        return Arrays.stream(values()).filter(code -> code.id().equalsIgnoreCase(id)).findAny();
    }

    /// @param message what is wrong: lower case, no full stop, no key material
    public Diagnostic.Builder at(Span span, String message) {
        return switch (severity) {
            case ERROR -> Diagnostic.error(id(), span, message);
            case WARNING -> Diagnostic.warning(id(), span, message);
            case NOTE -> Diagnostic.note(id(), span, message);
        };
    }
}
