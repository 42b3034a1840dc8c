package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// `ike_frag`.
public enum IkeFragmentation {
    /// Neither announced nor sent; what the peer announces is not looked at.
    OFF("off"),
    /// Announced and reassembled; sent to a peer that announces it.
    ON("on"),
    /// Sent without the peer's announcement too.
    FORCE("force");

    private final String word;

    IkeFragmentation(String word) {
        this.word = word;
    }

    public static Optional<IkeFragmentation> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
