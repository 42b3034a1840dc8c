package org.jipsec.sadb;

import java.util.Optional;

/// An SA as it was at one moment.
///
/// @param sequence where its numbers stand; empty where the backend does not tell (PF_KEY)
public record SaSnapshot(
        SecurityAssociation association,
        SaState state,
        CurrentLifetime current,
        DumpMark mark,
        Optional<SequenceState> sequence) {
    public SaSnapshot(
            SecurityAssociation association,
            SaState state,
            CurrentLifetime current,
            DumpMark mark) {
        this(association, state, current, mark, Optional.empty());
    }
}
