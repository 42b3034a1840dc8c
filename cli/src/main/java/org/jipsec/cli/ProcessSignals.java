package org.jipsec.cli;

import org.jipsec.os.OsException;
import org.jipsec.os.Signals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Tells of the signals that a daemon is sent, in place of what the JVM would do.
final class ProcessSignals implements AutoCloseable {
    static final int HANGUP = 1;
    static final int INTERRUPT = 2;
    static final int USER1 = 10;
    static final int TERMINATE = 15;

    private record Before(String name, Object handler) {}

    private final List<Before> before = new ArrayList<>();

    private ProcessSignals() {}

    /// @param told the number of each, as `kill -l` has it; on a thread of the JVM
    static ProcessSignals of(IntConsumer told) {
        ProcessSignals signals = new ProcessSignals();
        try {
            Signals.heed(HANGUP);
        } catch (OsException cannot) {
            // then a hang-up is heard where nobody has told us to ignore it
        }
        signals.take("HUP", HANGUP, told);
        signals.take("INT", INTERRUPT, told);
        signals.take("USR1", USER1, told);
        signals.take("TERM", TERMINATE, told);
        return signals;
    }

    private void take(String name, int number, IntConsumer told) {
        Object old = org.jline.utils.Signals.register(name, () -> told.accept(number));
        if (old != null) {
            before.add(new Before(name, old));
        }
    }

    @Override
    public void close() {
        before.forEach(each -> org.jline.utils.Signals.unregister(each.name(), each.handler()));
    }
}
