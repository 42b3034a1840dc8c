package org.jipsec.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// Held by the one jsetkey that changes a database by `apply` or `confirm`: from its look whether a
/// change waits to when its own is made, and what would undo it waits. The system takes it back
/// however that process ends.
final class ChangeLock implements AutoCloseable {
    /// How long to wait for another one's change.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 20;
    private static final int LONGEST_PID = 18;

    private final FileChannel channel;

    private ChangeLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @throws IOException another one has it for longer than that, or there is no place that can
    ///     be trusted; the message is for the user
    static ChangeLock take(StatePlace place, Duration patience) throws IOException {
        FileChannel channel = open(place);
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            while (!isLocked(channel)) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new IOException(
                            "another jsetkey"
                                    + holder(channel)
                                    + " is changing the same databases");
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            channel.truncate(0);
            byte[] pid =
                    Long.toString(ProcessHandle.current().pid())
                            .getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid), 0);
            return new ChangeLock(channel);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            channel.close();
            throw new IOException("interrupted", ended);
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    private static FileChannel open(StatePlace place) throws IOException {
        try {
            place.requireTrusted();
            return TrustedFile.open(
                    place.changeLock(),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE);
        } catch (FileSystemException refused) {
            throw StatePlace.unusable(TrustedFile.folderOf(place.changeLock()), refused);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException ownedByThisProcess) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LONGEST_PID);
        channel.read(text, 0);
        String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString();
        return pid.isEmpty() ? "" : " (pid " + pid + ")";
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
