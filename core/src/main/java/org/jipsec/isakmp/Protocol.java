package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Protocol ids of proposals, notifies and deletes (RFC 2407 4.4.1).
public enum Protocol implements Numbered {
    ISAKMP(1, "ISAKMP"),
    AH(2, "AH"),
    ESP(3, "ESP"),
    IPCOMP(4, "IPCOMP");

    private static final Map<Integer, Protocol> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    Protocol(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<Protocol> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(Protocol::text).orElse(Integer.toString(number));
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
