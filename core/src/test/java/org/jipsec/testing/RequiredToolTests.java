package org.jipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

import java.nio.file.Files;
import java.util.Optional;

@Isolated("changes a system property")
class RequiredToolTests {
    private Optional<String> before = Optional.empty();

    @BeforeEach
    void remember() {
        before = Optional.ofNullable(System.getProperty("JIPSEC_CI"));
    }

    @AfterEach
    void restore() {
        before.ifPresentOrElse(
                value -> System.setProperty("JIPSEC_CI", value),
                () -> System.clearProperty("JIPSEC_CI"));
    }

    @Test
    void findsAProgramThatIsThere() {
        assertThat(Files.isExecutable(RequiredTool.program("sh", "dash"))).isTrue();
    }

    @Test
    void skipsWithAnInstructionWhereAProgramIsMissing() {
        System.setProperty("JIPSEC_CI", "false");
        assertThatThrownBy(() -> RequiredTool.program("no-such-program", "some-package"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("needs no-such-program: apt-get install some-package");
    }

    @Test
    void failsInsteadWhereNothingMayBeSkipped() {
        System.setProperty("JIPSEC_CI", "true");
        assertThatThrownBy(() -> RequiredTool.program("no-such-program", "some-package"))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("apt-get install some-package");
    }
}
