package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// `nat_traversal`: RFC 3947 and its drafts.
public enum NatTraversal {
    OFF("off"),
    /// Where a NAT is found.
    ON("on"),
    /// Claim a NAT even if there is none.
    FORCE("force");

    private final String word;

    NatTraversal(String word) {
        this.word = word;
    }

    public static Optional<NatTraversal> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
