package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// How the peer's offer is compared with ours (`proposal_check`), in both phases.
public enum ProposalCheck {
    /// The peer's lifetime, key length and PFS group are taken.
    OBEY("obey"),
    /// No longer lifetime, no shorter key, no other PFS group than ours.
    STRICT("strict"),
    /// In phase 2 as strict, but of two lifetimes the shorter is used, and ours announced by
    /// RESPONDER-LIFETIME. In phase 1 as strict: racoon's manual says otherwise, its code does
    /// this.
    CLAIM("claim"),
    /// All equal to ours.
    EXACT("exact");

    private final String word;

    ProposalCheck(String word) {
        this.word = word;
    }

    public static Optional<ProposalCheck> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
