package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What racoon 0.8.2 printed for these files on a real machine, and what we say it would.
class RacoonGoldenTests {
    private static final Path FOLDER = Path.of("src/test/resources/racoonconf/golden");

    /// Where it read memory that it had freed; ours names the file and its end.
    private static final String FREED = "rc-err-unbalanced.conf";

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void saysTheWordsOfTheOriginal(Path file) throws IOException {
        ClassicVerdict verdict = check(file).classic();
        assertThat(verdict.accepted()).isEqualTo(acceptedByRacoon(file));
        if (!file.endsWith(FREED)) {
            assertThat(String.join("\n", verdict.lines())).isEqualTo(errorsOfRacoon(file));
        } else {
            assertThat(verdict.lines())
                    .containsExactly(
                            "ERROR: rc-err-unbalanced.conf:17: \"\" syntax error",
                            "ERROR: fatal parse failure (1 errors)");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void refusesWhatTheOriginalRefuses(Path file) throws IOException {
        RacoonLanguage.Checked checked = check(file);
        assertThat(checked.hasErrors())
                .as(() -> Texts.shown(checked))
                .isEqualTo(!acceptedByRacoon(file));
    }

    @Test
    void areTwentyAndMore() throws IOException {
        assertThat(files()).hasSizeGreaterThanOrEqualTo(20);
    }

    private static RacoonLanguage.Checked check(Path file) throws IOException {
        return RacoonLanguage.check(
                file.getFileName().toString(), Files.readAllBytes(file), new TableFiles());
    }

    /// The ones that it took failed later, for want of a folder.
    private static boolean acceptedByRacoon(Path file) throws IOException {
        return lines(file).anyMatch(line -> line.contains("bind(sockname:"));
    }

    private static String errorsOfRacoon(Path file) throws IOException {
        return lines(file)
                .map(line -> line.replaceFirst("^[0-9-]+ [0-9:]+: ", ""))
                .filter(line -> !line.startsWith("INFO") && !line.startsWith("DEBUG"))
                .filter(line -> !line.equals("Foreground mode."))
                .filter(line -> !line.contains("bind(sockname:"))
                .reduce((one, other) -> one + "\n" + other)
                .orElse("");
    }

    private static Stream<String> lines(Path file) throws IOException {
        Path log = FOLDER.resolve(file.getFileName().toString().replace(".conf", ".out.txt"));
        return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1).lines();
    }
}
