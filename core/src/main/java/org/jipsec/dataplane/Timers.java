package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// What is to be looked at when: the earliest deadline first. No thread and no clock of its own.
///
/// @param <T> has a deadline and a serial number by which no two are equal; the deadline may change
/// only by [#arm] and [#cancel]
final class Timers<T> {
    /// Writes the deadline into the thing.
    interface Deadline<T> {
        void set(T thing, long millis);
    }

    private final ToLongFunction<T> deadline;
    private final Deadline<T> setter;
    private final TreeSet<T> queue;

    Timers(ToLongFunction<T> deadline, Deadline<T> setter, ToLongFunction<T> serial) {
        this.deadline = deadline;
        this.setter = setter;
        this.queue =
                new TreeSet<>(
                        (left, right) -> {
                            int order =
                                    Long.compare(
                                            deadline.applyAsLong(left),
                                            deadline.applyAsLong(right));
                            return order != 0
                                    ? order
                                    : Long.compare(
                                            serial.applyAsLong(left), serial.applyAsLong(right));
                        });
    }

    /// In place of an earlier arming.
    ///
    /// @param millis since the epoch; [Long#MAX_VALUE] for never
    void arm(T thing, long millis) {
        cancel(thing);
        if (millis != Long.MAX_VALUE) {
            setter.set(thing, millis);
            queue.add(thing);
        }
    }

    void cancel(T thing) {
        if (deadline.applyAsLong(thing) != 0) {
            queue.remove(thing);
            setter.set(thing, 0);
        }
    }

    /// The next thing whose time has come, its timer no longer armed; null for none.
    @Nullable T due(long nowMillis) {
        if (queue.isEmpty() || deadline.applyAsLong(queue.first()) > nowMillis) {
            return null;
        }
        T first = queue.first();
        cancel(first);
        return first;
    }

    OptionalLong next() {
        return queue.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(deadline.applyAsLong(queue.first()));
    }

    void clear() {
        queue.forEach(thing -> setter.set(thing, 0));
        queue.clear();
    }
}
