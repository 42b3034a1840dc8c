package org.jipsec.daemon;

import org.jipsec.os.MessageSocket;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.SendBatch;

import java.util.function.IntConsumer;

/// Sends batches to their end: waits for a full socket, and tells what could not go. One thread.
final class BatchSender implements AutoCloseable {
    /// How long a full socket may stop us before what waits is given up.
    private static final int PATIENCE_MILLIS = 200;

    private final IntConsumer unsent;
    private final Poller poller;

    /// @param unsent is told how many packets could not go
    BatchSender(IntConsumer unsent) throws OsException {
        this.unsent = unsent;
        this.poller = Poller.create(1);
    }

    /// @param packets how many each message of the batch is
    /// @throws OsException when the socket is broken
    void send(MessageSocket by, SendBatch batch, int[] packets) throws OsException {
        by.send(batch);
        if (!batch.isDone()) {
            waitFor(by, batch);
        }
        if (batch.failures() > 0 || !batch.isDone()) {
            countUnsent(batch, packets);
        }
    }

    private void waitFor(MessageSocket by, SendBatch batch) throws OsException {
        int slot = poller.add(by, false, true);
        int idle = 0;
        while (!batch.isDone() && idle < 2) {
            boolean room = poller.await(PATIENCE_MILLIS) > 0;
            idle = by.send(batch) > 0 || room ? 0 : idle + 1;
        }
        poller.remove(slot);
    }

    private void countUnsent(SendBatch batch, int[] packets) {
        int sum = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.failure(i) != 0 || (!batch.isDone() && i == batch.size() - 1)) {
                sum += packets[i];
            }
        }
        unsent.accept(sum);
    }

    @Override
    public void close() {
        poller.close();
    }
}
