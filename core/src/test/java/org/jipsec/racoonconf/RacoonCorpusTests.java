package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Configurations of other people, with the verdict that the original gave on them. Ours is the
/// same, and `--classic` says it in the same words.
class RacoonCorpusTests {
    private static final Pattern FIRST_LINE =
            Pattern.compile("(ERROR: .*?)(?= / | ; |; without files|$)");

    /// Taken by racoon, refused by us: its `pfs_group 3`, a group over a binary curve, fails in
    /// every negotiation, and without a group there would be less protection than its author asked
    /// for.
    private static final String BINARY_CURVE = "racoon/ipt-racoon-conf-in.conf";

    /// A row of INDEX.tsv.
    record Row(String file, String verdict, String reason) {
        /// The first lines that racoon printed, with the files that it names and without, as
        /// patterns. PATH stands for a path of whoever tried it.
        List<Pattern> lines() {
            return FIRST_LINE
                    .matcher(reason)
                    .results()
                    .map(found -> found.group(1))
                    .filter(line -> !line.contains("fatal parse failure"))
                    .map(line -> Pattern.quote(line).replace("\"PATH\"", "\\E\".*\"\\Q"))
                    .map(Pattern::compile)
                    .toList();
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static List<Row> rows() throws IOException {
        return new String(Texts.resource("/corpus/INDEX.tsv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("racoon/"))
                .map(line -> line.split("\t", -1))
                .map(columns -> new Row(columns[0], columns[5], columns[6]))
                .toList();
    }

    static Stream<Row> good() throws IOException {
        return rows().stream().filter(row -> row.verdict().startsWith("valid"));
    }

    static Stream<Row> needingFiles() throws IOException {
        return rows().stream().filter(row -> row.verdict().equals("valid-if-files-exist"));
    }

    static Stream<Row> bad() throws IOException {
        return rows().stream().filter(row -> row.verdict().equals("invalid"));
    }

    @ParameterizedTest
    @MethodSource("good")
    void acceptsWhatTheOriginalAccepts(Row row) throws IOException {
        RacoonLanguage.Checked checked = check(row, new EveryFile());
        assertThat(Texts.problems(checked))
                .as(() -> Texts.shown(checked))
                .filteredOn(Diagnostic::isError)
                .extracting(Diagnostic::code)
                .isEqualTo(
                        row.file().equals(BINARY_CURVE)
                                ? List.of(Code.ELLIPTIC_BINARY_GROUP.id())
                                : List.of());
        if (!row.verdict().equals("valid-if-built-with-pam")) {
            assertThat(checked.classic().accepted()).as(checked.classic().toString()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("needingFiles")
    void missesTheFilesThatTheOriginalMisses(Row row) throws IOException {
        RacoonLanguage.Checked checked = check(row, new TableFiles());
        assertThat(checked.hasErrors()).isTrue();
        assertThat(Texts.problems(checked))
                .filteredOn(Diagnostic::isError)
                .extracting(Diagnostic::code)
                .filteredOn(code -> !code.equals(Code.ELLIPTIC_BINARY_GROUP.id()))
                .isNotEmpty()
                .containsOnly(Code.UNREADABLE_FILE.id());
        assertThat(firstError(checked)).matches(row.lines().getLast());
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatTheOriginalRefusesInTheSameWords(Row row) throws IOException {
        ConfFiles none = new TableFiles();
        for (ConfFiles disk :
                row.lines().size() > 1 ? List.of(new EveryFile(), none) : List.of(none)) {
            RacoonLanguage.Checked checked = check(row, disk);
            assertThat(checked.hasErrors()).isTrue();
            assertThat(firstError(checked))
                    .matches(disk == none ? row.lines().getLast() : row.lines().getFirst());
        }
    }

    private static String firstError(RacoonLanguage.Checked checked) {
        return checked.classic().lines().stream()
                .filter(line -> line.startsWith("ERROR"))
                .findFirst()
                .orElse("")
                .strip();
    }

    @Test
    void hasARowForEveryFile() throws IOException {
        assertThat(rows()).hasSize(41);
        assertThat(good().count() + bad().count()).isEqualTo(41);
    }

    private static RacoonLanguage.Checked check(Row row, ConfFiles disk) throws IOException {
        return RacoonLanguage.check("FILE", Texts.resource("/corpus/" + row.file()), disk);
    }

    /// Whatever is asked for is there: certificates and keys are not looked into, but plain RSA
    /// keys are.
    private static final class EveryFile implements ConfFiles {
        private static final String KEYS =
                ": RSA { Modulus: 0xc5 PublicExponent: 0x03 PrivateExponent: 0x21 }\n";

        @Override
        public byte[] read(String path) {
            return (path.endsWith(".conf") ? "" : KEYS).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public List<String> matches(String pattern) {
            return List.of(pattern);
        }

        @Override
        public Optional<Facts> facts(String path) {
            return Optional.of(new Facts(true, 0, 0600));
        }

        @Override
        public Optional<Integer> ownUser() {
            return Optional.of(0);
        }
    }
}
