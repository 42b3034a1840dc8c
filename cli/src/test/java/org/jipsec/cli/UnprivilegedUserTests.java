package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a user who is not root gets of root's service, and of the wire: nothing, and the reason.
class UnprivilegedUserTests {
    private static final String NOBODY = "65534";

    private static Path folder = Path.of("/nowhere");
    private static String classPath = "";

    /// The user may not look into root's folders: he gets copies of the classes.
    @BeforeAll
    static void copyPrograms() throws IOException {
        RequiredTool.program("setpriv", "util-linux");
        RequiredTool.require(
                "root".equals(System.getProperty("user.name")), "needs root, to become nobody");
        folder = Files.createTempDirectory("jipsec-nobody");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            boolean needed =
                    Files.isDirectory(path)
                            ? !path.endsWith("test-classes")
                            : path.getFileName()
                                    .toString()
                                    .matches(
                                            "(picocli|jna|antlr4-|bcprov|jipsec-).*(?<!-tests)\\.jar");
            if (needed && Files.exists(path)) {
                Path copy = folder.resolve(copies.size() + "-" + path.getFileName());
                copy(path, copy);
                copies.add(copy.toString());
            }
        }
        classPath = String.join(File.pathSeparator, copies);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path copy = to.resolve(from.relativize(each).toString());
                Files.copy(each, from.equals(each) ? to : copy);
                Set<PosixFilePermission> all644 = PosixFilePermissions.fromString("rw-r--r--");
                Set<PosixFilePermission> all755 = PosixFilePermissions.fromString("rwxr-xr-x");
                Files.setPosixFilePermissions(
                        from.equals(each) ? to : copy, Files.isDirectory(each) ? all755 : all644);
            }
        }
    }

    @AfterAll
    static void removePrograms() throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private record Result(int status, String text) {}

    private static Result run(Path home, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=" + NOBODY,
                                "--regid=" + NOBODY,
                                "--clear-groups",
                                "--bounding-set=-all",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Djna.tmpdir=" + home,
                                "-cp",
                                classPath,
                                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile());
        builder.environment().remove("JIPSEC_WIRE");
        builder.environment().put("XDG_RUNTIME_DIR", home.toString());
        builder.redirectErrorStream(true);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), text);
    }

    private static Path home() throws IOException {
        Path home = Files.createTempDirectory(folder, "home");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        return home;
    }

    @Test
    void cannotStartTheWireAndIsToldWhy() throws Exception {
        Path home = home();
        for (String mode : List.of("--foreground", "--socket=" + home.resolve("s"))) {
            Result refused = run(home, "jipsecd", mode);
            assertThat(refused.status()).as(refused.text()).isEqualTo(1);
            assertThat(refused.text())
                    .contains("CAP_NET_ADMIN and CAP_NET_RAW", "be root", "jipsecd --no-wire");
        }
    }

    @Test
    void getsAServiceInMemoryAndIsToldWhyItIsOne() throws Exception {
        Path home = home();
        Path socket = home.resolve("s");
        Result started = run(home, "jsetkey", "--socket", socket.toString(), "-D");
        assertThat(started.status()).as(started.text()).isZero();
        assertThat(started.text())
                .contains("in memory, not on the wire", "that needs CAP_NET_ADMIN", "be root");
        assertThat(run(home, "jipsecd", "--socket", socket.toString(), "--stop").status()).isZero();
    }

    @Test
    void cannotConnectToRootsServiceAndIsToldWhy() throws Exception {
        Path home = home();
        ServicePlace place = new ServicePlace(folder.resolve("root.sock"));
        Host host = TestMachine.host(Map.of());
        try (Service service =
                Service.open(place, host.clock(), Optional.empty(), line -> {}).orElseThrow()) {
            assertThat(service.state()).startsWith("in memory");
            String socket = place.socket().toString();
            assertDenied(run(home, "jsetkey", "--socket", socket, "-D"), socket);
            assertDenied(run(home, "jipsec", "trace", "--socket", socket), socket);
            // nor when the mode of the socket is opened to all: by SO_PEERCRED
            Files.setPosixFilePermissions(
                    place.socket(), PosixFilePermissions.fromString("rwxrwxrwx"));
            Result turnedAway = run(home, "jsetkey", "--socket", socket, "-D");
            assertThat(turnedAway.status()).as(turnedAway.text()).isEqualTo(1);
            assertThat(turnedAway.text()).doesNotContain("No SAD entries");
        }
    }

    private static void assertDenied(Result result, String socket) {
        assertThat(result.status()).as(result.text()).isEqualTo(1);
        assertThat(result.text()).contains(socket + ": Permission denied");
    }

    @Test
    void isToldByTheDoctorWhatNeedsRoot() throws Exception {
        Result told = run(home(), "jipsec", "doctor");
        assertThat(told.status()).as(told.text()).isEqualTo(1);
        assertThat(told.text())
                .contains(
                        "rights          missing: not CAP_NET_ADMIN and CAP_NET_RAW",
                        "raw-sockets     unknown: only root can try it",
                        "jipsecd cannot protect this machine's traffic");
    }
}
