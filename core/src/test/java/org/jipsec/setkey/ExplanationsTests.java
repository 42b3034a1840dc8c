package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every code has a page whose examples do what it says, and a pair of files in examples/invalid:
/// NAME.conf, and NAME.err as it is rendered. `-Djipsec.goldens=write` writes the pairs anew.
class ExplanationsTests {
    private static final Path INVALID = Path.of("../examples/invalid");

    /// Lacks every feature, as no real backend does.
    private static final Capabilities POOR =
            new Capabilities(
                    "poor",
                    Capabilities.userspace().authentication(),
                    Capabilities.userspace().encryption(),
                    Capabilities.userspace().compression(),
                    Set.of());

    @Test
    void haveAPageForEveryCodeAndNoOther() {
        assertThat(Explanations.all().keySet()).containsExactly(Code.values());
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"REFUSED", "NOT_TAKEN_BACK", "NUMBERS_START_AGAIN"},
            mode = EnumSource.Mode.EXCLUDE)
    void showATextThatIsWrongAndOneThatIsMended(Code code) {
        Explanations.Page page = Explanations.of(code);
        assertThat(codes(code, page.wrong().orElseThrow())).contains(code.id());
        assertThat(codes(code, page.right().orElseThrow())).doesNotContain(code.id());
        assertThat(errors(code, page.right().orElseThrow())).isEmpty();
        assertThat(page.shown()).startsWith(code.severity().word() + "[" + code.id() + "]: ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"REFUSED", "NOT_TAKEN_BACK", "NUMBERS_START_AGAIN"},
            mode = EnumSource.Mode.EXCLUDE)
    void haveAPairOfFilesEach(Code code) throws IOException {
        String name =
                code.id() + "-" + code.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        String text = Explanations.of(code).wrong().orElseThrow();
        String rendered = rendered(code, name + ".conf", text);
        Path conf = INVALID.resolve(name + ".conf");
        Path err = INVALID.resolve(name + ".err");
        if ("write".equals(System.getProperty("jipsec.goldens"))) {
            Files.createDirectories(INVALID);
            Files.writeString(conf, text);
            Files.writeString(err, rendered);
        }
        assertThat(Files.readString(conf)).isEqualTo(text);
        assertThat(Files.readString(err)).isEqualTo(rendered);
    }

    static List<Path> invalid() throws IOException {
        try (Stream<Path> files = Files.list(INVALID)) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
        }
    }

    /// Those that are of no page, too: a code may have several things to say.
    @ParameterizedTest
    @MethodSource("invalid")
    void showWhatIsSaidOfEachFileInTheFolder(Path conf) throws IOException {
        String name = conf.getFileName().toString();
        Code code = Code.of(name.substring(0, 5)).orElseThrow();
        String text = Files.readString(conf, StandardCharsets.ISO_8859_1);
        Path err = INVALID.resolve(name.replace(".conf", ".err"));
        if ("write".equals(System.getProperty("jipsec.goldens"))) {
            Files.writeString(err, rendered(code, name, text));
        }
        assertThat(codes(code, text)).contains(code.id());
        assertThat(Files.readString(err)).isEqualTo(rendered(code, name, text));
    }

    @Test
    void leaveNoFileInTheFolderWithoutACode() throws IOException {
        Map<String, Code> codes =
                Arrays.stream(Code.values()).collect(Collectors.toMap(Code::id, code -> code));
        try (Stream<Path> files = Files.list(INVALID)) {
            assertThat(files.map(file -> file.getFileName().toString().substring(0, 5)))
                    .isSubsetOf(codes.keySet());
        }
    }

    @Test
    void areFoundByAnyLetterCase() {
        assertThat(Code.of("sk014")).contains(Code.KEY_LENGTH);
        assertThat(Code.of("SK999")).isEmpty();
    }

    private static Compilation compile(Code code, SourceText source) {
        return SetkeyLanguage.compile(
                source,
                code == Code.FEATURE_NOT_AVAILABLE ? POOR : Capabilities.userspace(),
                new CompileOptions(false, new TableOfNames()));
    }

    private static SourceText source(String name, String text) {
        return SetkeyLanguage.source(name, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<String> codes(Code code, String text) {
        return compile(code, source("x", text)).diagnostics().all().stream()
                .map(Diagnostic::code)
                .toList();
    }

    private static List<Diagnostic> errors(Code code, String text) {
        return compile(code, source("x", text)).diagnostics().all().stream()
                .filter(Diagnostic::isError)
                .toList();
    }

    private static String rendered(Code code, String name, String text) {
        SourceText source = source(name, text);
        return new Rendering(source, false).all(compile(code, source).diagnostics());
    }
}
