package org.jipsec.cli;

import java.util.Optional;

/// One thing that the doctor has looked at.
///
/// @param id for programs; never changes
/// @param text what was found
/// @param help how to get what is missing
record Finding(String id, State state, String text, Optional<String> help) {
    /// How good that is.
    enum State {
        OK("ok"),
        /// The wire works without it, but not as well.
        LIMITED("limited"),
        /// Without it there is no wire.
        MISSING("missing"),
        /// Not there, and not needed.
        ABSENT("absent"),
        /// Could not be found out.
        UNKNOWN("unknown");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    static Finding ok(String id, String text) {
        return new Finding(id, State.OK, text, Optional.empty());
    }

    static Finding absent(String id, String text) {
        return new Finding(id, State.ABSENT, text, Optional.empty());
    }

    static Finding limited(String id, String text, String help) {
        return new Finding(id, State.LIMITED, text, Optional.of(help));
    }

    static Finding missing(String id, String text, String help) {
        return new Finding(id, State.MISSING, text, Optional.of(help));
    }

    static Finding unknown(String id, String text) {
        return new Finding(id, State.UNKNOWN, text, Optional.empty());
    }
}
