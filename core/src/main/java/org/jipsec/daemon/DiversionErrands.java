package org.jipsec.daemon;

import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// What waits for the diversion's thread, and who waits for it.
///
/// Changes of policies are carried out at once, all that came together. News of SAs and of the
/// network, after which everything is planned anew, are collected for a moment, and looks at what
/// others may have changed are not more than a part of the thread's time: while news keep coming,
/// it rests three times as long as the last of these took. Any thread may bring an errand; one
/// takes them.
final class DiversionErrands {
    /// How long news of SAs and of the network are collected.
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /// How often everything is looked at without being asked for.
    static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(60);

    /// The same while something is known not to be as it should be.
    static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int REST = 3;

    private final LongSupplier clock;
    private final Runnable wake;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private List<SadbEvent> changes = new ArrayList<>();
    private @Nullable Set<Integer> ports;
    private boolean count;
    private boolean growth;
    private boolean network;
    private boolean filter;

    // Of the clock: when what costs much is to be done at the earliest.
    private long slowAt;
    private long filterAt;
    private long checkAt;
    private long restUntil;

    private long asked;
    private long applied;
    private boolean closed;

    /// What is to be done now.
    ///
    /// @param changes of policies
    /// @param ports for ESP in UDP; null for those that were
    /// @param count whether the packets that the filter drops are to be counted
    /// @param growth whether SAs, or what was learnt of ways, are others
    /// @param network whether the host's devices, addresses or routes are others
    /// @param filter whether somebody may have changed the filter
    /// @param check whether everything is to be looked at
    /// @param upTo what has been asked for so far
    /// @param since of the clock: when it was taken
    record Work(
            List<SadbEvent> changes,
            @Nullable Set<Integer> ports,
            boolean count,
            boolean growth,
            boolean network,
            boolean filter,
            boolean check,
            long upTo,
            long since) {
        private boolean isSlow() {
            return growth || network || filter || check;
        }
    }

    /// @param clock in nanoseconds
    /// @param wake makes the thread take what there is; called by any thread
    DiversionErrands(LongSupplier clock, Runnable wake) {
        this.clock = clock;
        this.wake = wake;
        long now = clock.getAsLong();
        restUntil = now;
        checkAt = now + CHECK_NANOS;
    }

    /// Policies have come, or gone, or all have.
    ///
    /// @param events of one moment: they are taken together
    void policiesChanged(List<SadbEvent> events) {
        bring(
                () -> {
                    changes.addAll(events);
                    asked++;
                });
    }

    /// SAs, or what was learnt of ways, are others than before.
    void growthChanged() {
        bring(
                () -> {
                    slowly();
                    growth = true;
                });
    }

    void networkChanged() {
        bring(
                () -> {
                    slowly();
                    network = true;
                });
    }

    /// Somebody has changed nftables.
    void filterChanged() {
        bring(
                () -> {
                    if (!filter) {
                        filterAt = later(clock.getAsLong());
                    }
                    filter = true;
                });
    }

    private void bring(Runnable news) {
        lock.lock();
        try {
            news.run();
        } finally {
            lock.unlock();
        }
        wake.run();
    }

    private void slowly() {
        if (!growth && !network) {
            slowAt = later(clock.getAsLong() + PATIENCE_NANOS);
        }
    }

    private long later(long time) {
        return time - restUntil < 0 ? restUntil : time;
    }

    /// Returns when these ports are open.
    void awaitPorts(Set<Integer> all) {
        lock.lock();
        try {
            ports = new HashSet<>(all);
            await(++asked);
        } finally {
            lock.unlock();
        }
    }

    /// Returns when it was counted.
    void awaitCount() {
        lock.lock();
        try {
            count = true;
            await(++asked);
        } finally {
            lock.unlock();
        }
    }

    /// Returns when everything holds that was asked for so far.
    void awaitAll() {
        lock.lock();
        try {
            await(asked);
        } finally {
            lock.unlock();
        }
    }

    private void await(long version) {
        if (applied < version && !closed) {
            wake.run();
        }
        while (applied < version && !closed) {
            progress.awaitUninterruptibly();
        }
    }

    /// From now on there is no work, and nobody waits.
    ///
    /// @return whether it was open
    boolean close() {
        lock.lock();
        try {
            boolean wasOpen = !closed;
            closed = true;
            progress.signalAll();
            return wasOpen;
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread ----

    /// How long there will be nothing to do, unless somebody wakes the thread; in nanoseconds.
    long untilDue() {
        lock.lock();
        try {
            long now = clock.getAsLong();
            long until = checkAt - now;
            if (growth || network) {
                until = Math.min(until, slowAt - now);
            }
            if (filter) {
                until = Math.min(until, filterAt - now);
            }
            return Math.max(0, until);
        } finally {
            lock.unlock();
        }
    }

    /// Null when there will be none any more.
    @Nullable Work take() {
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            long now = clock.getAsLong();
            boolean isSlowDue = slowAt - now <= 0;
            boolean isFilterDue = filterAt - now <= 0;
            Work work =
                    new Work(
                            changes,
                            ports,
                            count,
                            growth && isSlowDue,
                            network && isSlowDue,
                            filter && isFilterDue,
                            checkAt - now <= 0,
                            asked,
                            now);
            changes = new ArrayList<>();
            ports = null;
            count = false;
            growth &= !isSlowDue;
            network &= !isSlowDue;
            filter &= !isFilterDue;
            return work;
        } finally {
            lock.unlock();
        }
    }

    /// The work was done.
    ///
    /// @param isWhole whether everything is as it should be
    void finish(Work work, boolean isWhole) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            if (work.isSlow()) {
                restUntil = now + REST * (now - work.since());
                slowAt = later(slowAt);
                filterAt = later(filterAt);
            }
            long next = now + (isWhole ? CHECK_NANOS : RETRY_NANOS);
            if (work.check() || checkAt - next > 0) {
                checkAt = later(next);
            }
            applied = work.upTo();
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
