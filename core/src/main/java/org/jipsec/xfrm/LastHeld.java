package org.jipsec.xfrm;

import org.jspecify.annotations.Nullable;

/// Numbers the entries of a dump 1, 2, … and the last 0: so each is handed on when the next has
/// come.
final class LastHeld<T> {
    /// Takes the entries with their numbers.
    @FunctionalInterface
    interface Entries<T> {
        void accept(T entry, int number);
    }

    private final Entries<T> entries;
    private @Nullable T last;
    private int count;

    LastHeld(Entries<T> entries) {
        this.entries = entries;
    }

    void next(T entry) {
        T before = last;
        if (before != null) {
            entries.accept(before, ++count);
        }
        last = entry;
    }

    void end() {
        T before = last;
        if (before != null) {
            entries.accept(before, 0);
        }
        last = null;
    }
}
