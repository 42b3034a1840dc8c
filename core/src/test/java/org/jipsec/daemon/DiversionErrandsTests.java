package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.SadbEvent;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

class DiversionErrandsTests {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private long now;
    private int woken;
    private final DiversionErrands errands = new DiversionErrands(() -> now, () -> woken++);

    private DiversionErrands.Work take() {
        return Objects.requireNonNull(errands.take());
    }

    @Test
    void changesOfPoliciesAreCarriedOutAtOnceAndTogether() {
        errands.policiesChanged(List.of(new SadbEvent.PoliciesFlushed()));
        errands.policiesChanged(List.of(new SadbEvent.PoliciesFlushed()));
        assertThat(woken).isEqualTo(2);
        DiversionErrands.Work work = take();
        assertThat(work.changes()).hasSize(2);
        errands.finish(work, true);
        errands.awaitAll(); // or this would hang
        assertThat(take().changes()).isEmpty();
    }

    @Test
    void planningEverythingTakesAQuarterOfTheTimeAtMost() {
        long cost = 100 * MILLI;
        int plans = 0;
        while (now < TimeUnit.SECONDS.toNanos(10)) {
            now += MILLI;
            errands.growthChanged();
            errands.policiesChanged(List.of(new SadbEvent.PoliciesFlushed()));
            DiversionErrands.Work work = take();
            assertThat(work.changes()).as("those wait for nothing").isNotEmpty();
            if (work.growth()) {
                plans++;
                now += cost;
            }
            errands.finish(work, true);
        }
        assertThat(plans).isBetween(23, 25);
    }

    @Test
    void newsAreCollectedForAMoment() {
        errands.networkChanged();
        assertThat(errands.untilDue()).isEqualTo(DiversionErrands.PATIENCE_NANOS);
        assertThat(take().network()).isFalse();
        now += DiversionErrands.PATIENCE_NANOS - 1;
        errands.growthChanged();
        assertThat(errands.untilDue()).isEqualTo(1);
        now += 1;
        DiversionErrands.Work work = take();
        assertThat(work.network()).isTrue();
        assertThat(work.growth()).isTrue();
        assertThat(take().network()).isFalse();
    }

    @Test
    void looksAtTheFilterAtOnceButNotWithoutRest() {
        errands.filterChanged();
        assertThat(errands.untilDue()).isZero();
        DiversionErrands.Work work = take();
        assertThat(work.filter()).isTrue();
        errands.filterChanged(); // while it is looked at
        now += 10 * MILLI;
        errands.finish(work, true);
        assertThat(take().filter()).isFalse();
        assertThat(errands.untilDue()).isEqualTo(30 * MILLI);
        now += 30 * MILLI;
        assertThat(take().filter()).isTrue();
    }

    @Test
    void looksAtEverythingNowAndThenAndSoonerWhenSomethingIsAmiss() {
        assertThat(errands.untilDue()).isEqualTo(DiversionErrands.CHECK_NANOS);
        DiversionErrands.Work work = take();
        assertThat(work.check()).isFalse();
        errands.finish(work, false);
        assertThat(errands.untilDue()).isEqualTo(DiversionErrands.RETRY_NANOS);
        now += DiversionErrands.RETRY_NANOS;
        work = take();
        assertThat(work.check()).isTrue();
        errands.finish(work, true);
        assertThat(errands.untilDue()).isEqualTo(DiversionErrands.CHECK_NANOS);
    }

    @Test
    void nobodyWaitsForWhatIsClosed() {
        errands.policiesChanged(List.of(new SadbEvent.PoliciesFlushed()));
        assertThat(errands.close()).isTrue();
        assertThat(errands.close()).isFalse();
        errands.awaitAll();
        assertThat(errands.take()).isNull();
    }
}
