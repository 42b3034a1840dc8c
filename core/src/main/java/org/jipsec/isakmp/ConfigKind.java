package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// What a mode config message wants (draft-dukes-ike-mode-cfg 3.2).
public enum ConfigKind implements Numbered {
    REQUEST(1, "REQUEST"),
    REPLY(2, "REPLY"),
    SET(3, "SET"),
    ACKNOWLEDGE(4, "ACK");

    private static final Map<Integer, ConfigKind> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    ConfigKind(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<ConfigKind> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(ConfigKind::text).orElse(Integer.toString(number));
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
