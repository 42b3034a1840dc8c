package org.jipsec.setkey;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Reads a large text on a thread of its own, a bounded way ahead of whoever takes the commands:
/// reading costs about as much as all that is done with what was read.
///
/// The parser, and the problems it reports to, belong to that thread until [#next] has come back
/// empty or [#close] has returned. For one taker.
final class ReadAhead implements AutoCloseable {
    private static final int BATCH = 256;
    private static final int BATCHES = 32;

    private final SetkeyParser parser;
    private final BlockingQueue<List<Command>> batches = new ArrayBlockingQueue<>(BATCHES);
    private final FutureTask<Boolean> reading = new FutureTask<>(this::read);
    private final Thread thread = new Thread(reading, "setkey.conf reader");
    private List<Command> batch = List.of();
    private int taken;
    private boolean ended;

    ReadAhead(SetkeyParser parser) {
        this.parser = parser;
        thread.setDaemon(true);
        thread.start();
    }

    /// @return whether the text was read to its end
    private boolean read() throws InterruptedException {
        try {
            Optional<Command> next = parser.next();
            while (next.isPresent()) {
                List<Command> full = new ArrayList<>(BATCH);
                while (next.isPresent() && full.size() < BATCH) {
                    full.add(next.get());
                    next = parser.next();
                }
                batches.put(full);
            }
            return true;
        } finally {
            // the mark of the end, also of a sudden one
            batches.put(List.of());
        }
    }

    /// As [SetkeyParser#next].
    Optional<Command> next() {
        try {
            if (taken == batch.size() && !ended) {
                batch = batches.take();
                taken = 0;
                if (batch.isEmpty()) {
                    ended = true;
                    reading.get();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a text was read", interrupted);
        } catch (ExecutionException failure) {
            throw new IllegalStateException("the reader failed", failure.getCause());
        }
        return taken < batch.size() ? Optional.of(batch.get(taken++)) : Optional.empty();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
