package org.jipsec.racoonconf;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Severity;
import org.jipsec.diag.Span;

import java.util.Arrays;
import java.util.Optional;

/// Every kind of problem a racoon.conf can have. The numbers are cited by tests, manuals and users:
/// they never change and are never used again.
///
/// An error is only what racoon refuses too, or what could never work with any peer.
public enum Code {
    // how it is written
    UNEXPECTED_WORD(1, Severity.ERROR),
    MISSING_SEMICOLON(2, Severity.ERROR),
    UNKNOWN_STATEMENT(3, Severity.ERROR),
    UNTERMINATED_STRING(4, Severity.ERROR),
    SKIPPED_CHARACTERS(5, Severity.WARNING),
    MISSING_BRACE(6, Severity.ERROR),
    GLUED_NUMBER(7, Severity.WARNING),
    SEMICOLON_BEHIND_BLOCK(8, Severity.ERROR),
    OLD_DIALECT(9, Severity.ERROR),
    GLUED_KEY_LENGTH(10, Severity.WARNING),
    NUMBER_RANGE(11, Severity.ERROR),
    GIVEN_TWICE(12, Severity.WARNING),
    TOO_MANY_ERRORS(13, Severity.ERROR),

    // psk.txt
    KEY_FILE_NOT_READ(15, Severity.NOTE),
    KEY_LINE_WITHOUT_KEY(16, Severity.WARNING),
    KEY_TWICE(17, Severity.WARNING),
    BLANK_IN_KEY(18, Severity.WARNING),
    SHORT_KEY(19, Severity.WARNING),

    // files
    INCLUDE_NOT_FOUND(20, Severity.ERROR),
    INCLUDE_LOOP(21, Severity.ERROR),
    INCLUDE_DEPTH(22, Severity.ERROR),
    UNREADABLE_FILE(23, Severity.ERROR),
    PATH_TOO_LATE(24, Severity.WARNING),
    KEY_FILE(25, Severity.ERROR),
    NO_KEY_FILE(26, Severity.WARNING),
    OPEN_KEY_FILE(27, Severity.WARNING),
    BAD_KEY_LINE(28, Severity.WARNING),
    NO_KEY_FOR_PEER(29, Severity.WARNING),

    // addresses, names, numbers
    BAD_ADDRESS(30, Severity.ERROR),
    PORT_RANGE(31, Severity.ERROR),
    PREFIX_RANGE(32, Severity.ERROR),
    BAD_IDENTIFIER(33, Severity.ERROR),
    IDENTIFIER_WITHOUT_EFFECT(34, Severity.WARNING),
    HOST_BITS(35, Severity.NOTE),

    // algorithms
    WRONG_KIND(40, Severity.ERROR),
    KEY_LENGTH(41, Severity.ERROR),
    KEY_LENGTH_NOT_WANTED(42, Severity.ERROR),
    ALGORITHM_NOT_AVAILABLE(43, Severity.ERROR),
    DH_GROUP(44, Severity.ERROR),
    ELLIPTIC_BINARY_GROUP(45, Severity.ERROR),
    BYTE_LIFETIME(46, Severity.ERROR),
    METHOD_NOT_AVAILABLE(47, Severity.ERROR),
    LIFETIME_ZERO(48, Severity.WARNING),
    ALGORITHM_TWICE(49, Severity.WARNING),

    // remote
    NO_EXCHANGE_MODE(50, Severity.ERROR),
    NO_PROPOSAL(51, Severity.ERROR),
    INCOMPLETE_PROPOSAL(52, Severity.ERROR),
    GROUPS_DIFFER(53, Severity.ERROR),
    NO_PARENT(54, Severity.ERROR),
    REMOTE_NAME_TWICE(55, Severity.ERROR),
    REMOTE_TWICE(56, Severity.WARNING),
    REMOTE_ADDRESS_TWICE(57, Severity.ERROR),
    REMOTE_WITHOUT_ADDRESS(58, Severity.WARNING),
    ALREADY_DEFINED(59, Severity.ERROR),
    GROUP_OF_REMOTE(60, Severity.ERROR),
    NONCE_SIZE(61, Severity.WARNING),
    MAIN_MODE_IDENTITY(62, Severity.WARNING),
    IDENTITY_NOT_VERIFIED(63, Severity.WARNING),
    CERTIFICATE_NOT_VERIFIED(64, Severity.WARNING),
    CERTIFICATE_MISSING(65, Severity.WARNING),
    CERTIFICATE_WITHOUT_USE(66, Severity.NOTE),
    CERTIFICATE_WITHOUT_TYPE(67, Severity.WARNING),
    REKEY_WITHOUT_DPD(68, Severity.NOTE),
    DPD_WITHOUT_EFFECT(69, Severity.WARNING),
    LIFETIME_AGAINST_CHECK(70, Severity.NOTE),
    PROPOSAL_TWICE(71, Severity.WARNING),
    GSS_ID(72, Severity.ERROR),
    LOGIN_MISSING(73, Severity.WARNING),
    SITUATION(74, Severity.ERROR),
    NOT_YET(75, Severity.NOTE),
    TOO_MANY(76, Severity.ERROR),

    // sainfo
    MISSING_ALGORITHM(80, Severity.ERROR),
    DUPLICATE_SAINFO(81, Severity.ERROR),
    UNREACHABLE_SAINFO(82, Severity.WARNING),
    NO_SAINFO(83, Severity.WARNING),
    UNKNOWN_REMOTE_ID(84, Severity.WARNING),
    NO_PROTECTION(85, Severity.WARNING),
    PORT_NOT_WANTED(86, Severity.ERROR),
    PROTOCOL_AGAINST_FAMILY(87, Severity.ERROR),
    IDENTIFIER_FORBIDDEN(88, Severity.ERROR),
    NO_REMOTE(89, Severity.WARNING),
    FAMILIES_DIFFER(90, Severity.ERROR),
    PORT_WITHOUT_EFFECT(91, Severity.NOTE),
    COMPRESSION_NOT_AVAILABLE(92, Severity.WARNING),
    RANGE_BACKWARDS(93, Severity.WARNING),

    // weak choices
    WEAK_GROUP(100, Severity.WARNING),
    WEAK_CIPHER(101, Severity.WARNING),
    WEAK_HASH(102, Severity.WARNING),
    AGGRESSIVE_WITH_KEY(103, Severity.WARNING),
    WEAK_DELETES(104, Severity.WARNING),

    // the rest
    WILDCARD_LISTENER(110, Severity.WARNING),
    LISTENER_TWICE(111, Severity.WARNING),
    NATT_PORT(112, Severity.WARNING),
    SOCKET_MODE(113, Severity.ERROR),
    SOCKET_MODE_DIGIT(114, Severity.WARNING),
    PRIVILEGES_NEED_PATHS(115, Severity.WARNING),
    TOO_MANY_SERVERS(116, Severity.ERROR),
    LDAP_VERSION(117, Severity.ERROR),
    MODE_ADDRESS(118, Severity.ERROR),
    POOL_WITHOUT_NETWORK(119, Severity.WARNING),
    SPLIT_MIXED(120, Severity.WARNING),
    SOURCE_NOT_CONFIGURED(121, Severity.WARNING),
    NO_LISTENER_FOR_NAT(122, Severity.WARNING),
    TIMER_ZERO(123, Severity.WARNING),
    NO_LISTENER_OF_FAMILY(124, Severity.WARNING);

    private final int number;
    private final Severity severity;

    Code(int number, Severity severity) {
        this.number = number;
        this.severity = severity;
    }

    /// `RC014`
    public String id() {
        String digits = Integer.toString(number);
        return "RC" + "0".repeat(3 - digits.length()) + digits;
    }

    public Severity severity() {
        return severity;
    }

    /// @param id as users type it, in any case
    public static Optional<Code> of(String id) {
        return Arrays.stream(values()).filter(code -> code.id().equalsIgnoreCase(id)).findAny();
    }

    /// @param message what is wrong: lower case, no full stop, no key material
    Diagnostic.Builder at(Span span, String message) {
        return switch (severity) {
            case ERROR -> Diagnostic.error(id(), span, message);
            case WARNING -> Diagnostic.warning(id(), span, message);
            case NOTE -> Diagnostic.note(id(), span, message);
        };
    }
}
