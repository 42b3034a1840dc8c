package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

class ReplayWindowTests {
    private static ReplayWindow window(int size, long highest) {
        ReplayWindow window = new ReplayWindow(size, false);
        window.startAt(highest);
        return window;
    }

    @ParameterizedTest(name = "of {0}, after {1}, {2}: {3}")
    @CsvSource({
        "64, 100, 101, accepted",
        "64, 100, 100, REPLAYED",
        "64, 100, 37, REPLAYED",
        "64, 100, 36, BEFORE_WINDOW",
        "64, 100, 0, SEQUENCE_ZERO",
        "1, 100, 100, REPLAYED",
        "1, 100, 99, BEFORE_WINDOW",
        "32, 32, 1, REPLAYED",
        "32, 33, 1, BEFORE_WINDOW",
        "4096, 5000, 905, REPLAYED",
        "4096, 5000, 904, BEFORE_WINDOW",
        "64, 100, 4294967295, accepted",
        "0, 100, 100, accepted",
        "0, 100, 0, accepted",
    })
    void knowsItsEdges(int size, long highest, long offered, String outcome) {
        DropReason reason = window(size, highest).check(offered);

        assertThat(reason == null ? "accepted" : reason.name()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096})
    void agreesWithASetOfNumbers(int size) {
        SplittableRandom random = new SplittableRandom(size);
        ReplayWindow window = new ReplayWindow(size, false);
        Set<Long> accepted = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 20_000; i++) {
            long jump =
                    switch (random.nextInt(10)) {
                        case 0 -> random.nextInt(3 * size + 200);
                        case 1, 2, 3 -> random.nextInt(3);
                        default -> -random.nextInt(size + 2);
                    };
            long number = Math.max(0, highest + jump);
            boolean expected = number > 0 && number > highest - size && !accepted.contains(number);
            assertThat(window.check(number) == null)
                    .as("%d after %d", number, highest)
                    .isEqualTo(expected);
            if (expected) {
                window.accept(number);
                accepted.add(number);
                highest = Math.max(highest, number);
            }
        }
        assertThat(window.highest()).isEqualTo(highest);
    }

    @ParameterizedTest(name = "window {0}, highest {1}, on the wire {2}: {3}")
    @CsvSource({
        // RFC 4303 A2.2, case A: the window lies within one subspace
        "64, 0x500000064, 0x00000065, 0x500000065",
        "64, 0x500000064, 0x00000025, 0x500000025",
        "64, 0x500000064, 0x00000024, 0x600000024",
        "64, 0x500000064, 0xffffffff, 0x5ffffffff",
        // case B: it spans two
        "64, 0x500000010, 0xffffffff, 0x4ffffffff",
        "64, 0x500000010, 0xffffffd1, 0x4ffffffd1",
        "64, 0x500000010, 0xffffffd0, 0x5ffffffd0",
        "64, 0x500000010, 0x00000011, 0x500000011",
        // the border of the cases
        "64, 0x50000003f, 0x00000000, 0x500000000",
        "64, 0x50000003e, 0xffffffff, 0x4ffffffff",
        // at the beginning
        "64, 0x0, 0x1, 0x1",
        "64, 0x0, 0xfffffff0, 0x0",
        "64, 0xffffffff, 0x0, 0x100000000",
        // without a window the nearest
        "0, 0xffffffff, 0x5, 0x100000005",
        "0, 0x100000005, 0xffffffff, 0xffffffff",
        "0, 0x0, 0xfffffff0, 0xfffffff0",
    })
    void infersTheHighHalf(int size, String highest, String low, String whole) {
        ReplayWindow window = new ReplayWindow(size, true);
        window.startAt(Long.decode(highest));

        assertThat(window.infer((int) (long) Long.decode(low))).isEqualTo(Long.decode(whole));
    }

    @Test
    void takesNothingFromBeforeTheFirstPacket() {
        ReplayWindow window = new ReplayWindow(64, true);

        assertThat(window.check(window.infer(0xffff_fff0))).isEqualTo(DropReason.BEFORE_WINDOW);
    }

    @Test
    void leavesShortNumbersAsTheyAre() {
        ReplayWindow window = new ReplayWindow(64, false);
        window.startAt(0xffff_ffffL);

        assertThat(window.infer(0)).isZero();
        assertThat(window.infer(-1)).isEqualTo(0xffff_ffffL);
    }

    /// RFC 4303 A2.2 says it otherwise: of all numbers with this low half the one that is not below
    /// the window and less than 2^32 above its bottom.
    @ParameterizedTest
    @ValueSource(ints = {1, 32, 64, 4095, 4096})
    void infersTheOneNumberThatIsNotBelowTheWindow(int size) {
        SplittableRandom random = new SplittableRandom(size);
        long[] tops = {1, 2, 0x7fff_ffffL, 0xffff_fffeL};
        for (int i = 0; i < 20_000; i++) {
            long border = tops[random.nextInt(tops.length)] << 32;
            long highest = border + random.nextInt(-2 * size - 2, 2 * size + 2);
            ReplayWindow window = new ReplayWindow(size, true);
            window.startAt(highest);
            int low = (int) highest + random.nextInt(-2 * size - 2, 2 * size + 2);
            long bottom = highest - size + 1;

            long expected = bottom + (low - bottom & 0xffff_ffffL);

            assertThat(window.infer(low)).as("%x after %x", low, highest).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "window {0}")
    @ValueSource(ints = {64, 4096})
    void takesEachNumberOnceAcrossTheBorderOfTheHalves(int size) {
        ReplayWindow window = new ReplayWindow(size, true);
        long border = 0x1_0000_0000L;
        window.startAt(border - size - 1);
        for (long number = border - size; number < border + size; number++) {
            assertThat(window.infer((int) number)).isEqualTo(number);
            assertThat(window.check(number)).isNull();
            window.accept(number);
        }
        for (long number = border; number < border + size; number++) {
            assertThat(window.check(window.infer((int) number))).isEqualTo(DropReason.REPLAYED);
        }
        // the low half of what has left the window below is that of a number yet to come
        assertThat(window.infer((int) (border - 1))).isEqualTo(border + border - 1);
    }

    /// After 2^64 packets the numbers start again, and those of the first packets are old.
    @ParameterizedTest(name = "window {0}")
    @ValueSource(ints = {1, 64, 4096})
    void takesNothingAgainAfterTheLastNumberOfAll(int size) {
        ReplayWindow window = new ReplayWindow(size, true);
        window.startAt(-200L);

        for (int low : new int[] {0, 1, 5, 100, 100_000}) {
            assertThat(window.check(window.infer(low)))
                    .as("%d", low)
                    .isEqualTo(DropReason.BEFORE_WINDOW);
        }
        assertThat(window.check(window.infer(-1))).isNull();
    }
}
