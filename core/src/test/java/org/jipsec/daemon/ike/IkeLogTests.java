package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.IkeReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class IkeLogTests {
    @TempDir Path folder;

    private final List<String> lines = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-23T08:00:00Z");
    private final IkeLog log =
            new IkeLog(
                    new LogForm.Racoon(Optional.empty(), false),
                    (_, line) -> lines.add(line),
                    () -> now,
                    IkeReport.Level.INFO);

    @Test
    void writesWhatIsAtTheLevelAskedFor() {
        log.accept(Reports.error("a"));
        log.accept(Reports.info("b"));
        log.accept(Reports.debug("c"));
        log.level(IkeReport.Level.DEBUG);
        log.accept(Reports.debug("d"));

        assertThat(lines).containsExactly("ERROR: a", "INFO: b", "DEBUG: d");
    }

    @Test
    void withholdsAFloodAndSaysHowMuchOfIt() {
        for (int i = 0; i < 100_000; i++) {
            log.accept(Reports.warning("bad message " + i));
        }
        assertThat(lines).hasSize(500);

        log.accept(Reports.info("news are not troubles"));
        assertThat(lines).hasSize(501);

        now = now.plusSeconds(1);
        log.accept(Reports.warning("one more"));
        assertThat(lines.subList(501, 503))
                .containsExactly(
                        "WARNING: 99500 lines withheld: there were too many at once",
                        "WARNING: one more");
    }

    @Test
    void writesEverythingForWhoDebugs() {
        log.level(IkeReport.Level.DEBUG);
        for (int i = 0; i < 50_000; i++) {
            log.accept(Reports.debug("x"));
        }

        assertThat(lines).hasSize(50_000);
    }

    @Test
    void goesOnWhenTheHostsClockIsSetBack() {
        for (int i = 0; i < 501; i++) {
            log.accept(Reports.warning("x"));
        }
        now = now.minusSeconds(86_400);
        log.accept(Reports.warning("x"));
        now = now.plusSeconds(1);
        log.accept(Reports.warning("later"));

        assertThat(lines.getLast()).isEqualTo("WARNING: later");
    }

    @Test
    void appendsToAFileOfTheOwners() throws IOException {
        Path file = folder.resolve("log");
        Files.writeString(file, "before\n");
        try (LogFile sink = LogFile.open(file)) {
            sink.write(IkeReport.Level.INFO, "after");
        }
        assertThat(file).hasContent("before\nafter\n");

        Path other = folder.resolve("new");
        LogFile.open(other).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
                .isEqualTo("rw-------");
    }

    @Test
    void opensAFileAnewThatWasPutAway() throws IOException {
        Path file = folder.resolve("log");
        try (LogFile sink = LogFile.open(file)) {
            sink.write(IkeReport.Level.INFO, "one");
            Files.move(file, folder.resolve("log.1"));
            sink.write(IkeReport.Level.INFO, "two");
            sink.reopen();
            sink.write(IkeReport.Level.INFO, "three");
        }

        assertThat(folder.resolve("log.1")).hasContent("one\ntwo\n");
        assertThat(file).hasContent("three\n");
    }

    @Test
    void survivesAThreadThatIsInterrupted() throws IOException {
        Path file = folder.resolve("log");
        try (LogFile sink = LogFile.open(file)) {
            Thread.currentThread().interrupt();
            sink.write(IkeReport.Level.INFO, "one");
            assertThat(Thread.interrupted()).isTrue();
            sink.write(IkeReport.Level.INFO, "two");
        }

        assertThat(file).hasContent("one\ntwo\n");
    }
}
