package org.jipsec.ike;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How much the net can make us log: some lines at once, then a few a second, and how many were
/// left out.
final class Murmurs {
    private final int atOnce;
    private final Duration each;
    private Instant emptyAt = Instant.MIN;
    private long skipped;
    private long told;

    /// @param atOnce how many may come at once
    /// @param each after which time there may be one more
    Murmurs(int atOnce, Duration each) {
        this.atOnce = atOnce;
        this.each = each;
    }

    /// Whether a line may be written now.
    boolean allows(Instant now) {
        Instant start = emptyAt.isAfter(now) ? emptyAt : now;
        if (Duration.between(now, start).compareTo(each.multipliedBy(atOnce)) >= 0) {
            skipped++;
            return false;
        }
        emptyAt = start.plus(each);
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
