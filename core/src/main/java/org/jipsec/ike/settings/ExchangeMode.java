package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// The exchanges of phase 1, by their ISAKMP exchange type.
public enum ExchangeMode {
    /// RFC 2408 4.4
    BASE(1, "base", "Base"),
    /// Identity Protection, RFC 2408 4.5
    MAIN(2, "main", "Identity Protection"),
    /// RFC 2408 4.7
    AGGRESSIVE(4, "aggressive", "Aggressive");

    private final int number;
    private final String word;
    private final String title;

    ExchangeMode(int number, String word, String title) {
        this.number = number;
        this.word = word;
        this.title = title;
    }

    public static Optional<ExchangeMode> ofNumber(int number) {
        return Arrays.stream(values()).filter(mode -> mode.number == number).findAny();
    }

    public static Optional<ExchangeMode> ofWord(String word) {
        return Arrays.stream(values()).filter(mode -> mode.word.equals(word)).findAny();
    }

    /// On the wire.
    public int number() {
        return number;
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }

    /// As racoon's log names it.
    public String title() {
        return title;
    }
}
