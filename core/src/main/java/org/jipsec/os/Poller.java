package org.jipsec.os;

import java.util.concurrent.atomic.AtomicBoolean;

/// Waits until one of some descriptors has something, or until another thread calls [#wake].
///
/// Of one thread, [#wake] aside. It does not own what it watches: take it out before closing it.
public final class Poller implements AutoCloseable {
    /// Wait as long as it takes.
    public static final int FOREVER = -1;

    private static final int WAKE = 0;
    private static final int FREE = -1;

    private final EventCounter counter;
    private final NativeBuffer descriptors;
    private final int slots;
    private final AtomicBoolean woken = new AtomicBoolean();
    private int used;

    private Poller(EventCounter counter, int slots) {
        this.counter = counter;
        this.slots = slots;
        descriptors = NativeBuffer.ofSize(slots * Layouts.POLLFD_SIZE);
    }

    /// @param capacity how many descriptors can be watched at most
    public static Poller create(int capacity) throws OsException {
        Poller poller = new Poller(EventCounter.create(), capacity + 1);
        poller.put(WAKE, poller.counter.number(), Layouts.POLLIN);
        poller.used = 1;
        return poller;
    }

    /// @return the number to ask with
    /// @throws IllegalStateException when all places are taken
    public int add(Descriptor descriptor, boolean reading, boolean writing) throws OsException {
        int number = descriptor.number();
        int slot = freeSlot();
        put(slot, number, events(reading, writing));
        return slot;
    }

    public void remove(int slot) {
        put(slot, FREE, (short) 0);
    }

    /// From the next [#await] on.
    public void watch(int slot, boolean reading, boolean writing) {
        descriptors.putShort(at(slot) + Layouts.POLLFD_EVENTS, events(reading, writing));
    }

    /// Waits. What [#isReadable] and the others say is of the last call.
    ///
    /// @param milliseconds at most; 0 does not wait; [#FOREVER]. A signal starts them anew
    /// @return how many descriptors have something; 0 when the time is over or somebody woke us
    public int await(int milliseconds) throws OsException {
        int ready;
        do {
            ready = Libc.poll(descriptors.address(), used, milliseconds);
        } while (ready < 0 && Call.isInterrupted());
        if (ready < 0) {
            throw new OsException("poll", used + " descriptors", Libc.errno());
        }
        if (has(WAKE, Layouts.POLLIN)) {
            ready--;
            counter.reset();
            woken.set(false); // afterwards: who finds it true relies on this call to return
        }
        return ready;
    }

    public boolean isReadable(int slot) {
        return has(slot, Layouts.POLLIN);
    }

    public boolean isWritable(int slot) {
        return has(slot, Layouts.POLLOUT);
    }

    /// An error queue has entries, or the device behind the descriptor is gone.
    public boolean hasError(int slot) {
        return has(slot, (short) (Layouts.POLLERR | Layouts.POLLHUP | Layouts.POLLNVAL));
    }

    /// Lets the [#await] that runs, or else the next one, return at once. From any thread; calls
    /// that come before it does cost next to nothing. After [#close]: nothing.
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                counter.signal();
            } catch (OsException e) {
                if (!e.is(ErrorNumber.EBADF)) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public void close() {
        counter.close();
        descriptors.close();
    }

    private int freeSlot() {
        for (int slot = 1; slot < used; slot++) {
            if (descriptors.getInt(at(slot) + Layouts.POLLFD_FD) == FREE) {
                return slot;
            }
        }
        if (used == slots) {
            throw new IllegalStateException("all " + (slots - 1) + " places are taken");
        }
        return used++;
    }

    private void put(int slot, int number, short events) {
        descriptors.putInt(at(slot) + Layouts.POLLFD_FD, number);
        descriptors.putShort(at(slot) + Layouts.POLLFD_EVENTS, events);
        descriptors.putShort(at(slot) + Layouts.POLLFD_REVENTS, (short) 0);
    }

    private boolean has(int slot, short events) {
        return (descriptors.getShort(at(slot) + Layouts.POLLFD_REVENTS) & events) != 0;
    }

    private static short events(boolean reading, boolean writing) {
        return (short) ((reading ? Layouts.POLLIN : 0) | (writing ? Layouts.POLLOUT : 0));
    }

    private static int at(int slot) {
        return slot * Layouts.POLLFD_SIZE;
    }
}
