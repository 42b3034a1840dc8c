package org.jipsec.daemon.ike;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Keeps what comes until its taker is ready for it: an acquire until the policies are known, what
/// the databases say until we listen. Any thread.
final class Held<T> implements Consumer<T> {
    private final Consumer<T> next;
    private final int most;
    private final List<T> held = new ArrayList<>();
    private boolean released;

    /// @param most how many are kept; the rest is dropped
    Held(int most, Consumer<T> next) {
        this.most = most;
        this.next = next;
    }

    @Override
    public void accept(T one) {
        synchronized (held) {
            if (!released) {
                if (held.size() < most) {
                    held.add(one);
                }
                return;
            }
        }
        next.accept(one);
    }

    /// Hands on what was kept, and from now on everything at once.
    void release() {
        synchronized (held) {
            held.forEach(next);
            held.clear();
            released = true;
        }
    }
}
