package org.jipsec.daemon;

import org.jipsec.os.OsException;
import org.jipsec.os.RawSocket;
import org.jipsec.os.SendBatch;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/// Sends packets by raw sockets, in the order in which they come. That costs the kernel more than
/// all else on the way out costs us, as it routes and filters each packet by itself: a thread of
/// its own does it, while the caller, always the same thread, makes the next packets. What is too
/// little for that the caller sends, when nothing waits before it.
///
/// When the thread is behind by [#WAITING] batches, the caller waits for it. An error of a socket
/// is thrown at the packets that come after.
final class RawQueue implements AutoCloseable {
    /// Packets that go by one call.
    static final int MESSAGES = 64;

    /// Batches that wait at most.
    static final int WAITING = 4;

    /// How many packets are worth waking a thread.
    static final int ENOUGH = 8;

    private static final int OCTETS = 256 << 10;
    private static final boolean SEVERAL_CPUS = Runtime.getRuntime().availableProcessors() > 1;
    private static final long LOOK_AROUND_MILLIS = 200;

    /// Packets for one socket; for none: the end.
    private static final class Load {
        final SendBatch batch = new SendBatch(MESSAGES, OCTETS);
        @Nullable RawSocket by;
    }

    private final BatchSender here;
    private final BatchSender there;
    private final int[] ones = new int[MESSAGES];
    private final List<Load> loads = new ArrayList<>();
    private final BlockingQueue<Load> empty = new ArrayBlockingQueue<>(WAITING + 1);
    private final BlockingQueue<Load> full = new ArrayBlockingQueue<>(WAITING + 1);
    private final Thread thread =
            Thread.ofPlatform().daemon().name("wire-raw").unstarted(this::run);
    private Load filling;
    private boolean started;

    /// Loads given to the thread, and those it has done with.
    private long given;

    private volatile long done;
    private volatile @Nullable OsException broken;

    /// @param unsentHere is told by the caller how many packets could not go
    /// @param unsentThere likewise by the thread
    RawQueue(IntConsumer unsentHere, IntConsumer unsentThere) throws OsException {
        here = new BatchSender(unsentHere);
        there = new BatchSender(unsentThere);
        Arrays.fill(ones, 1);
        for (int i = 0; i < WAITING; i++) {
            empty.add(load());
        }
        filling = load();
    }

    private Load load() {
        Load load = new Load();
        loads.add(load);
        return load;
    }

    /// Takes a copy of an IP packet. It goes with [#flush] at the latest.
    ///
    /// @throws OsException when a socket is broken
    void add(RawSocket by, byte[] octets, int offset, int length) throws OsException {
        if (filling.by != by || !filling.batch.hasRoom(length)) {
            flush();
            filling.by = by;
        }
        filling.batch.addPacket(octets, offset, length);
    }

    /// @throws OsException when a socket is broken
    void flush() throws OsException {
        RawSocket by = filling.by;
        if (by == null || filling.batch.isEmpty()) {
            return;
        }
        OsException failure = broken;
        if (failure != null) {
            throw failure;
        }
        boolean worthIt = SEVERAL_CPUS && filling.batch.size() >= ENOUGH;
        if (!worthIt && given == done) {
            here.send(by, filling.batch, ones);
            filling.batch.clear();
        } else {
            give();
            filling = takeEmpty();
        }
    }

    private void give() {
        if (!started) {
            started = true;
            thread.start();
        }
        given++;
        full.add(filling);
    }

    private Load takeEmpty() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Load load = empty.poll(LOOK_AROUND_MILLIS, TimeUnit.MILLISECONDS);
                    if (load != null) {
                        return load;
                    }
                    if (!thread.isAlive()) {
                        throw new IllegalStateException(thread.getName() + " has ended");
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            Load load = full.take();
            RawSocket by = load.by;
            while (by != null) {
                send(by, load.batch);
                load.batch.clear();
                done = done + 1;
                empty.add(load);
                load = full.take();
                by = load.by;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller notices that we have ended
        }
    }

    /// After an error what comes is thrown away, until the caller has heard of it.
    private void send(RawSocket by, SendBatch batch) {
        try {
            if (broken == null) {
                there.send(by, batch, ones);
            }
        } catch (OsException e) {
            broken = e;
        }
    }

    /// Sends what waits, then ends. By the caller, or when it has ended.
    @Override
    public void close() {
        if (started) {
            filling.by = null;
            full.add(filling);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        loads.forEach(load -> load.batch.close());
        here.close();
        there.close();
    }
}
