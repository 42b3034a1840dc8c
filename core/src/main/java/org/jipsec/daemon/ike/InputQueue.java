package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the engine's thread, in the order in which it came. Any thread puts in; nobody
/// ever waits for room.
///
/// What strangers send is bounded, by number and by octets, and so is what the databases tell: the
/// rest is dropped and counted. First messages, which cost a forger nothing, get three quarters of
/// the room, so that a flood of them leaves room for negotiations that are under way. What the
/// engine itself has asked for always finds room.
final class InputQueue {
    /// Datagrams at most.
    static final int DATAGRAMS = 4096;

    /// Octets of datagrams at most.
    static final int OCTETS = 8 << 20;

    /// Events of the databases at most.
    static final int EVENTS = 16_384;

    private static final int COOKIE = 8;

    private final Lock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Queue<IkeInput> inputs = new ArrayDeque<>();
    private int datagrams;
    private int octets;
    private int events;
    private long droppedDatagrams;
    private long droppedEvents;

    /// What was dropped since the last time.
    ///
    /// @param events of the databases: what is known of them may be old
    record Dropped(long datagrams, long events) {}

    void add(IkeInput input) {
        lock.lock();
        try {
            if (!admits(input)) {
                return;
            }
            inputs.add(input);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    private boolean admits(IkeInput input) {
        if (input instanceof IkeInput.Received(var datagram)) {
            int size = datagram.octets().length();
            int share = isFirst(datagram.octets()) ? 3 : 4;
            if (datagrams >= DATAGRAMS / 4 * share || octets + size > OCTETS / 4 * share) {
                droppedDatagrams++;
                return false;
            }
            datagrams++;
            octets += size;
        } else if (input instanceof IkeInput.Told) {
            if (events >= EVENTS) {
                droppedEvents++;
                return false;
            }
            events++;
        }
        return true;
    }

    /// Whether the responder's cookie is still zero, or there is none.
    private static boolean isFirst(Bytes message) {
        if (message.length() < 2 * COOKIE) {
            return true;
        }
        for (int i = COOKIE; i < 2 * COOKIE; i++) {
            if (message.u8(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /// @param nanos to wait at most; 0 or less does not wait
    /// @return null when the time is over
    @Nullable IkeInput take(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (inputs.isEmpty()) {
                if (left <= 0) {
                    return null;
                }
                left = filled.awaitNanos(left);
            }
            return taken(inputs.remove());
        } finally {
            lock.unlock();
        }
    }

    private IkeInput taken(IkeInput input) {
        if (input instanceof IkeInput.Received(var datagram)) {
            datagrams--;
            octets -= datagram.octets().length();
        } else if (input instanceof IkeInput.Told) {
            events--;
        }
        return input;
    }

    Dropped dropped() {
        lock.lock();
        try {
            Dropped dropped = new Dropped(droppedDatagrams, droppedEvents);
            droppedDatagrams = 0;
            droppedEvents = 0;
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /// As long as nothing comes.
    static long forEver() {
        return TimeUnit.DAYS.toNanos(1);
    }
}
