package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// The turns that one of several sending threads has: of the SAs of one bundle, from before the
/// first packet gets its numbers until all that got numbers is with the kernel. So the packets of
/// an SA leave in the order of their numbers, whichever thread they come by: a receiver's window
/// may be as small as 32 (RFC 4303 3.4.3), and what two threads number in turn and send in batches
/// would fall out of it. One thread.
final class HeldTurns {
    private final Runnable sendCollected;
    private final @Nullable ActiveSa[] bundle = new ActiveSa[Verdict.MAXIMUM_STEPS];
    private final @Nullable SaTurn[] turns = new SaTurn[Verdict.MAXIMUM_STEPS];
    private int count;

    /// @param sendCollected gives the kernel all that was numbered so far
    HeldTurns(Runnable sendCollected) {
        this.sendCollected = sendCollected;
    }

    /// Returns when nobody else sends by these SAs. What was collected for others has then left.
    ///
    /// @param size how many of `chosen` there are, at least 1
    void take(@Nullable ActiveSa[] chosen, int size) {
        if (isOf(chosen, size)) {
            return;
        }
        leave();
        for (int i = 0; i < size; i++) {
            bundle[i] = chosen[i];
            insert(Objects.requireNonNull(chosen[i]).turn(), i);
        }
        for (int i = 0; i < size; i++) {
            Objects.requireNonNull(turns[i]).take();
            count++;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very SAs
    private boolean isOf(@Nullable ActiveSa[] chosen, int size) {
        boolean same = size == count;
        for (int i = 0; same && i < size; i++) {
            same = bundle[i] == chosen[i];
        }
        return same;
    }

    private void insert(SaTurn turn, int sorted) {
        int place = sorted;
        while (place > 0 && Objects.requireNonNull(turns[place - 1]).ordinal > turn.ordinal) {
            turns[place] = turns[place - 1];
            place--;
        }
        turns[place] = turn;
    }

    /// Sends what was collected, and lets others have the SAs. Without turns: nothing.
    void leave() {
        if (count == 0) {
            return;
        }
        try {
            sendCollected.run();
        } finally {
            while (count > 0) {
                count--;
                Objects.requireNonNull(turns[count]).leave();
                turns[count] = null;
                bundle[count] = null;
            }
        }
    }
}
