package org.jipsec.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for what another process does: until it is so, or for so long that it never will be.
final class Patience {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 50_000_000;

    private Patience() {}

    /// @param otherwise what to say when it does not come true
    static void until(BooleanSupplier come, Supplier<String> otherwise) {
        long start = System.nanoTime();
        while (!come.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
