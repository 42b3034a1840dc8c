package org.jipsec.cli;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/// A change that is undone unless it is confirmed in time, as its file says it. Whoever takes the
/// file away decides: who confirms, or the watcher when time is over. The file holds what undoes
/// the change, so that somebody else can when the watcher was killed, and is locked by the watcher
/// as long as that lives: the system knows better than any pid.
///
/// @param watcher its process
/// @param until when it is undone
/// @param instance of the database, as [StatePlace#instance]
/// @param isWatched whether the watcher is still there
/// @param isReverting whether the undoing has begun
record Waiting(
        long watcher,
        Instant until,
        String instance,
        boolean isWatched,
        boolean isReverting,
        Undo undo) {
    private static final String HEAD = "jipsec waiting 1";
    private static final String END = "end";

    /// A change that waits, watched by this process until this is closed or the process ends.
    ///
    /// @param key of the file, to tell it from another change's of the same name
    record Hold(StatePlace place, FileChannel channel, Object key) implements AutoCloseable {
        /// Whether it still waits: it was not confirmed, nor taken to be undone.
        boolean isThere() throws IOException {
            try {
                return key.equals(keyOf(place.waiting()));
            } catch (NoSuchFileException taken) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /// Empty when nothing waits.
    static Optional<Waiting> at(StatePlace place) throws IOException {
        Optional<Waiting> waiting = at(place.waiting(), false);
        return waiting.isPresent() ? waiting : at(place.reverting(), true);
    }

    private static Optional<Waiting> at(Path file, boolean isReverting) throws IOException {
        try (FileChannel channel = TrustedFile.open(file, StandardOpenOption.READ)) {
            boolean isWatched = isLocked(channel);
            InputStream all = Channels.newInputStream(channel);
            DataInputStream from =
                    new DataInputStream(new ByteArrayInputStream(all.readAllBytes()));
            String head = from.readUTF();
            long watcher = from.readLong();
            Instant until = Instant.ofEpochSecond(from.readLong());
            String instance = from.readUTF();
            Undo undo = Undo.read(from);
            if (!head.equals(HEAD) || !from.readUTF().equals(END)) {
                throw new IOException("torn");
            }
            return Optional.of(new Waiting(watcher, until, instance, isWatched, isReverting, undo));
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new IOException(
                    "%s cannot be read (%s): when no change is to be undone, remove it"
                            .formatted(file, Reasons.message(unreadable)),
                    unreadable);
        }
    }

    /// Shared, so that two who ask at a time do not take each other for the watcher.
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, true) == null;
        } catch (OverlappingFileLockException byThisProcess) {
            return true;
        }
    }

    /// Lets a change wait, in the place of one that waited before.
    static Hold begin(StatePlace place, Instant until, Undo undo) throws IOException {
        Path file = place.waiting();
        Path fresh =
                Files.createTempFile(
                        TrustedFile.folderOf(file),
                        file.getFileName().toString(),
                        ".new",
                        PosixFilePermissions.asFileAttribute(StatePlace.OWNER_ONLY));
        FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE);
        try {
            channel.lock();
            DataOutputStream to =
                    new DataOutputStream(
                            new BufferedOutputStream(Channels.newOutputStream(channel)));
            to.writeUTF(HEAD);
            to.writeLong(ProcessHandle.current().pid());
            to.writeLong(until.getEpochSecond());
            to.writeUTF(place.instance());
            undo.write(to);
            to.writeUTF(END);
            to.flush();
            Hold hold = new Hold(place, channel, keyOf(fresh));
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return hold;
        } catch (IOException failed) {
            channel.close();
            Files.deleteIfExists(fresh);
            throw failed;
        }
    }

    private static Object keyOf(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey());
    }

    /// Takes the change for good.
    ///
    /// @return false when its time was over before
    static boolean confirm(StatePlace place) throws IOException {
        return Files.deleteIfExists(place.waiting());
    }

    /// Takes it to be undone.
    ///
    /// @return false when it was confirmed
    static boolean takeToRevert(StatePlace place) throws IOException {
        try {
            Files.move(place.waiting(), place.reverting(), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException confirmed) {
            return false;
        }
    }

    /// It is undone, or never will be.
    static void forget(StatePlace place) throws IOException {
        Files.deleteIfExists(place.reverting());
    }

    /// Writes what came of it, for the next who asks.
    static void tell(StatePlace place, String result) throws IOException {
        StatePlace.write(place.reverted(), (result + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// What came of the last change that was not confirmed; told once.
    static Optional<String> news(StatePlace place) throws IOException {
        Path file = place.reverted();
        try {
            String text = new String(TrustedFile.read(file), StandardCharsets.UTF_8).strip();
            Files.deleteIfExists(file);
            return Optional.of(text);
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        }
    }

    /// How it stands, and what can be done, for the user.
    String standing(Instant now) {
        String choice = "; jsetkey confirm keeps it, jsetkey confirm --undo undoes it now";
        if (isReverting) {
            return isWatched
                    ? "a change is being undone just now: try again in a moment"
                    : "a change was being undone, and what undid it has ended in the middle:"
                            + " jsetkey confirm --undo does it again, jsetkey confirm keeps what"
                            + " there is";
        }
        if (isWatched) {
            return "a change waits to be confirmed and is undone at " + until + choice;
        }
        String ended = " what would undo it has ended (pid " + watcher + ")";
        return now.isBefore(until)
                ? "a change waits to be confirmed, but" + ended + choice
                : "a change waits to be confirmed; it was to be undone at "
                        + until
                        + ", but"
                        + ended
                        + choice;
    }
}
