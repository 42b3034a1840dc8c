package org.jipsec.os;

/// How the kernel deals with signals to this process.
public final class Signals {
    private static final long DEFAULT = 0; // SIG_DFL

    private Signals() {}

    /// Undoes what a parent has set: a JVM does not hear of a signal that is ignored when it starts
    /// to listen for it, as SIGHUP is behind nohup(1) and some supervisors.
    ///
    /// @param number of a signal that nobody in this process listens for yet
    /// @throws OsException where there are no such signals
    public static void heed(int number) throws OsException {
        Platform.require();
        if (Libc.signal(number, DEFAULT) == -1) {
            throw new OsException("signal", Integer.toString(number), Libc.errno());
        }
    }
}
