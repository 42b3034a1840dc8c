package org.jipsec.dataplane;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Time that passes when a test says so.
final class VirtualClock implements InstantSource {
    static final Instant START = Instant.parse("2026-11-23T12:45:39.373005Z");

    private Instant now = START;

    @Override
    public Instant instant() {
        return now;
    }

    void advance(Duration duration) {
        now = now.plus(duration);
    }

    void seconds(long seconds) {
        advance(Duration.ofSeconds(seconds));
    }
}
