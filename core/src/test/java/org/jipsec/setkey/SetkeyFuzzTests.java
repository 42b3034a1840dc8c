package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.JsonRendering;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.sadb.Capabilities;
import org.jipsec.setkey.SaText.Key;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Any octets at all: no exception, no key in what is shown, every place inside the text. In an
/// ordinary run the inputs of the seed folder are used; with JAZZER_FUZZ=1 new ones are searched.
class SetkeyFuzzTests {
    /// Shorter keys may stand elsewhere in the text, where nobody takes them for one.
    private static final int SHORTEST_TELLING_KEY = 12;

    @FuzzTest(maxDuration = "10m")
    void neverThrowsAndNeverShowsAKey(byte[] octets) {
        SourceText source = SetkeyLanguage.source("fuzz.conf", octets);
        Compilation compilation =
                SetkeyLanguage.compile(
                        source,
                        Capabilities.userspace(),
                        new CompileOptions(false, new TableOfNames()));
        Diagnostics problems = compilation.diagnostics();
        assertThat(compilation.plan().isPresent()).isEqualTo(!problems.hasErrors());
        for (Diagnostic problem : problems.all()) {
            assertInside(source, problem.span());
            problem.further().forEach(place -> assertInside(source, place.span()));
        }
        String shown =
                new Rendering(source, false).all(problems)
                        + new JsonRendering(source).all(problems);
        for (Key key : keys(source)) {
            String text = source.text(key.span());
            if (text.length() >= SHORTEST_TELLING_KEY && isPrintable(text)) {
                assertThat(shown).doesNotContain(text.substring(1, text.length() - 1));
            }
        }
    }

    @FuzzTest(maxDuration = "10m")
    void answersTheShellWhateverIsTyped(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        ShellInput.isComplete(text);
        ShellInput.completions(text);
    }

    private static void assertInside(SourceText source, Span span) {
        assertThat(span.end()).isLessThanOrEqualTo(source.length());
    }

    /// A word that is said in messages anyway is no key that anybody could leak.
    private static boolean isPrintable(String text) {
        return text.chars().skip(1).allMatch(c -> c > ' ' && c < 0x7f)
                && text.chars().distinct().count() > 6;
    }

    private static List<Key> keys(SourceText source) {
        List<Key> keys = new ArrayList<>();
        SetkeyParser parser = new SetkeyParser(source, new Diagnostics());
        Optional<Command> next = parser.next();
        while (next.isPresent()) {
            if (next.get() instanceof Command.Add add) {
                add.association().encryption().flatMap(SaText.Algorithm::key).ifPresent(keys::add);
                add.association()
                        .authentication()
                        .flatMap(SaText.Algorithm::key)
                        .ifPresent(keys::add);
            }
            next = parser.next();
        }
        return keys;
    }
}
