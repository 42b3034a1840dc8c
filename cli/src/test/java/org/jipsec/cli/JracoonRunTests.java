package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// jracoon as a process: on a loopback address, beside a service in memory.
class JracoonRunTests {
    @TempDir private Path folder;
    private Host host;
    private Service service;
    private int port;
    private final List<ProcessHandle> started = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        host = TestMachine.host(Map.of("JIPSEC_WIRE", "no"));
        service =
                Service.open(
                                new ServicePlace(folder.resolve("pfkey.sock")),
                                host.clock(),
                                Optional.empty(),
                                _ -> {})
                        .orElseThrow();
        try (DatagramSocket free = new DatagramSocket(0)) {
            port = free.getLocalPort();
        }
        Path keys = folder.resolve("psk.txt");
        Files.writeString(keys, "192.0.2.1 secret\n");
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        configure("");
    }

    @AfterEach
    void end() throws IOException {
        started.forEach(ProcessHandle::destroyForcibly);
        service.close();
    }

    private void configure(String more) throws IOException {
        Files.writeString(
                folder.resolve("racoon.conf"),
                """
                path pre_shared_key "%s/psk.txt";
                path pidfile "%s/racoon.pid";
                listen { isakmp 127.0.0.1 [%d]; adminsock disabled; }
                %s
                """
                        .formatted(folder, folder, port, more));
    }

    @Test
    void saysWhatItDoesInRacoonsWordsAndEndsWhenItIsTold() throws Exception {
        Process process = foreground();
        assertThat(pid()).isEqualTo(process.pid());
        signal("TERM", process.pid());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isZero();
        assertThat(folder.resolve("racoon.pid")).doesNotExist();
        assertThat(lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("Foreground mode."),
                        line -> assertThat(line).contains("INFO: jracoon (jipsec) "),
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "INFO: Reading configuration from \"%s/racoon.conf\""
                                                        .formatted(folder)),
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "NOTIFY: the SAs are those of the userspace"
                                                        + " service that runs"),
                        line ->
                                assertThat(line)
                                        .matches(
                                                "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}: INFO:"
                                                        + " 127[.]0[.]0[.]1\\[%d\\] used as isakmp port \\(fd=[0-9]+\\)"
                                                                .formatted(port)),
                        line -> assertThat(line).endsWith("INFO: caught signal 15"),
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "INFO: racoon process %d shutdown"
                                                        .formatted(process.pid())));
    }

    @Test
    void takesANewConfigurationAndKeepsTheOldOneWhenThatIsWrong() throws Exception {
        Process process = foreground();
        configure("bogus;");
        signal("HUP", process.pid());
        awaitLine("config reload failed; the old one stays in force");
        assertThat(lines()).anyMatch(line -> line.contains("`bogus` begins no statement"));

        configure("log debug;");
        signal("HUP", process.pid());
        signal("USR1", process.pid());
        awaitLine("caught signal 10");
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void staysInTheBackgroundOnceItListens() throws Exception {
        Process process = jracoon("-l", folder.resolve("log").toString());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(lines()).isEmpty();

        long pid = pid();
        ProcessHandle detached = ProcessHandle.of(pid).orElseThrow();
        started.add(detached);
        assertThat(folder.resolve("log")).content().contains("used as isakmp port");
        signal("TERM", pid);
        detached.onExit().get(60, TimeUnit.SECONDS);
        assertThat(folder.resolve("log"))
                .content()
                .endsWith("racoon process %d shutdown\n".formatted(pid));
    }

    @Test
    void saysAtTheTerminalWhyThereIsNothingInTheBackground() throws Exception {
        configure("bogus;");
        Process process = jracoon("-l", folder.resolve("log").toString());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(lines())
                .anyMatch(line -> line.contains("`bogus` begins no statement"))
                .endsWith("jracoon: failed to parse configuration file.");
    }

    private Process foreground() throws Exception {
        Process process = jracoon("-F");
        Patience.until(
                () -> Files.exists(folder.resolve("racoon.pid")), () -> "no pid file; " + lines());
        return process;
    }

    private Process jracoon(String... options) throws IOException {
        // as behind nohup: it hears all the same
        List<String> command = new ArrayList<>(List.of("env", "--ignore-signal=HUP"));
        command.addAll(ServiceStarter.program(host, "jracoon"));
        command.addAll(List.of(options));
        command.addAll(
                List.of(
                        "-f",
                        folder.resolve("racoon.conf").toString(),
                        "--backend",
                        "userspace",
                        "--socket",
                        folder.resolve("pfkey.sock").toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JIPSEC_WIRE", "no");
        builder.redirectErrorStream(true);
        builder.redirectOutput(folder.resolve("out").toFile());
        Process process = builder.start();
        started.add(process.toHandle());
        return process;
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(folder.resolve("racoon.pid")).strip());
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
                .isZero();
    }

    private void awaitLine(String end) {
        Patience.until(
                () -> lines().stream().anyMatch(line -> line.endsWith(end)),
                () -> "no " + end + " in " + lines());
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(folder.resolve("out"));
        } catch (IOException unreadable) {
            return List.of(unreadable.toString());
        }
    }
}
