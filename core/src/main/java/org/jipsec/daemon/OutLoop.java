package org.jipsec.daemon;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.OutboundPath;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketTally;
import org.jipsec.dataplane.Segmenter;
import org.jipsec.os.NativeBuffer;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.TunQueue;

import java.time.InstantSource;
import java.util.OptionalLong;

/// A thread from the host to the wire: reads super-packets, cuts them, hands them to the
/// [OutboundPath], a batch whenever nothing more is there to read or enough is.
final class OutLoop extends PacketLoop {
    private final TunQueue queue;
    private final OutboundPath path;
    private final HostWriter toHost;
    private final InstantSource clock;
    private final NativeBuffer frame = NativeBuffer.ofSize(Segmenter.MAXIMUM_FRAME);
    private final Segmenter segmenter;
    private final PacketBatch batch;
    private final PacketTally tally;

    /// @param toHost of ICMP errors, which the path gives it
    OutLoop(TunQueue queue, OutboundPath path, HostWriter toHost, int capacity, InstantSource clock)
            throws OsException {
        super(1);
        this.queue = queue;
        this.path = path;
        this.toHost = toHost;
        this.clock = clock;
        this.segmenter = new Segmenter(capacity);
        this.batch = path.newBatch();
        this.tally = path.tally();
        poller.add(queue, true, false);
    }

    @Override
    void run() throws OsException {
        while (!isStopped()) {
            int octets = queue.read(frame, 0, frame.size());
            if (octets != TunQueue.WOULD_BLOCK) {
                take(octets);
            } else if (batch.size() > 0) {
                process();
            } else {
                poller.await(patience());
                path.poll();
                toHost.flush();
            }
        }
    }

    private void take(int octets) {
        DropReason malformed = segmenter.begin(frame.segment(), octets);
        if (malformed != null) {
            tally.count(malformed);
            return;
        }
        while (!segmenter.fill(batch)) {
            process();
        }
        // what was one unit for the host leaves as one: its datagrams make a run
        if (batch.isFull() || segmenter.wasCut()) {
            process();
        }
    }

    private void process() {
        path.send(batch);
        batch.clear();
        toHost.flush();
    }

    private int patience() {
        OptionalLong deadline = path.nextDeadline();
        if (deadline.isEmpty()) {
            return Poller.FOREVER;
        }
        long left = deadline.getAsLong() - clock.millis();
        return (int) Math.clamp(left, 1, 60_000);
    }

    @Override
    public void close() {
        super.close();
        frame.close();
    }
}
