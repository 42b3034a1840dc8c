package org.jipsec.sadb;

/// `SADB_SASTATE_*` (RFC 2367 3.1.6).
public enum SaState {
    /// An SPI is reserved, the keys are still to come.
    LARVAL("larval", 0),
    MATURE("mature", 1),
    /// A soft lifetime is over: still good, to be replaced.
    DYING("dying", 2),
    DEAD("dead", 3);

    private final String word;
    private final int number;

    SaState(String word, int number) {
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
