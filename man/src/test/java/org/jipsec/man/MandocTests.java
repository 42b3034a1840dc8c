package org.jipsec.man;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The pages as mandoc reads them.
class MandocTests {
    @Test
    void pagesAreWithoutWarning() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(RequiredTool.program("mandoc", "mandoc").toString());
        command.addAll(List.of("-T", "lint", "-W", "warning"));
        List<Path> pages = ManualPage.all();
        assertThat(pages).isNotEmpty();
        pages.forEach(page -> command.add(page.toString()));

        Process mandoc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(mandoc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).isEmpty();
        assertThat(mandoc.waitFor()).isZero();
    }
}
