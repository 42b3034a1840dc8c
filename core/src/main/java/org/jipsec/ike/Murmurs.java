package org.jipsec.ike;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How much the net can make us log: some lines at once, then a few a second, and how many were
/// left out.
final class Murmurs {
    private static final int AT_ONCE = 20;
    private static final Duration EACH = Duration.ofSeconds(1);

    private Instant emptyAt = Instant.MIN;
    private long skipped;
    private long told;

    /// Whether a line may be written now.
    boolean allows(Instant now) {
        Instant start = emptyAt.isAfter(now) ? emptyAt : now;
        if (Duration.between(now, start).compareTo(EACH.multipliedBy(AT_ONCE)) >= 0) {
            skipped++;
            return false;
        }
        emptyAt = start.plus(EACH);
        told = skipped;
        skipped = 0;
        return true;
    }

    /// Once after a line that followed others which were left out: how many.
    Optional<Long> takeSkipped() {
        long count = told;
        told = 0;
        return count == 0 ? Optional.empty() : Optional.of(count);
    }
}
