package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Configurations of other people, with the verdict that the original gave on them. Ours is the
/// same, but that what INDEX.tsv calls good on the BSDs is good here: the language is the union of
/// the dialects.
class CorpusTests {
    private static final Pattern LINE = Pattern.compile("line (\\d+):");

    /// A row of INDEX.tsv.
    record Row(String file, String verdict, String reason) {
        boolean isOfTheBsds() {
            return reason.contains("accepted by the later BSD versions")
                    || reason.contains("valid on BSD");
        }

        boolean isGood() {
            return verdict.equals("valid") || isOfTheBsds();
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static List<Row> rows() throws IOException {
        return new String(read("INDEX.tsv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("setkey/"))
                .map(line -> line.split("\t", -1))
                .map(columns -> new Row(columns[0], columns[5], columns[6]))
                .toList();
    }

    /// The collection of samples of ipsec-tools is no configuration: it adds some SAs twice, and
    /// names a cipher (rc5-cbc) that no later setkey reads. Its own test is below.
    static Stream<Row> good() throws IOException {
        return rows().stream()
                .filter(row -> row.isGood() && !row.file().equals("setkey/ipt-sample.conf"));
    }

    static Stream<Row> bad() throws IOException {
        return rows().stream().filter(row -> !row.isGood());
    }

    @ParameterizedTest
    @MethodSource("good")
    void acceptsWhatTheOriginalsAccept(Row row) throws IOException {
        SourceText source = SetkeyLanguage.source(row.file(), read(row.file()));
        Compilation compilation = compile(source);
        assertThat(compilation.diagnostics().all())
                .filteredOn(Diagnostic::isError)
                .as(() -> new Rendering(source, false).all(compilation.diagnostics()))
                .isEmpty();
        assertThat(compilation.plan()).isPresent();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatTheOriginalRefusesOnTheSameLine(Row row) throws IOException {
        SourceText source = SetkeyLanguage.source(row.file(), read(row.file()));
        Compilation compilation = compile(source);
        Matcher line = LINE.matcher(row.reason());
        assertThat(line.find()).isTrue();
        assertThat(compilation.plan()).isEmpty();
        assertThat(
                        compilation.diagnostics().all().stream()
                                .filter(Diagnostic::isError)
                                .map(problem -> source.line(problem.span().start())))
                .as(() -> new Rendering(source, false).all(compilation.diagnostics()))
                .startsWith(Integer.parseInt(line.group(1)));
    }

    @Test
    void findsInTheSamplesOfIpsecToolsOnlyWhatIsWrongWithThem() throws IOException {
        SourceText source =
                SetkeyLanguage.source("ipt-sample.conf", read("setkey/ipt-sample.conf"));
        assertThat(
                        compile(source).diagnostics().all().stream()
                                .filter(Diagnostic::isError)
                                .map(Diagnostic::code)
                                .distinct())
                .containsOnly(Code.UNKNOWN_ALGORITHM.id(), Code.DUPLICATE_SA.id());
    }

    @Test
    void hasARowForEveryKindOfVerdict() throws IOException {
        assertThat(good()).hasSizeGreaterThan(40);
        assertThat(bad()).hasSizeGreaterThanOrEqualTo(4);
    }

    private static Compilation compile(SourceText source) {
        return SetkeyLanguage.compile(
                source, Capabilities.userspace(), new CompileOptions(false, new TableOfNames()));
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        CorpusTests.class.getResourceAsStream("/corpus/" + file), file)) {
            return in.readAllBytes();
        }
    }
}
