package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Notify message types: below 16384 an error, from there on a status (RFC 2408 3.14.1, RFC 2407
/// 4.6.3, RFC 3706 5; Cisco Unity draft).
public enum NotifyType implements Numbered {
    INVALID_PAYLOAD_TYPE(1, "INVALID-PAYLOAD-TYPE"),
    DOI_NOT_SUPPORTED(2, "DOI-NOT-SUPPORTED"),
    SITUATION_NOT_SUPPORTED(3, "SITUATION-NOT-SUPPORTED"),
    INVALID_COOKIE(4, "INVALID-COOKIE"),
    INVALID_MAJOR_VERSION(5, "INVALID-MAJOR-VERSION"),
    INVALID_MINOR_VERSION(6, "INVALID-MINOR-VERSION"),
    INVALID_EXCHANGE_TYPE(7, "INVALID-EXCHANGE-TYPE"),
    INVALID_FLAGS(8, "INVALID-FLAGS"),
    INVALID_MESSAGE_ID(9, "INVALID-MESSAGE-ID"),
    INVALID_PROTOCOL_ID(10, "INVALID-PROTOCOL-ID"),
    INVALID_SPI(11, "INVALID-SPI"),
    INVALID_TRANSFORM_ID(12, "INVALID-TRANSFORM-ID"),
    ATTRIBUTES_NOT_SUPPORTED(13, "ATTRIBUTES-NOT-SUPPORTED"),
    NO_PROPOSAL_CHOSEN(14, "NO-PROPOSAL-CHOSEN"),
    BAD_PROPOSAL_SYNTAX(15, "BAD-PROPOSAL-SYNTAX"),
    PAYLOAD_MALFORMED(16, "PAYLOAD-MALFORMED"),
    INVALID_KEY_INFORMATION(17, "INVALID-KEY-INFORMATION"),
    INVALID_ID_INFORMATION(18, "INVALID-ID-INFORMATION"),
    INVALID_CERT_ENCODING(19, "INVALID-CERT-ENCODING"),
    INVALID_CERTIFICATE(20, "INVALID-CERTIFICATE"),
    /// The RFC's CERT-TYPE-UNSUPPORTED goes by another name in racoon's logs.
    CERT_TYPE_UNSUPPORTED(21, "BAD-CERT-REQUEST-SYNTAX"),
    INVALID_CERT_AUTHORITY(22, "INVALID-CERT-AUTHORITY"),
    INVALID_HASH_INFORMATION(23, "INVALID-HASH-INFORMATION"),
    AUTHENTICATION_FAILED(24, "AUTHENTICATION-FAILED"),
    INVALID_SIGNATURE(25, "INVALID-SIGNATURE"),
    ADDRESS_NOTIFICATION(26, "ADDRESS-NOTIFICATION"),
    NOTIFY_SA_LIFETIME(27, "NOTIFY-SA-LIFETIME"),
    CERTIFICATE_UNAVAILABLE(28, "CERTIFICATE-UNAVAILABLE"),
    UNSUPPORTED_EXCHANGE_TYPE(29, "UNSUPPORTED-EXCHANGE-TYPE"),
    UNEQUAL_PAYLOAD_LENGTHS(30, "UNEQUAL-PAYLOAD-LENGTHS"),
    CONNECTED(16384, "CONNECTED"),
    /// Its data are attributes ([Phase1Attribute] or [Phase2Attribute]).
    RESPONDER_LIFETIME(24576, "RESPONDER-LIFETIME"),
    REPLAY_STATUS(24577, "REPLAY-STATUS"),
    INITIAL_CONTACT(24578, "INITIAL-CONTACT"),
    /// Cisco.
    HEARTBEAT(35011, "HEARTBEAT (Unity)"),
    /// Dead peer detection; the data are a sequence number of 32 bits.
    R_U_THERE(36136, "R-U-THERE"),
    R_U_THERE_ACK(36137, "R-U-THERE-ACK"),
    /// Cisco Unity: another gateway to go to.
    LOAD_BALANCE(40501, "LOAD-BALANCE"),
    PRESHARED_KEY_HASH(40503, "PRESHARED-KEY-HASH");

    private static final Map<Integer, NotifyType> BY_NUMBER = Numbered.byNumber(values());

    private static final int FIRST_STATUS = 16384;

    private final int number;
    private final String text;

    NotifyType(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<NotifyType> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(NotifyType::text).orElse(Integer.toString(number));
    }

    /// Whether a number, known or not, says that something went wrong.
    public static boolean isError(int number) {
        return number < FIRST_STATUS;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String text() {
        return text;
    }
}
