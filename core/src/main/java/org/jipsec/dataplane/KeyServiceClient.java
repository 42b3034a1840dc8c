package org.jipsec.dataplane;

import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyMessage;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// One client of a [KeyService]: what it has asked to be told, and what is on its way to it.
///
/// What it asked for always goes into the queue, and while there is too much, its next request
/// waits: it slows down nobody but itself. What others do is left out for it meanwhile, as a
/// kernel does with a full socket. Any thread may add to the queue; one sends.
final class KeyServiceClient {
    /// Octets in the queue, beyond which nothing unasked is added and no request is read.
    static final int LIMIT = 1 << 20;

    private static final int BATCH = 64 * 1024;

    private final PfkeyChannel channel;
    private final Runnable settlement;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Item> queue = new ArrayDeque<>();
    private long queuedOctets;
    private int dumps;
    private long dropped;
    private boolean finished;

    /// Is told everything that is said, twice what is said to all.
    volatile boolean promiscuous;

    /// Reads jipsec's own extensions.
    volatile boolean extended;

    /// Bit by SA type.
    volatile int registered;

    /// What it wants to have run as a whole; null while its requests are executed as they come. By
    /// the thread that executes.
    @Nullable CollectedRequests collected;

    /// Whether others are told but it gets no answer. By the thread that executes.
    boolean isMuted;

    /// @param settlement waits until what was executed has taken effect: before each sending
    KeyServiceClient(PfkeyChannel channel, Runnable settlement) {
        this.channel = channel;
        this.settlement = settlement;
    }

    private sealed interface Item {
        record Octets(byte[] message) implements Item {}

        /// Encoded when its turn comes, so that a dump of a great database needs no great queue.
        ///
        /// @param onlookers told of each message too
        record Dump(Iterator<PfkeyMessage> entries, Consumer<byte[]> onlookers) implements Item {}
    }

    /// Adds what the client asked for. Many at a time are cheaper to send than one by one: they go
    /// with [#sendReplies], or when there is anything else to send.
    void reply(byte[] message) {
        if (isMuted) {
            return;
        }
        lock.lock();
        try {
            add(message);
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more will be replied before the next request comes.
    void sendReplies() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Adds what the client did not ask for, unless it has not read what it has been told already.
    void offer(byte[] message) {
        lock.lock();
        try {
            if (queuedOctets + message.length > LIMIT) {
                dropped++;
            } else {
                add(message);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void reply(Iterator<PfkeyMessage> dump, Consumer<byte[]> onlookers) {
        lock.lock();
        try {
            if (!finished) {
                queue.add(new Item.Dump(dump, onlookers));
                dumps++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// How many messages it was not told.
    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    long queuedOctets() {
        lock.lock();
        try {
            return queuedOctets;
        } finally {
            lock.unlock();
        }
    }

    /// What was added last, when it is a message and still there.
    byte @Nullable [] lastQueued() {
        lock.lock();
        try {
            return queue.peekLast() instanceof Item.Octets(var message) ? message : null;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the client has read enough for its next request to be answered.
    void awaitRoom() {
        lock.lock();
        try {
            while ((queuedOctets > LIMIT || dumps > 0) && !finished) {
                changed.signalAll();
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more will be added: what is there is sent, and then the channel closed.
    void finish() {
        lock.lock();
        try {
            finished = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Sends what is in the queue and comes into it, until [#finish] or the channel breaks.
    void sendQueue() {
        ByteBuffer batch = ByteBuffer.allocate(BATCH);
        try (channel) {
            for (Item item = take(batch); item != null; item = take(batch)) {
                switch (item) {
                    case Item.Octets(var message) -> append(message, batch);
                    case Item.Dump dump -> send(dump, batch);
                }
            }
        } catch (IOException gone) {
            // its reading end will notice too
        } finally {
            finish();
        }
    }

    private void send(Item.Dump dump, ByteBuffer batch) throws IOException {
        while (dump.entries().hasNext()) {
            byte[] message = PfkeyCodec.encode(dump.entries().next()).array();
            dump.onlookers().accept(message);
            append(message, batch);
        }
        lock.lock();
        try {
            dumps--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void append(byte[] message, ByteBuffer batch) throws IOException {
        if (message.length > batch.remaining()) {
            flush(batch);
        }
        if (message.length > batch.remaining()) {
            send(ByteBuffer.wrap(message));
        } else {
            batch.put(message);
        }
    }

    private void send(ByteBuffer messages) throws IOException {
        settlement.run();
        channel.send(messages);
    }

    private void flush(ByteBuffer batch) throws IOException {
        send(batch.flip());
        batch.clear();
    }

    /// The next item; before waiting for one, `batch` is sent. Null when there will be none.
    private @Nullable Item take(ByteBuffer batch) throws IOException {
        while (true) {
            lock.lock();
            try {
                Item item = queue.poll();
                if (item instanceof Item.Octets(var message)) {
                    queuedOctets -= message.length;
                    if (queuedOctets <= LIMIT) {
                        changed.signalAll();
                    }
                }
                if (item != null || (finished && batch.position() == 0)) {
                    return item;
                }
                if (batch.position() == 0) {
                    changed.awaitUninterruptibly();
                    continue;
                }
            } finally {
                lock.unlock();
            }
            flush(batch);
        }
    }

    private void add(byte[] message) {
        if (!finished) {
            queue.add(new Item.Octets(message));
            queuedOctets += message.length;
        }
    }

    /// Waits for the next message of the client; as [PfkeyChannel#receive].
    @Nullable ByteBuffer receive() throws IOException {
        if (!channel.hasReceived()) {
            sendReplies();
        }
        return channel.receive();
    }

    void close() {
        finish();
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // nothing is left to be done for it
        }
    }
}
