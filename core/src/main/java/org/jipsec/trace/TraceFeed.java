package org.jipsec.trace;

import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.Verdict;
import org.jipsec.sadb.Direction;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Spreads what passes a packet path among those who listen. While there is none it is not on the
/// path, which then pays nothing.
public final class TraceFeed implements PacketTap {
    private final InstantSource clock;
    private final Consumer<@Nullable PacketTap> path;
    private final List<TraceListener> listeners = new CopyOnWriteArrayList<>();

    /// @param path where to set this, and take it away (null)
    public TraceFeed(InstantSource clock, Consumer<@Nullable PacketTap> path) {
        this.clock = clock;
        this.path = path;
    }

    /// From the next packets on; to be closed.
    public TraceListener listen(TraceFilter filter) {
        TraceListener listener = new TraceListener(this, filter);
        synchronized (this) {
            listeners.add(listener);
            path.accept(this);
        }
        return listener;
    }

    /// How many there are.
    public int listeners() {
        return listeners.size();
    }

    synchronized void remove(TraceListener listener) {
        if (listeners.remove(listener) && listeners.isEmpty()) {
            path.accept(null);
        }
    }

    @Override
    public void passes(Direction way, Bytes before, PacketBuffer after, Verdict verdict) {
        Sighting sighting = Sighting.of(clock.instant(), way, before, after, verdict);
        for (TraceListener listener : listeners) {
            listener.offer(sighting);
        }
    }
}
