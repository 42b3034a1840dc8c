package org.jipsec.cli;

import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;

/// How a [Session] is to print what it prints.
///
/// @param color ANSI escapes in diagnostics
/// @param json for programs
/// @param showKeys in JSON; the text of `-D` has them anyway
/// @param ports `-p`
/// @param dead `-a`
/// @param verbose `-v`
/// @param hex `-H`
record Presentation(
        boolean color,
        boolean json,
        boolean showKeys,
        boolean ports,
        boolean dead,
        boolean verbose,
        boolean hex) {
    static Presentation plain(boolean color) {
        return new Presentation(color, false, false, false, false, false, false);
    }

    /// Whether an SA is among what `-D` lists.
    boolean shows(SaSnapshot snapshot) {
        return dead || snapshot.state() != SaState.DEAD;
    }
}
