package org.jipsec.daemon.ike;

import java.time.Instant;
import java.time.InstantSource;

/// The time as it was at the start and what has passed since: whoever sets the host's clock changes
/// nothing here. For timers; what is shown to a person takes the host's clock.
public final class SteadyClock implements InstantSource {
    private final Instant start;
    private final long nanos = System.nanoTime();

    /// @param start what the clock shows now
    public SteadyClock(Instant start) {
        this.start = start;
    }

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - nanos);
    }
}
