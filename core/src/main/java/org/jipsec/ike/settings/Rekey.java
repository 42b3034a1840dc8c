package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// Whether phase 1 is renewed at 80 % of its lifetime (`rekey`).
public enum Rekey {
    OFF("off"),
    /// Only if DPD was agreed upon and probes are sent.
    ON("on"),
    /// Always.
    FORCE("force");

    private final String word;

    Rekey(String word) {
        this.word = word;
    }

    public static Optional<Rekey> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
