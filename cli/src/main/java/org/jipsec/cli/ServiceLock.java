package org.jipsec.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// A lock on the pid file of a [ServicePlace]: at most one process has it, and the system takes it
/// back however that process ends. So a pid that nobody holds the lock for is a stale one.
final class ServiceLock implements AutoCloseable {
    private static final int LONGEST_PID = 18;

    private final FileChannel channel;

    private ServiceLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes the lock and writes our pid; empty when another process has it.
    static Optional<ServiceLock> take(ServicePlace place) throws IOException {
        Optional<ServiceLock> taken = lock(place.pidFile());
        if (taken.isPresent()) {
            FileChannel channel = taken.get().channel;
            channel.truncate(0);
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid), 0);
        }
        return taken;
    }

    /// Waits until no one else starts a service here.
    static ServiceLock whileStarting(ServicePlace place) throws IOException {
        FileChannel channel = open(place.startFile());
        channel.lock();
        return new ServiceLock(channel);
    }

    /// The pid of the service that runs here.
    static OptionalLong holder(ServicePlace place) throws IOException {
        if (!Files.isReadable(place.pidFile())) {
            return OptionalLong.empty();
        }
        String text = Files.readString(place.pidFile(), StandardCharsets.ISO_8859_1).strip();
        if (text.isEmpty()
                || text.length() > LONGEST_PID
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        long pid = Long.parseLong(text);
        // Looked at first, so that a service about to start does not find the lock taken by us.
        if (ProcessHandle.of(pid).isEmpty()) {
            return OptionalLong.empty();
        }
        Optional<ServiceLock> ours = lock(place.pidFile());
        if (ours.isPresent()) {
            ours.get().close();
            return OptionalLong.empty();
        }
        return OptionalLong.of(pid);
    }

    private static Optional<ServiceLock> lock(Path file) throws IOException {
        FileChannel channel = open(file);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException ownedByThisProcess) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new ServiceLock(channel));
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
