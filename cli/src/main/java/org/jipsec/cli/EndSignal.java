package org.jipsec.cli;

import java.io.IOException;
import java.time.Duration;

/// What SIGINT, SIGTERM and SIGHUP do to a command that runs until it is told to end: it returns as
/// if it had come to its end by itself, says its last words, and its exit status is the process's.
final class EndSignal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Lets the command return.
    interface Ending {
        void end() throws IOException;
    }

    private final Thread hook;

    /// For the command that the calling thread runs, until [#close].
    EndSignal(Ending ending) {
        Thread command = Thread.currentThread();
        this.hook = new Thread(() -> end(ending, command), "end");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Were this to return before the command's thread has halted the process, the JVM would end
    /// with the signal's number in its exit status.
    private static void end(Ending ending, Thread command) {
        try {
            ending.end();
        } catch (IOException closing) {
            // The process is about to end, and with it all that could be left open.
        }
        try {
            command.join(PATIENCE);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            // It runs already, and waits for the end of the command.
        }
    }
}
