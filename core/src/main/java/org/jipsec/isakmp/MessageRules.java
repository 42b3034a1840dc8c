package org.jipsec.isakmp;

import static org.jipsec.isakmp.ExchangeType.AGGRESSIVE;
import static org.jipsec.isakmp.ExchangeType.BASE;
import static org.jipsec.isakmp.ExchangeType.IDENTITY_PROTECTION;
import static org.jipsec.isakmp.ExchangeType.INFORMATIONAL;
import static org.jipsec.isakmp.ExchangeType.MODE_CONFIG;
import static org.jipsec.isakmp.ExchangeType.NEW_GROUP;
import static org.jipsec.isakmp.ExchangeType.QUICK;
import static org.jipsec.isakmp.MessageRule.Cover.CLEAR;
import static org.jipsec.isakmp.MessageRule.Cover.EITHER;
import static org.jipsec.isakmp.MessageRule.Cover.ENCRYPTED;
import static org.jipsec.isakmp.PayloadType.ATTRIBUTES;
import static org.jipsec.isakmp.PayloadType.CERTIFICATE;
import static org.jipsec.isakmp.PayloadType.CERTIFICATE_REQUEST;
import static org.jipsec.isakmp.PayloadType.DELETE;
import static org.jipsec.isakmp.PayloadType.HASH;
import static org.jipsec.isakmp.PayloadType.IDENTIFICATION;
import static org.jipsec.isakmp.PayloadType.KEY_EXCHANGE;
import static org.jipsec.isakmp.PayloadType.NAT_DETECTION;
import static org.jipsec.isakmp.PayloadType.NAT_ORIGINAL_ADDRESS;
import static org.jipsec.isakmp.PayloadType.NONCE;
import static org.jipsec.isakmp.PayloadType.NOTIFY;
import static org.jipsec.isakmp.PayloadType.SA;
import static org.jipsec.isakmp.PayloadType.VENDOR_ID;

import org.jipsec.isakmp.MessageRule.Count;
import org.jipsec.isakmp.MessageRule.Cover;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What each message of each exchange carries, as a table to be laid beside the RFCs. Where racoon
/// takes less than the RFC allows it is the RFC that counts: certificate requests may come with any
/// message of phase 1 (RFC 2408 3.10), where racoon drops some of these.
///
/// Fragments are not here: they are joined before anybody looks at a message.
public final class MessageRules {
    /// What a sender proves with who it is; both sides of an exchange need not have the same.
    public enum Proof {
        /// HASH_I or HASH_R: pre-shared keys, and the client's side of hybrid authentication.
        KEY(HASH),
        /// SIG_I or SIG_R: certificates and plain RSA keys.
        SIGNATURE(PayloadType.SIGNATURE);

        private final PayloadType payload;

        Proof(PayloadType payload) {
            this.payload = payload;
        }

        /// The payload that holds it.
        public PayloadType payload() {
            return payload;
        }
    }

    /// How often those may be there that may be there more than once.
    private static final Map<PayloadType, Count> MANY =
            Map.of(
                    VENDOR_ID, Count.ANY,
                    NOTIFY, Count.ANY,
                    DELETE, Count.ANY,
                    CERTIFICATE, Count.ANY,
                    CERTIFICATE_REQUEST, Count.ANY,
                    // one of the peer, and one or more of the sender, who may not know its own
                    NAT_DETECTION, new Count(2, 16, false),
                    NAT_ORIGINAL_ADDRESS, new Count(1, 2, false));

    private static final Map<Proof, List<MessageRule>> ROWS = new EnumMap<>(Proof.class);

    static {
        for (Proof proof : Proof.values()) {
            ROWS.put(proof, rows(proof.payload()));
        }
    }

    private MessageRules() {}

    /// @param proof HASH or SIG
    private static List<MessageRule> rows(PayloadType proof) {
        return List.of(
                // spotless:off  -- the columns are the documentation
                //  exchange           no  comes      first        must
                //           may
                // RFC 2408 4.5, RFC 2409 5.1 and 5.4; NAT-D: RFC 3947 3.2; N: RFC 2407 4.6.3.3
                row(IDENTITY_PROTECTION, 1, CLEAR, SA, must(SA), may(VENDOR_ID)),
                row(IDENTITY_PROTECTION, 2, CLEAR, SA, must(SA), may(VENDOR_ID)),
                row(
                        IDENTITY_PROTECTION,
                        3,
                        CLEAR,
                        must(KEY_EXCHANGE, NONCE),
                        may(CERTIFICATE_REQUEST, NAT_DETECTION, VENDOR_ID)),
                row(
                        IDENTITY_PROTECTION,
                        4,
                        CLEAR,
                        must(KEY_EXCHANGE, NONCE),
                        may(CERTIFICATE_REQUEST, NAT_DETECTION, VENDOR_ID)),
                row(
                        IDENTITY_PROTECTION,
                        5,
                        ENCRYPTED,
                        must(IDENTIFICATION, proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NOTIFY, VENDOR_ID)),
                row(
                        IDENTITY_PROTECTION,
                        6,
                        ENCRYPTED,
                        must(IDENTIFICATION, proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NOTIFY, VENDOR_ID)),
                // RFC 2408 4.7, RFC 2409 5.1 and 5.4; the third message comes either way; NAT-D:
                // RFC 3947 3.2
                row(
                        AGGRESSIVE,
                        1,
                        CLEAR,
                        SA,
                        must(SA, KEY_EXCHANGE, NONCE, IDENTIFICATION),
                        may(CERTIFICATE_REQUEST, VENDOR_ID)),
                row(
                        AGGRESSIVE,
                        2,
                        CLEAR,
                        SA,
                        must(SA, KEY_EXCHANGE, NONCE, IDENTIFICATION, proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NAT_DETECTION, NOTIFY, VENDOR_ID)),
                row(
                        AGGRESSIVE,
                        3,
                        EITHER,
                        must(proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NAT_DETECTION, NOTIFY, VENDOR_ID)),
                // RFC 2408 4.4, draft-ietf-ipsec-ike-base-mode-02 section 3
                row(
                        BASE,
                        1,
                        CLEAR,
                        SA,
                        must(SA, NONCE, IDENTIFICATION),
                        may(CERTIFICATE_REQUEST, VENDOR_ID)),
                row(
                        BASE,
                        2,
                        CLEAR,
                        SA,
                        must(SA, NONCE, IDENTIFICATION),
                        may(CERTIFICATE_REQUEST, VENDOR_ID)),
                row(
                        BASE,
                        3,
                        CLEAR,
                        must(KEY_EXCHANGE, proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NAT_DETECTION, NOTIFY, VENDOR_ID)),
                row(
                        BASE,
                        4,
                        CLEAR,
                        must(KEY_EXCHANGE, proof),
                        may(CERTIFICATE, CERTIFICATE_REQUEST, NAT_DETECTION, NOTIFY, VENDOR_ID)),
                // RFC 2409 5.5 (one SA payload; IDci and IDcr together or not at all); NAT-OA: RFC
                // 3947 5.2
                row(
                        QUICK,
                        1,
                        ENCRYPTED,
                        HASH,
                        must(HASH, SA, NONCE),
                        may(KEY_EXCHANGE, IDENTIFICATION, NAT_ORIGINAL_ADDRESS, NOTIFY)),
                row(
                        QUICK,
                        2,
                        ENCRYPTED,
                        HASH,
                        must(HASH, SA, NONCE),
                        may(KEY_EXCHANGE, IDENTIFICATION, NAT_ORIGINAL_ADDRESS, NOTIFY)),
                row(QUICK, 3, ENCRYPTED, HASH, must(HASH), may(NOTIFY)),
                // the answer to a commit bit: RFC 2408 3.1, RFC 2409 5.5
                row(QUICK, 4, ENCRYPTED, HASH, must(HASH, NOTIFY), may()),
                // RFC 2409 5.6
                row(NEW_GROUP, 1, ENCRYPTED, HASH, must(HASH, SA), may(VENDOR_ID)),
                row(NEW_GROUP, 2, ENCRYPTED, HASH, must(HASH, SA), may(VENDOR_ID)),
                // draft-dukes-ike-mode-cfg-02 3.1; racoon takes it without HASH too
                row(MODE_CONFIG, 1, ENCRYPTED, HASH, must(HASH, ATTRIBUTES), may()),
                row(MODE_CONFIG, 2, ENCRYPTED, HASH, must(HASH, ATTRIBUTES), may()));
        // spotless:on
    }

    /// RFC 2409 5.7: with an SA.
    private static final MessageRule PROTECTED_INFORMATIONAL =
            row(INFORMATIONAL, 1, ENCRYPTED, HASH, must(HASH), may(NOTIFY, DELETE));

    /// RFC 2408 4.8: before there is one. Nothing of it can be believed.
    private static final MessageRule CLEAR_INFORMATIONAL =
            row(INFORMATIONAL, 1, CLEAR, must(), may(NOTIFY, DELETE));

    /// The row of a message.
    ///
    /// @param message its number, from 1; those of mode config go to and fro, 1 asks and 2 answers
    /// @param proof its sender's; looked at where the message has to hold one
    /// @return empty where no exchange has such a message
    public static Optional<MessageRule> find(ExchangeType exchange, int message, Proof proof) {
        return ROWS.getOrDefault(proof, List.of()).stream()
                .filter(row -> row.exchange() == exchange && row.message() == message)
                .findFirst();
    }

    /// The row of the only message of an informational exchange.
    ///
    /// @param encrypted as its header says
    public static MessageRule informational(boolean encrypted) {
        return encrypted ? PROTECTED_INFORMATIONAL : CLEAR_INFORMATIONAL;
    }

    /// All rows of the table.
    static List<MessageRule> all(Proof proof) {
        return ROWS.getOrDefault(proof, List.of());
    }

    private static PayloadType[] must(PayloadType... types) {
        return types;
    }

    private static PayloadType[] may(PayloadType... types) {
        return types;
    }

    private static MessageRule row(
            ExchangeType exchange,
            int message,
            Cover cover,
            PayloadType first,
            PayloadType[] must,
            PayloadType[] may) {
        return new MessageRule(
                exchange, message, cover, Optional.of(first), counts(exchange, must, may));
    }

    private static MessageRule row(
            ExchangeType exchange,
            int message,
            Cover cover,
            PayloadType[] must,
            PayloadType[] may) {
        return new MessageRule(
                exchange, message, cover, Optional.empty(), counts(exchange, must, may));
    }

    private static Map<PayloadType, Count> counts(
            ExchangeType exchange, PayloadType[] must, PayloadType[] may) {
        Map<PayloadType, Count> counts = new EnumMap<>(PayloadType.class);
        Arrays.stream(must).forEach(type -> counts.put(type, Count.ONE));
        Arrays.stream(may).forEach(type -> counts.put(type, optional(exchange, type)));
        return counts;
    }

    /// How often what need not be there may be.
    private static Count optional(ExchangeType exchange, PayloadType type) {
        if (type == IDENTIFICATION && exchange == QUICK) {
            return new Count(2, 2, false);
        }
        return MANY.getOrDefault(type, Count.AT_MOST_ONE);
    }
}
