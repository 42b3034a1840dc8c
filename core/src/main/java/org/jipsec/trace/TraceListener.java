package org.jipsec.trace;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// One who watches: the packets that are his, in a queue of bounded length and size between the
/// packet threads and his own. What does not fit is lost, and counted.
public final class TraceListener implements AutoCloseable {
    static final int MOST_PACKETS = 4096;
    static final int MOST_OCTETS = 16 << 20;

    private final TraceFeed feed;
    private final TraceFilter filter;
    private final BlockingQueue<Sighting> waiting = new ArrayBlockingQueue<>(MOST_PACKETS);
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private long packetId;
    private long lostReported;

    TraceListener(TraceFeed feed, TraceFilter filter) {
        this.feed = feed;
        this.filter = filter;
    }

    /// By a packet thread: never blocks for long.
    void offer(Sighting sighting) {
        if (!filter.matches(sighting)) {
            return;
        }
        int size = sighting.octets();
        if (octets.addAndGet(size) > MOST_OCTETS || !waiting.offer(sighting)) {
            octets.addAndGet(-size);
            lost.incrementAndGet();
        }
    }

    /// The next frame; empty when none was there in time. By one thread.
    public Optional<TraceFrame> next(long timeoutMillis) throws InterruptedException {
        Sighting sighting = waiting.poll(timeoutMillis, TimeUnit.MILLISECONDS);
        long lostNow = lost.get();
        long news = lostNow - lostReported;
        if (sighting == null) {
            if (news == 0) {
                return Optional.empty();
            }
            lostReported = lostNow;
            return Optional.of(new TraceFrame(lostNow, new byte[0]));
        }
        octets.addAndGet(-sighting.octets());
        lostReported = lostNow;
        return Optional.of(new TraceFrame(lostNow, Pcapng.blocks(sighting, ++packetId, news)));
    }

    @Override
    public void close() {
        feed.remove(this);
    }
}
