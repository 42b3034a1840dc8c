package org.jipsec.sadb;

/// `IPSEC_DIR_*`: for which packets a policy is asked.
public enum Direction {
    ANY("any", 0),
    IN("in", 1),
    OUT("out", 2),
    /// Packets that came in and are routed on. Linux has it since 2.6.10; elsewhere these are `in`.
    FWD("fwd", 3);

    private final String word;
    private final int number;

    Direction(String word, int number) {
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
