package org.jipsec.os;

import java.io.IOException;
import java.nio.file.Path;

/// A network namespace. What a thread opens while it is inside belongs to it for good: sockets,
/// TUN devices, and the processes it starts.
public final class NetworkNamespace implements AutoCloseable {
    private static final Path NAMED = Path.of("/run/netns");

    /// What is done inside.
    @FunctionalInterface
    public interface Task<T> {
        T run() throws IOException;
    }

    private final FileDescriptor descriptor;

    private NetworkNamespace(FileDescriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// The one that `ip netns add` has made.
    ///
    /// @throws OsException ENOENT when there is none of that name
    public static NetworkNamespace named(String name) throws OsException {
        return open(NAMED.resolve(name).toString());
    }

    /// The one of the calling thread.
    public static NetworkNamespace current() throws OsException {
        return open("/proc/thread-self/ns/net");
    }

    /// A new, empty one, that nobody else knows: gone when this is closed and what was opened
    /// inside is. Not on a virtual thread.
    ///
    /// @throws OsException EPERM without CAP_SYS_ADMIN
    public static NetworkNamespace fresh() throws OsException {
        Platform.require();
        try (NetworkNamespace before = current()) {
            if (Libc.unshare(Layouts.CLONE_NEWNET) < 0) {
                throw new OsException("unshare", "CLONE_NEWNET", Libc.errno());
            }
            try {
                return current();
            } finally {
                before.enter();
            }
        }
    }

    /// Runs `task` inside, on the calling thread, which is outside again afterwards. Not on a
    /// virtual thread: the namespace is that of whichever platform thread carries it.
    ///
    /// @throws OsException EPERM without CAP_SYS_ADMIN
    /// @throws IOException of the task
    public <T> T run(Task<T> task) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread has no namespace of its own");
        }
        try (NetworkNamespace before = current()) {
            enter();
            try {
                return task.run();
            } finally {
                before.enter();
            }
        }
    }

    /// Moves the calling thread inside.
    private void enter() throws OsException {
        if (Libc.setns(descriptor.number(), Layouts.CLONE_NEWNET) < 0) {
            throw new OsException("setns", descriptor.name(), Libc.errno());
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static NetworkNamespace open(String path) throws OsException {
        return new NetworkNamespace(FileDescriptor.open(path, Layouts.O_RDONLY));
    }
}
