package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// What came, from whichever thread; a test waits for what it needs.
final class Recorded<T> implements Consumer<T> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<T> all = new ArrayList<>();

    @Override
    public synchronized void accept(T one) {
        all.add(one);
        notifyAll();
    }

    synchronized List<T> all() {
        return List.copyOf(all);
    }

    /// Everything, once it has one that fits.
    synchronized List<T> await(Predicate<T> fits) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (all.stream().noneMatch(fits)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            assertThat(left).as("time left to wait; came so far: %s", all).isPositive();
            wait(left);
        }
        return List.copyOf(all);
    }

    synchronized void clear() {
        all.clear();
    }
}
