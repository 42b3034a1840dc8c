package org.jipsec.man;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.racoonconf.Code;
import org.jipsec.racoonconf.ConfFiles;
import org.jipsec.racoonconf.Directives;
import org.jipsec.racoonconf.PresharedKeyCheck;
import org.jipsec.racoonconf.RacoonLanguage;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// racoon.conf(5) and psk.txt(5) against the language.
class RacoonConfPageTests {
    private static final String SECTION = ".\\\" section:";
    private static final Pattern DIRECTIVE = Pattern.compile("\\bIc ([a-z][a-z0-9_]+)");
    private static final Pattern RANGE = Pattern.compile("RC(\\d+) to RC(\\d+)");

    private final ManualPage page;

    RacoonConfPageTests() throws IOException {
        page = ManualPage.named("racoon.conf.5");
    }

    @Test
    void describesEveryDirectiveOfEachSectionAndNoOther() {
        assertThat(described()).isEqualTo(new TreeMap<>(Directives.bySection()));
    }

    /// From the list behind the comment that names the section.
    private Map<String, Set<String>> described() {
        Map<String, Set<String>> described = new TreeMap<>();
        Set<String> here = new TreeSet<>();
        for (String line : page.lines()) {
            if (line.startsWith(SECTION)) {
                here = new TreeSet<>();
                described.put(line.substring(SECTION.length()).strip(), here);
            } else if (line.startsWith(".Ss ") || line.startsWith(".Sh ")) {
                here = new TreeSet<>();
            } else if (line.startsWith(".It Ic ")) {
                DIRECTIVE.matcher(line).results().map(found -> found.group(1)).forEach(here::add);
            }
        }
        return described;
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
        assertThat(examples).hasSize(3);
        for (String example : examples) {
            RacoonLanguage.Checked checked = check("EXAMPLES", example);
            assertThat(checked.hasErrors()).isFalse();
            assertThat(checked.files().getFirst().diagnostics().all())
                    .extracting(Diagnostic::code)
                    // the file of keys is on no machine that runs this
                    .filteredOn(code -> !code.equals(Code.NO_KEY_FILE.id()))
                    .filteredOn(code -> !code.equals(Code.REMOTE_WITHOUT_ADDRESS.id()))
                    .isEmpty();
        }
    }

    @Test
    void diagnosticShownIsTheProgramsOwn() {
        RacoonLanguage.Checked checked =
                check(
                        "racoon.conf",
                        """
                        sainfo anonymous {
                            encryption_algorithm aes 512;
                            authentication_algorithm hmac_sha256;
                            compression_algorithm deflate;
                        }
                        """);
        RacoonLanguage.FileReport file = checked.files().getFirst();
        assertThat(page.displays("DIAGNOSTICS").getFirst().strip())
                .isEqualTo(new Rendering(file.source(), false).all(file.diagnostics()).strip());
    }

    private static RacoonLanguage.Checked check(String name, String text) {
        return RacoonLanguage.check(name, text.getBytes(StandardCharsets.UTF_8), ConfFiles.NONE);
    }

    @Test
    void keysOfTheExampleAreFound() throws IOException, PresharedKeys.MalformedKeyException {
        String example = ManualPage.named("psk.txt.5").displays("EXAMPLES").getFirst();
        byte[] octets = example.getBytes(StandardCharsets.UTF_8);
        assertThat(PresharedKeyCheck.of("psk.txt", octets).problems()).isEmpty();
        PresharedKeys keys = new PresharedKeys(octets);
        assertThat(keys.byText("198.51.100.1").orElseThrow().key().length()).isEqualTo(16);
        assertThat(keys.byText("alice@example.org").orElseThrow().key().length()).isEqualTo(28);
    }
}
