package org.jipsec.sadb;

/// `IPSEC_POLICY_*`: what a policy does with a packet it is for.
public enum PolicyAction {
    DISCARD("discard", 0),
    /// Let it pass in clear.
    NONE("none", 1),
    /// Protect it by the policy's rules.
    IPSEC("ipsec", 2),
    /// Ask the SPD again; per-socket policies only.
    ENTRUST("entrust", 3),
    /// Pass in clear whatever the SPD says; per-socket policies only.
    BYPASS("bypass", 4);

    private final String word;
    private final int number;

    PolicyAction(String word, int number) {
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
