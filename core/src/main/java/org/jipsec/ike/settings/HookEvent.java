package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// When a script is run (`script`).
public enum HookEvent {
    /// Phase 1 is done, and XAUTH and mode config behind it, where they are used.
    PHASE1_UP("phase1_up"),
    /// A phase 1 ends, also one that never succeeded.
    PHASE1_DOWN("phase1_down"),
    /// The peer no longer answers.
    PHASE1_DEAD("phase1_dead");

    private final String word;

    HookEvent(String word) {
        this.word = word;
    }

    public static Optional<HookEvent> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}
