package org.jipsec.sadb;

/// `IPSEC_LEVEL_*`: how strictly a rule asks for its SA.
public enum PolicyLevel {
    /// What the system's default is: on Linux and here [#REQUIRE].
    DEFAULT("default", 0),
    /// Use an SA when there is one, send in clear (and ask for an SA) when there is none.
    USE("use", 1),
    REQUIRE("require", 2),
    /// As require, and only SAs with the rule's own reqid.
    UNIQUE("unique", 3);

    private final String word;
    private final int number;

    PolicyLevel(String word, int number) {
        this.word = word;
        this.number = number;
    }

    public String word() {
        return word;
    }

    public int number() {
        return number;
    }
}
