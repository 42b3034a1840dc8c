package org.jipsec.dataplane;

import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaState;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.OptionalLong;

/// When SAs grow old by the clock, as Linux's `xfrm_timer_handler` has it. Under the engine's lock.
final class SaLifetimes {
    /// How long a larval SA waits for its keys: Linux's `xfrm_acq_expires`.
    static final Duration LARVAL = Duration.ofSeconds(30);

    /// How old an SA is.
    enum Age {
        YOUNG,
        SOFT,
        HARD
    }

    private final Timers<SaRecord> timers =
            new Timers<>(
                    record -> record.deadlineMillis,
                    (record, millis) -> record.deadlineMillis = millis,
                    record -> record.serial);

    OptionalLong next() {
        return timers.next();
    }

    @Nullable SaRecord due(long now) {
        return timers.due(now);
    }

    void arm(SaRecord record, long now) {
        timers.arm(record, Math.min(hardDeadline(record, now), softDeadline(record, now)));
    }

    void cancel(SaRecord record) {
        timers.cancel(record);
    }

    Age age(SaRecord record, long now) {
        if (hardDeadline(record, now) <= now) {
            return Age.HARD;
        }
        return softDeadline(record, now) <= now ? Age.SOFT : Age.YOUNG;
    }

    private static long hardDeadline(SaRecord record, long now) {
        return record.state() == SaState.LARVAL || record.isAcquire()
                ? after(record.addedMillis, LARVAL)
                : deadline(record, record.association().hard(), now);
    }

    private static long softDeadline(SaRecord record, long now) {
        return record.state() == SaState.MATURE
                ? deadline(record, record.association().soft(), now)
                : Long.MAX_VALUE;
    }

    /// What has not been used yet is looked at again when it would have been over had it been used
    /// just now; that is never too late.
    private static long deadline(SaRecord record, Lifetime lifetime, long now) {
        long used = record.firstUsedMillis();
        return Math.min(
                after(record.addedMillis, lifetime.sinceAdded()),
                after(used == 0 ? now : used, lifetime.sinceUsed()));
    }

    /// [Long#MAX_VALUE] for a duration of zero, which is without limit.
    static long after(long startMillis, Duration duration) {
        if (duration.isZero()) {
            return Long.MAX_VALUE;
        }
        long seconds = Math.min(duration.toSeconds(), Long.MAX_VALUE / 4000);
        return startMillis + seconds * 1000 + duration.toMillisPart();
    }
}
