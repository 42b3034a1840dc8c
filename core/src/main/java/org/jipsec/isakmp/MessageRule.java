package org.jipsec.isakmp;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What one message of an exchange looks like: a row of [MessageRules].
///
/// @param message its number in the exchange, from 1
/// @param cover how it has to come
/// @param first what has to stand first, if anything has to
/// @param counts how often each type may stand there; what is not named may not
public record MessageRule(
        ExchangeType exchange,
        int message,
        Cover cover,
        Optional<PayloadType> first,
        Map<PayloadType, Count> counts) {
    /// How a message comes.
    public enum Cover {
        CLEAR,
        ENCRYPTED,
        /// As the sender likes.
        EITHER
    }

    /// @param least of them, if there is one at all
    /// @param most of them
    /// @param required whether there has to be one
    public record Count(int least, int most, boolean required) {
        static final Count ONE = new Count(1, 1, true);
        static final Count AT_MOST_ONE = new Count(1, 1, false);
        static final Count ANY = new Count(1, Bounds.PAYLOADS, false);
    }

    /// What is wrong with a message.
    ///
    /// @param text racoon's line for its log
    /// @param detail what racoon's line leaves out, for who looks for the cause
    /// @param notification what racoon tells the peer; empty: nothing
    public record Violation(String text, String detail, Optional<NotifyType> notification) {}

    private static final Map<PayloadType, String> REPEATED_IN_QUICK =
            Map.of(
                    PayloadType.SA, "Multi SAs isn't supported.",
                    PayloadType.KEY_EXCHANGE, "duplicate ISAKMP_NPTYPE_KE.",
                    PayloadType.NONCE, "duplicate ISAKMP_NPTYPE_NONCE.",
                    PayloadType.IDENTIFICATION, "too many ISAKMP_NPTYPE_ID payloads.",
                    PayloadType.NAT_ORIGINAL_ADDRESS, "too many ISAKMP_NPTYPE_NATOA payloads.");

    public MessageRule {
        counts = Map.copyOf(counts);
    }

    /// Whether the message may come as it does.
    ///
    /// @param encrypted as its header says
    public Optional<Violation> coverViolation(boolean encrypted) {
        boolean fine =
                switch (cover) {
                    case CLEAR -> !encrypted;
                    case ENCRYPTED -> encrypted;
                    case EITHER -> true;
                };
        return fine ? Optional.empty() : Optional.of(wrongCover(encrypted));
    }

    private Violation wrongCover(boolean encrypted) {
        if (encrypted) {
            return violation(
                    "ignore the packet, not expecting the packet encrypted.",
                    name() + " comes in clear");
        }
        String text =
                switch (exchange) {
                    case QUICK -> "Packet wasn't encrypted.";
                    case MODE_CONFIG -> "User credentials sent in cleartext!";
                    case IDENTITY_PROTECTION ->
                            // the responder's line and the initiator's differ in racoon
                            message == 5
                                    ? "reject the packet, expecting the packet encrypted."
                                    : "ignore the packet, expecting the packet encrypted.";
                    case BASE,
                            AUTHENTICATION_ONLY,
                            AGGRESSIVE,
                            INFORMATIONAL,
                            NEW_GROUP,
                            ACKNOWLEDGED_INFORMATIONAL ->
                            "ignore the packet, expecting the packet encrypted.";
                };
        String detail = name() + " comes encrypted";
        return exchange == ExchangeType.QUICK && message == 1
                ? violation(text, detail, NotifyType.PAYLOAD_MALFORMED)
                : violation(text, detail);
    }

    /// Whether the message carries what it must and nothing that it may not. Checked in the order
    /// of racoon: what stands first, then each payload from the first to the last, then what is
    /// missing.
    ///
    /// @param natt whose numbers NAT-D and NAT-OA have to have; empty: there may be none
    public Optional<Violation> violation(PayloadChain chain, Optional<NattVersion> natt) {
        if (first.isPresent() && !chain.payloads().isEmpty()) {
            Payload leader = chain.payloads().getFirst();
            if (leader.type() != first.get()) {
                return Optional.of(wrongFirst(leader, first.get()));
            }
        }
        Map<PayloadType, Integer> seen = new EnumMap<>(PayloadType.class);
        for (Payload payload : chain.payloads()) {
            Count count = counts.get(payload.type());
            if (count == null || !isOf(payload, natt)) {
                return Optional.of(unexpected(payload));
            }
            if (seen.merge(payload.type(), 1, Integer::sum) > count.most()) {
                return Optional.of(repeated(payload.type()));
            }
        }
        for (Map.Entry<PayloadType, Count> each : new EnumMap<>(counts).entrySet()) {
            int number = seen.getOrDefault(each.getKey(), 0);
            if (number == 0 ? each.getValue().required() : number < each.getValue().least()) {
                return Optional.of(missing(each.getKey(), number));
            }
        }
        return Optional.empty();
    }

    private static boolean isOf(Payload payload, Optional<NattVersion> natt) {
        if (payload instanceof Payload.NatDetection(NattVersion version, _)) {
            return natt.equals(Optional.of(version));
        }
        return !(payload instanceof Payload.NatOriginalAddress(NattVersion version, _))
                || natt.equals(Optional.of(version));
    }

    private Violation wrongFirst(Payload payload, PayloadType wanted) {
        String text =
                "received invalid next payload type %d, expecting %d."
                        .formatted(payload.number(), wanted.number());
        String detail = "%s stands first in %s".formatted(name(payload), name());
        if (exchange == ExchangeType.INFORMATIONAL) {
            return violation("ignore information because the message has no hash payload.", detail);
        }
        return exchange == ExchangeType.QUICK && message == 1
                ? violation(text, detail, NotifyType.BAD_PROPOSAL_SYNTAX)
                : violation(text, detail);
    }

    private Violation unexpected(Payload payload) {
        String text =
                exchange == ExchangeType.INFORMATIONAL
                        ? "reject the packet, received unexpected payload type %s."
                                .formatted(PayloadType.text(payload.number()))
                        : "ignore the packet, received unexpecting payload type %d."
                                .formatted(payload.number());
        String detail = "%s has no place in %s".formatted(name(payload), name());
        return exchange == ExchangeType.QUICK && message == 1
                ? violation(text, detail, NotifyType.PAYLOAD_MALFORMED)
                : violation(text, detail);
    }

    private Violation repeated(PayloadType type) {
        String detail =
                "more than %d %s in %s"
                        .formatted(
                                counts.getOrDefault(type, Count.ONE).most(), type.text(), name());
        if (exchange != ExchangeType.QUICK) {
            return violation("ignore this payload, same payload type exist.", detail);
        }
        boolean responder = message != 2;
        if (type == PayloadType.IDENTIFICATION && responder) {
            return violation(
                    "received too many ID payloads.", detail, NotifyType.INVALID_ID_INFORMATION);
        }
        if (type == PayloadType.NAT_ORIGINAL_ADDRESS && responder) {
            return violation(
                    "received too many NAT-OA payloads.", detail, NotifyType.PAYLOAD_MALFORMED);
        }
        return violation(
                REPEATED_IN_QUICK.getOrDefault(
                        type, "ignore this payload, same payload type exist."),
                detail);
    }

    private Violation missing(PayloadType type, int number) {
        String detail =
                "%s %s in %s".formatted(number == 0 ? "no" : "only one", type.text(), name());
        if (exchange == ExchangeType.QUICK && type == PayloadType.IDENTIFICATION) {
            return violation(
                    "Both IDs wasn't found in payload.", detail, NotifyType.INVALID_ID_INFORMATION);
        }
        if (exchange == ExchangeType.INFORMATIONAL && type == PayloadType.HASH) {
            return violation("ignore information because the message has no hash payload.", detail);
        }
        String text = "few isakmp message received.";
        return exchange == ExchangeType.QUICK && message == 1
                ? violation(text, detail, NotifyType.PAYLOAD_MALFORMED)
                : violation(text, detail);
    }

    private String name() {
        return "message %d of %s".formatted(message, exchange.text());
    }

    private static String name(Payload payload) {
        return PayloadType.text(payload.number());
    }

    private static Violation violation(String text, String detail) {
        return new Violation(text, detail, Optional.empty());
    }

    private static Violation violation(String text, String detail, NotifyType notification) {
        return new Violation(text, detail, Optional.of(notification));
    }
}
