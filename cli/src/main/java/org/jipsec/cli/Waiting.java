package org.jipsec.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A change that is undone unless it is confirmed in time, as its file says it. Whoever takes the
/// file away decides: who confirms, or the watcher when time is over.
///
/// @param watcher its process
/// @param until when it is undone
/// @param summary of the change
record Waiting(long watcher, Instant until, String summary) {
    /// Empty when nothing waits.
    static Optional<Waiting> at(StatePlace place) throws IOException {
        try {
            List<String> lines = Files.readAllLines(place.waiting(), StandardCharsets.UTF_8);
            return Optional.of(
                    new Waiting(
                            Long.parseLong(lines.get(0)),
                            Instant.ofEpochSecond(Long.parseLong(lines.get(1))),
                            lines.get(2)));
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        } catch (NumberFormatException | IndexOutOfBoundsException torn) {
            throw new IOException(place.waiting() + " is not what jsetkey wrote: remove it", torn);
        }
    }

    void write(StatePlace place) throws IOException {
        String text = watcher + "\n" + until.getEpochSecond() + "\n" + summary + "\n";
        StatePlace.write(place.waiting(), text.getBytes(StandardCharsets.UTF_8));
    }

    /// Whether there still is somebody to undo it.
    boolean isWatched() {
        return ProcessHandle.of(watcher).map(ProcessHandle::isAlive).orElse(false);
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

    /// Writes what came of it, for the next who asks.
    static void tell(StatePlace place, String result) throws IOException {
        StatePlace.write(place.reverted(), (result + "\n").getBytes(StandardCharsets.UTF_8));
        Files.deleteIfExists(place.reverting());
    }

    /// What came of the last change that was not confirmed; told once.
    static Optional<String> news(StatePlace place) throws IOException {
        Path file = place.reverted();
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8).strip();
            Files.deleteIfExists(file);
            return Optional.of(text);
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        }
    }
}
