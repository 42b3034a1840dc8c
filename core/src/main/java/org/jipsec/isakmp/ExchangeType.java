package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Exchange types (RFC 2408 3.1, RFC 2409 appendix A; mode config: draft-dukes-ike-mode-cfg).
public enum ExchangeType implements Numbered {
    BASE(1, "Base"),
    /// Main mode.
    IDENTITY_PROTECTION(2, "Identity Protection"),
    AUTHENTICATION_ONLY(3, "Authentication Only"),
    AGGRESSIVE(4, "Aggressive"),
    INFORMATIONAL(5, "Informational"),
    /// Mode config and XAUTH ("transaction").
    MODE_CONFIG(6, "Mode config"),
    QUICK(32, "Quick"),
    NEW_GROUP(33, "New Group"),
    /// Of expired drafts; racoon names and refuses it.
    ACKNOWLEDGED_INFORMATIONAL(34, "Acknowledged Informational");

    private static final Map<Integer, ExchangeType> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    ExchangeType(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<ExchangeType> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(ExchangeType::text).orElse(Integer.toString(number));
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
