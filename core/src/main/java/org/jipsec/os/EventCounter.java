package org.jipsec.os;

/// An eventfd(2): readable from [#signal] until [#reset].
final class EventCounter extends Descriptor {
    // of all counters: what is read is not looked at, and a signal may come while one is closed
    private static final NativeBuffer ONE = NativeBuffer.forEver(8);
    private static final NativeBuffer COUNT = NativeBuffer.forEver(8);

    static {
        ONE.putLong(0, 1);
    }

    private EventCounter(int number) {
        super(number, "eventfd");
    }

    static EventCounter create() throws OsException {
        Platform.require();
        int number = Libc.eventfd(0, Layouts.O_CLOEXEC | Layouts.O_NONBLOCK);
        if (number < 0) {
            throw new OsException("eventfd", "0", Libc.errno());
        }
        return new EventCounter(number);
    }

    /// From any thread.
    void signal() throws OsException {
        int number = number();
        while (Libc.write(number, ONE.address(), 8) < 0) {
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return; // so full that it is readable anyway
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("write", name(), errno);
            }
        }
    }

    void reset() throws OsException {
        int number = number();
        while (Libc.read(number, COUNT.address(), 8) < 0) {
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return;
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("read", name(), errno);
            }
        }
    }
}
