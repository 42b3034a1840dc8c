package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// Which sequence numbers of an SA have been seen (RFC 4303 3.4.3 and appendix A), as a ring of
/// bits in the manner of RFC 6479: it slides without shifting.
///
/// [#infer], [#check], then, the ICV being right, [#accept]. One thread.
final class ReplayWindow {
    private static final long LOW = 0xffff_ffffL;

    private final int size;
    private final boolean extended;
    private final long[] seen;
    private final int ring;
    private long highest;

    /// @param size in packets, 0 for no check
    /// @param extended 64-bit numbers, of which the wire carries the low half
    ReplayWindow(int size, boolean extended) {
        this.size = size;
        this.extended = extended;
        // a word more than the window: the one the highest number is in may be cleared at any time
        int words = size == 0 ? 0 : Integer.highestOneBit((size + 63) / 64) * 2;
        this.seen = new long[words];
        this.ring = words - 1;
    }

    /// The highest number accepted; 0 before the first.
    long highest() {
        return highest;
    }

    /// As an SA that has seen everything up to `number` and only that.
    void startAt(long number) {
        highest = number;
        Arrays.fill(seen, -1L);
        clearAbove();
    }

    private void clearAbove() {
        if (seen.length > 0) {
            int bit = (int) (highest & 63);
            if (bit < 63) {
                seen[word(highest)] &= (1L << (bit + 1)) - 1;
            }
        }
    }

    /// Goes on where another has stopped. Of a bitmap that is not of this size only the highest
    /// number counts: everything below it then passes for seen.
    ///
    /// @param bitmap as [#bitmap]
    void resume(long newHighest, List<Integer> bitmap) {
        startAt(newHighest);
        if (size == 0 || bitmap.size() != (size + 31) / 32) {
            return;
        }
        long lowest = Long.compareUnsigned(newHighest, size) > 0 ? newHighest - size + 1 : 1;
        for (long number = lowest; number - 1 != newHighest; number++) {
            if (!isSet(bitmap, number)) {
                seen[word(number)] &= ~bit(number);
            }
        }
    }

    /// Which numbers of the window below and at `top` have been seen, as
    /// [org.jipsec.sadb.SequenceState#window] has them: number n is bit (n - 1) modulo the size.
    /// Any thread; of a window that moves meanwhile some bits may be of before and some of after.
    List<Integer> bitmap(long top) {
        if (size == 0) {
            return List.of();
        }
        Integer[] words = new Integer[(size + 31) / 32];
        Arrays.fill(words, 0);
        long lowest = Long.compareUnsigned(top, size) > 0 ? top - size + 1 : 1;
        for (long number = lowest; number - 1 != top; number++) {
            if ((seen[word(number)] & bit(number)) != 0) {
                int at = (int) Long.remainderUnsigned(number - 1, size);
                words[at / 32] |= 1 << (at % 32);
            }
        }
        return List.of(words);
    }

    private boolean isSet(List<Integer> bitmap, long number) {
        int at = (int) Long.remainderUnsigned(number - 1, size);
        return (bitmap.get(at / 32) & 1 << (at % 32)) != 0;
    }

    /// The whole number of which the wire carries `low` (RFC 4303 A2.2). Of the two that are
    /// possible, the one in the window or above it. Without extended numbers `low` itself.
    ///
    /// @return 0 when it would be from before the SA's first packet: no packet has that number
    long infer(int low) {
        long number = low & LOW;
        if (!extended) {
            return number;
        }
        // without a window the nearest is meant
        long width = size == 0 ? 0x8000_0000L : size;
        long top = highest >>> 32;
        long highestLow = highest & LOW;
        long bottomLow = (highestLow - width + 1) & LOW;
        if (highestLow >= width - 1) {
            return (number >= bottomLow ? top : top + 1) << 32 | number;
        }
        if (number >= bottomLow) {
            if (top == 0) {
                return size == 0 ? number : 0;
            }
            return (top - 1) << 32 | number;
        }
        return top << 32 | number;
    }

    /// Whether a packet of this number could still be accepted.
    ///
    /// @return null, or why not
    @Nullable DropReason check(long number) {
        if (size == 0) {
            return null;
        }
        if (number == 0) {
            return extended ? DropReason.BEFORE_WINDOW : DropReason.SEQUENCE_ZERO;
        }
        if (Long.compareUnsigned(number, highest) > 0) {
            return null;
        }
        if (Long.compareUnsigned(highest - number, size) >= 0) {
            return DropReason.BEFORE_WINDOW;
        }
        return (seen[word(number)] & bit(number)) != 0 ? DropReason.REPLAYED : null;
    }

    /// Marks a number that was checked and whose packet has proved genuine.
    void accept(long number) {
        if (Long.compareUnsigned(number, highest) > 0) {
            slide(number);
            highest = number;
        }
        if (size > 0) {
            seen[word(number)] |= bit(number);
        }
    }

    private void slide(long number) {
        long words = Math.min((number >>> 6) - (highest >>> 6), seen.length);
        for (long i = 1; i <= words; i++) {
            seen[(int) ((highest >>> 6) + i) & ring] = 0;
        }
    }

    private int word(long number) {
        return (int) (number >>> 6) & ring;
    }

    private static long bit(long number) {
        return 1L << (number & 63);
    }
}
