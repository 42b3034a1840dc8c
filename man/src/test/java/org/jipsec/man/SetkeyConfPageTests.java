package org.jipsec.man;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.jipsec.setkey.ClassicDeviations;
import org.jipsec.setkey.Code;
import org.jipsec.setkey.CompileOptions;
import org.jipsec.setkey.SetkeyLanguage;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// setkey.conf(5) against the language.
class SetkeyConfPageTests {
    private static final Pattern RANGE = Pattern.compile("SK(\\d+) to SK(\\d+)");

    private final ManualPage page;

    SetkeyConfPageTests() throws IOException {
        page = ManualPage.named("setkey.conf.5");
    }

    @Test
    void tableOfDeviationsIsTheProgramsOwn() {
        assertThat(page.textTable(".\\\" table: deviations"))
                .containsExactlyElementsOf(
                        ClassicDeviations.all().stream()
                                .map(row -> List.of(row.original(), row.ours(), row.reason()))
                                .toList());
    }

    @Test
    void everyCodeBelongsToARange() {
        List<MatchResult> ranges =
                page.table(".\\\" table: codes").stream()
                        .map(row -> RANGE.matcher(row.getFirst()).results().findFirst())
                        .map(found -> found.orElseThrow())
                        .toList();
        assertThat(Arrays.stream(Code.values()).map(code -> Integer.parseInt(code.id(), 2, 5, 10)))
                .allSatisfy(
                        number ->
                                assertThat(ranges)
                                        .filteredOn(
                                                range ->
                                                        number >= Integer.parseInt(range.group(1))
                                                                && number
                                                                        <= Integer.parseInt(
                                                                                range.group(2)))
                                        .hasSize(1));
    }

    @Test
    void everyExampleIsWithoutError() {
        List<String> examples = page.displays("EXAMPLES");
        assertThat(examples).hasSizeGreaterThan(3);
        assertThat(examples)
                .allSatisfy(
                        example ->
                                assertThat(
                                                SetkeyLanguage.compile(
                                                                SetkeyLanguage.source(
                                                                        "EXAMPLES",
                                                                        example.getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)),
                                                                Capabilities.userspace(),
                                                                CompileOptions.standard())
                                                        .diagnostics()
                                                        .all())
                                        .noneMatch(diagnostic -> diagnostic.isError()));
    }

    @Test
    void diagnosticShownIsTheProgramsOwn() {
        SourceText source =
                SetkeyLanguage.source(
                        "site-b.conf",
                        """


                        add 192.0.2.1 198.51.100.1 ah 0x1001
                            -A hmac-sha1 0x0123456789abcdef0123456789abcdef;
                        """
                                .getBytes(StandardCharsets.UTF_8));
        String said =
                new Rendering(source, false)
                        .all(
                                SetkeyLanguage.compile(
                                                source,
                                                Capabilities.userspace(),
                                                CompileOptions.standard())
                                        .diagnostics());
        assertThat(page.displays("DIAGNOSTICS").getFirst().strip()).isEqualTo(said.strip());
    }
}
