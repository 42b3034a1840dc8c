package org.jipsec.daemon.ike;

import java.time.Duration;
import java.time.Instant;

/// How many lines may still be written: a burst, which comes back with time. One thread at a time.
final class LogAllowance {
    private final int burst;
    private final int perSecond;
    private int left;
    private Instant since;
    private long withheld;

    LogAllowance(int burst, int perSecond, Instant now) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.left = burst;
        this.since = now;
    }

    /// Whether one more may be written; if not, it is counted.
    boolean take(Instant now) {
        long rested = Duration.between(since, now).toSeconds();
        if (rested > 0 || rested < -1) { // the host's clock may be set
            since = now;
            left = (int) Math.min(burst, left + Math.max(0, rested) * perSecond);
        }
        if (left == 0) {
            withheld++;
            return false;
        }
        left--;
        return true;
    }

    /// Those that were not written since the last time.
    long withheld() {
        long count = withheld;
        withheld = 0;
        return count;
    }
}
