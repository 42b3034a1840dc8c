package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiredTool;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The shell script that the programs are started by.
class LauncherTests {
    private static final String FLAGS = "-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED";

    /// CAP_NET_ADMIN and CAP_NET_RAW.
    private static final String TWO_CAPABILITIES = "0000000000003000";

    @TempDir private Path folder;
    private Path launcher;

    @BeforeEach
    void writeLauncher() throws IOException {
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator));
        String script =
                Files.readString(Path.of("src/main/launcher/launcher"))
                        .replace("@PROGRAM@", "jipsecd")
                        .replace("@JAVA_HOME@", System.getProperty("java.home"))
                        .replace("@FLAGS@", FLAGS)
                        .replace("@SERVICE_FLAGS@", FLAGS)
                        .replace("@CLASSPATH@", classPath);
        Files.createDirectories(folder.resolve("bin"));
        launcher = folder.resolve("bin/jipsecd");
        Files.writeString(launcher, script);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void leavesAServiceOfRootTwoCapabilitiesInEveryThread() throws Exception {
        RequiredTool.program("setpriv", "util-linux");
        RequiredTool.require(
                "root".equals(System.getProperty("user.name")), "needs root, to give rights up");
        assertTwoCapabilities("in memory", List.of(), List.of("--no-wire"));
    }

    @Test
    @RequiresWire
    void leavesItTheSameOnTheWire() throws Exception {
        RequiredTool.program("setpriv", "util-linux");
        try (Namespaces host = Namespaces.create("host")) {
            assertTwoCapabilities(
                    "on the wire: device jipsec0",
                    List.of("ip", "netns", "exec", host.realName("host")),
                    List.of());
            assertThat(host.run("host", "ip", "rule")).doesNotContain("27248");
            assertThat(host.run("host", "ip", "link")).doesNotContain("jipsec0");
            assertThat(host.run("host", "nft", "list", "tables")).doesNotContain("jipsec");
        }
    }

    /// @param state what the service is to say of itself
    private void assertTwoCapabilities(String state, List<String> before, List<String> behind)
            throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(
                        launcher.toString(),
                        "--foreground",
                        "--socket",
                        folder.resolve("s").toString()));
        command.addAll(behind);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JIPSEC_WIRE");
        builder.redirectError(folder.resolve("err").toFile());
        Process process = builder.start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine())
                    .as(Files.readString(folder.resolve("err")))
                    .startsWith(Service.READY + process.pid() + ", " + state);
            assertThat(capabilities(process.pid()))
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            lines ->
                                    assertThat(lines)
                                            .containsExactlyInAnyOrder(
                                                    "CapInh:\t0000000000000000",
                                                    "CapPrm:\t" + TWO_CAPABILITIES,
                                                    "CapEff:\t" + TWO_CAPABILITIES,
                                                    "CapBnd:\t" + TWO_CAPABILITIES,
                                                    "CapAmb:\t0000000000000000",
                                                    "NoNewPrivs:\t1"));
        } finally {
            process.destroy();
            process.waitFor();
        }
        assertThat(folder.resolve("s")).doesNotExist();
        assertThat(process.exitValue()).as("ended by SIGTERM").isZero();
    }

    private static List<List<String>> capabilities(long pid) throws IOException {
        List<List<String>> threads = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    threads.add(
                            Files.readAllLines(task.resolve("status")).stream()
                                    .filter(LauncherTests::isOfRights)
                                    .toList());
                } catch (NoSuchFileException ended) {
                    continue; // a thread of the JIT's, for one
                }
            }
        }
        return threads;
    }

    private static boolean isOfRights(String line) {
        return line.startsWith("Cap") || line.startsWith("NoNewPrivs");
    }
}
