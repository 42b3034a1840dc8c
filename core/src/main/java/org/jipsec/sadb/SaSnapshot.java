package org.jipsec.sadb;

import java.util.Optional;

/// An SA as it was at one moment.
///
/// @param sequence where its numbers stand; empty where the backend does not tell (PF_KEY)
/// @param unknown what of it has no value in `association`: such an SA can be shown and deleted,
///     not changed
/// @param own what the backend needs to put it back as it was, beside the rest
public record SaSnapshot(
        SecurityAssociation association,
        SaState state,
        CurrentLifetime current,
        DumpMark mark,
        Optional<SequenceState> sequence,
        UnknownParts unknown,
        Optional<BackendPart> own) {
    /// One that says all there is.
    public SaSnapshot(
            SecurityAssociation association,
            SaState state,
            CurrentLifetime current,
            DumpMark mark,
            Optional<SequenceState> sequence,
            UnknownParts unknown) {
        this(association, state, current, mark, sequence, unknown, Optional.empty());
    }

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

    /// The same with what its backend needs.
    public SaSnapshot with(BackendPart newOwn) {
        return new SaSnapshot(
                association, state, current, mark, sequence, unknown, Optional.of(newOwn));
    }

    /// How far ahead of its snapshot an SA sends that is put back: what it may have sent between
    /// that and its end. A tenth of a percent of its numbers, and its peer takes any number ahead.
    private static final long MARGIN = 1 << 22;

    private static final long LAST_SHORT_SEQUENCE = 0xffff_ffffL;

    /// As it is to be put back when it has gone on sending after this snapshot, for a while; itself
    /// where its numbers are not known.
    public SaSnapshot ahead() {
        if (sequence.isEmpty()) {
            return this;
        }
        SequenceState numbers = sequence.get();
        long last = association.extendedSequence() ? -1L : LAST_SHORT_SEQUENCE;
        long left = last - numbers.sent();
        long sent = Long.compareUnsigned(left, MARGIN) < 0 ? last : numbers.sent() + MARGIN;
        return new SaSnapshot(
                association,
                state,
                current,
                mark,
                Optional.of(new SequenceState(sent, numbers.received(), numbers.window())),
                unknown,
                own);
    }
}
