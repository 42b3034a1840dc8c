package org.jipsec.sadb;

import java.util.Optional;

/// An SA as it was at one moment.
///
/// @param sequence where its numbers stand; empty where the backend does not tell (PF_KEY)
/// @param unknown what of it has no value in `association`: such an SA can be shown and deleted,
///     not changed or put back
public record SaSnapshot(
        SecurityAssociation association,
        SaState state,
        CurrentLifetime current,
        DumpMark mark,
        Optional<SequenceState> sequence,
        UnknownParts unknown) {
    /// One of which everything has a value.
    public SaSnapshot(
            SecurityAssociation association,
            SaState state,
            CurrentLifetime current,
            DumpMark mark,
            Optional<SequenceState> sequence) {
        this(association, state, current, mark, sequence, UnknownParts.NONE);
    }

    /// One of which everything has a value, from a backend that does not tell its numbers.
    public SaSnapshot(
            SecurityAssociation association,
            SaState state,
            CurrentLifetime current,
            DumpMark mark) {
        this(association, state, current, mark, Optional.empty());
    }
}
