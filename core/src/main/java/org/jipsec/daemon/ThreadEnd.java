package org.jipsec.daemon;

/// The end of a thread that was asked to end.
final class ThreadEnd {
    private ThreadEnd() {}

    /// Returns when it has ended, or was never started. An interruption is kept for later.
    static void await(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
