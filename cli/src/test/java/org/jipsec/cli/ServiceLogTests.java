package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

class ServiceLogTests {
    @TempDir private Path folder;
    private Instant now = Instant.parse("2026-11-23T08:08:12Z");

    @Test
    void holdsAFloodBackAndSaysHowMuch() {
        StringWriter text = new StringWriter();
        ServiceLog log = new ServiceLog(new PrintWriter(text), () -> now, Optional.empty());
        for (int i = 0; i < 10_000; i++) {
            log.line("trouble");
        }
        assertThat(text.toString().lines()).hasSize(ServiceLog.BURST);
        now = now.plus(Duration.ofSeconds(2));
        log.line("more\nof\tit");
        assertThat(text.toString().lines().skip(ServiceLog.BURST))
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "9950 messages withheld: there were too many at"
                                                        + " once"),
                        line ->
                                assertThat(line)
                                        .startsWith("2026-11-23T08:08:14Z jipsecd[")
                                        .endsWith("]: more of it"));
    }

    @Test
    void repeatsWhatWasSaidAtTheOpeningOnce() {
        ServiceLog log =
                new ServiceLog(new PrintWriter(new StringWriter()), () -> now, Optional.empty());
        log.line("rp_filter of eth0 is 2 now");
        log.line("no nft\nhere");
        assertThat(log.endOpening()).isEqualTo("; rp_filter of eth0 is 2 now; no nft here");
        log.line("later");
        assertThat(log.endOpening()).isEmpty();
    }

    @Test
    void letsItsFileNotGrowForever() throws IOException {
        Path file = folder.resolve("log");
        try (PrintWriter err = new PrintWriter(new FileOutputStream(file.toFile(), true))) {
            ServiceLog log = new ServiceLog(err, () -> now, Optional.of(file));
            String line = "x".repeat(10_000);
            for (int i = 0; i < 300; i++) {
                now = now.plus(Duration.ofSeconds(1));
                log.line(line);
                assertThat(Files.size(file)).isLessThan(ServiceLog.LARGEST_FILE + 20_000);
            }
        }
        assertThat(Files.readString(file)).startsWith("2026-11-23T08:1").endsWith("x\n");
    }

    @Test
    void takesNoFileForItsOwnThatIsNotItsStandardError() throws IOException {
        Path file = Files.writeString(folder.resolve("log"), "y".repeat(2 << 20));
        StringWriter text = new StringWriter();
        ServiceLog.onError(new PrintWriter(text), () -> now, file).line("event");
        assertThat(text.toString()).contains("event");
        assertThat(Files.size(file)).isEqualTo(2 << 20);
    }
}
