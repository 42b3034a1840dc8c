package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.Severity;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The configurations below examples/conf are good. Ours are free of warnings too, but those that
/// show an old dialect; the HOWTO's are as old as they are.
class ExampleFilesTests {
    private static final Path FOLDER = Path.of("../examples/conf");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void areFreeOfErrors(Path file) throws IOException {
        SourceText source =
                SetkeyLanguage.source(file.getFileName().toString(), Files.readAllBytes(file));
        Compilation compilation =
                SetkeyLanguage.compile(
                        source,
                        Capabilities.userspace(),
                        new CompileOptions(false, new TableOfNames()));
        boolean old =
                file.getParent().endsWith("howto") || file.getFileName().toString().contains("bsd");
        assertThat(compilation.diagnostics().all())
                .as(() -> new Rendering(source, false).all(compilation.diagnostics()))
                .filteredOn(problem -> !old || problem.isError())
                .filteredOn(problem -> problem.severity() != Severity.NOTE)
                .extracting(Diagnostic::message)
                .isEmpty();
    }

    @Test
    void areADozenAndMore() throws IOException {
        assertThat(files()).hasSizeGreaterThanOrEqualTo(12);
    }
}
