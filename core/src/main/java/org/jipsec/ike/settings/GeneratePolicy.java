package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// Whether a responder makes the policies that its peer asks for (`generate_policy`).
public enum GeneratePolicy {
    OFF("off"),
    /// Level require; `on` is another word for it.
    REQUIRE("require"),
    /// Level unique.
    UNIQUE("unique");

    private final String word;

    GeneratePolicy(String word) {
        this.word = word;
    }

    public static Optional<GeneratePolicy> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
