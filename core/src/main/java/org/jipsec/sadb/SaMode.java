package org.jipsec.sadb;

/// `IPSEC_MODE_*`. Linux reads [#ANY] in an SA as transport.
public enum SaMode {
    ANY("any", 0),
    TRANSPORT("transport", 1),
    TUNNEL("tunnel", 2);

    private final String word;
    private final int number;

    SaMode(String word, int number) {
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
