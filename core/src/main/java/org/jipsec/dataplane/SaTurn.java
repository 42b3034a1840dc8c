package org.jipsec.dataplane;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// Whose turn it is to work with an SA, where several threads of a direction do. Who waits longest
/// is next, or a busy queue could keep another from an SA that both send by.
final class SaTurn {
    private static final AtomicLong MADE = new AtomicLong();

    /// Who needs several turns takes the smaller first, and nobody waits in a circle.
    final long ordinal = MADE.getAndIncrement();

    private final ReentrantLock lock = new ReentrantLock(true);

    void take() {
        lock.lock();
    }

    void leave() {
        lock.unlock();
    }
}
