package org.jipsec.testing;

import org.junit.jupiter.api.Assertions;
import org.opentest4j.TestAbortedException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program of the machine that a test asks for its opinion. Where it is missing the test is
/// skipped, with a message that says what to install; but where `JIPSEC_CI` is `true`, as a system
/// property or else as an environment variable, it fails: `.ci/run` has installed everything, so
/// nothing may be skipped there.
///
/// ```
/// Path tshark = RequiredTool.program("tshark", "tshark");
/// Path python = RequiredTool.pythonModule("scapy", "python3-scapy");
/// RequiredTool.require(isRoot(), "needs root");
/// ```
public final class RequiredTool {
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private RequiredTool() {}

    /// @param debianPackage that brings it
    /// @return where it is
    public static Path program(String name, String debianPackage) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        Optional<Path> found =
                Stream.of(path.split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::isExecutable)
                        .findFirst();
        require(found.isPresent(), "needs " + name + ": apt-get install " + debianPackage);
        return found.orElseThrow();
    }

    /// The distribution's Python, not whichever comes first: it is the one that has the package.
    ///
    /// @return where Python is
    public static Path pythonModule(String module, String debianPackage)
            throws IOException, InterruptedException {
        require(
                Files.isExecutable(PYTHON) && imports(module),
                "needs Python's " + module + ": apt-get install " + debianPackage);
        return PYTHON;
    }

    /// @param met whether the test can run
    /// @param reason what it needs, for whoever reads the report
    public static void require(boolean met, String reason) {
        if (met) {
            return;
        }
        if (isDemanded()) {
            Assertions.fail(reason + " (JIPSEC_CI is set: nothing is skipped)");
        }
        throw new TestAbortedException(reason);
    }

    private static boolean isDemanded() {
        String property = System.getProperty("JIPSEC_CI");
        return Boolean.parseBoolean(property == null ? System.getenv("JIPSEC_CI") : property);
    }

    private static boolean imports(String module) throws IOException, InterruptedException {
        Process python =
                new ProcessBuilder(PYTHON.toString(), "-c", "import " + module)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!python.waitFor(60, TimeUnit.SECONDS)) {
            python.destroyForcibly();
            return false;
        }
        return python.exitValue() == 0;
    }
}
