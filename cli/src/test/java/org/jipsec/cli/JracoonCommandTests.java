package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class JracoonCommandTests {
    private static final Path GOLDEN = Path.of("../core/src/test/resources/racoonconf/golden");

    private static final String GOOD =
            """
            path pre_shared_key "%s";
            remote 192.0.2.1 {
                exchange_mode main;
                proposal {
                    encryption_algorithm aes 256;
                    hash_algorithm sha256;
                    dh_group modp2048;
                    authentication_method pre_shared_key;
                }
            }
            sainfo anonymous {
                encryption_algorithm aes 256;
                authentication_algorithm hmac_sha256;
                compression_algorithm deflate;
            }
            """;

    /// A kernel that opens none: a stack in this process would take hold of this machine's network.
    private static final BackendOpener NO_BACKENDS =
            new BackendOpener() {
                @Override
                public BackendLink open(
                        BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
                        throws IOException {
                    throw new IOException("no databases here");
                }

                @Override
                public boolean leadsToKernel(BackendChoice choice, Optional<Path> socket) {
                    return true;
                }
            };

    @TempDir private Path folder;

    private record Result(String out, String err, int status) {}

    private Result run(String... arguments) {
        try (TestMachine machine = new TestMachine(folder, "jsetkey")) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int status =
                    new JracoonCommand(machine.host(), NO_BACKENDS, new Network())
                            .run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
            return new Result(out.toString(), err.toString(), status);
        }
    }

    private void good() throws IOException {
        Path keys =
                Files.createFile(
                        folder.resolve("psk.txt"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keys, "192.0.2.1 0xe10bd52b0529b54aac97db63462850f3\n");
        Files.writeString(folder.resolve("racoon.conf"), GOOD.formatted(keys));
    }

    @Test
    void findsAGoodConfigurationGood() throws IOException {
        good();
        Result result = run("-t", "-f", "racoon.conf");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("racoon.conf: good, with 1 remote and 1 sainfo\n");
        assertThat(result.status()).isZero();
    }

    @Test
    void findsKeysThatOthersMayRead() throws IOException {
        good();
        Files.setPosixFilePermissions(
                folder.resolve("psk.txt"), PosixFilePermissions.fromString("rw-r--r--"));
        Result result = run("--check", "-f", "racoon.conf");
        assertThat(result.err())
                .contains("warning[RC027]: others may use ")
                .contains("(mode 0644)")
                .endsWith("1 warning\n");
        assertThat(result.status()).isZero();
    }

    @Test
    void saysAllThatIsWrongInOneRun() throws IOException {
        Files.writeString(
                folder.resolve("x.conf"),
                "log loud;\nremote 192.0.2.256 {\n}\ntimer {\n    counter on;\n}\n");
        Result result = run("-t", "-f", "x.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("x.conf:1:5: error[RC001]")
                .contains("x.conf:2:8: error[RC030]")
                .contains("x.conf:5:13: error[RC001]")
                .endsWith("3 errors\n");
    }

    @Test
    void speaksToProgramsALineForEachFile() throws IOException {
        good();
        Files.writeString(
                folder.resolve("more.conf"), "path include \".\";\ninclude \"bad.conf\";\n");
        Files.writeString(folder.resolve("bad.conf"), "timer {\n    counter on;\n}\n");
        Result result = run("-t", "--json", "-f", "more.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"schema\":1,\"file\":\""))
                .last()
                .asString()
                .contains("\"code\":\"RC001\"")
                .contains("\"line\":2,\"column\":13");
    }

    @Test
    void saysThatAFileIsNotThere() {
        Result result = run("-t", "-f", "none.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("cannot read none.conf: no such file");
    }

    @Test
    void printsTheRemotesAsRacoonDoes() throws IOException {
        good();
        Result result = run("-t", "-C", "-f", "racoon.conf");
        assertThat(result.out())
                .startsWith(
                        """
                        remote "192.0.2.1[500]" {
                        \texchange_type main;
                        \tdoi ipsec_doi;
                        \tmy_identifier address;
                        \trekey on;
                        """)
                .contains(
                        """
                        \tsupport_proxy off;

                        \t/* prop_no=1, trns_no=1 */
                        \tproposal {
                        \t\tlifetime time 28800 sec;
                        \t\tlifetime bytes 0;
                        \t\tdh_group modp2048;
                        \t\tencryption_algorithm aes;
                        \t\thash_algorithm sha256;
                        \t\tauthentication_method pre_shared_key;
                        \t}
                        }
                        """);
    }

    static List<Path> goldens() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.filter(file -> file.toString().endsWith(".conf"))
                    // the original printed memory that it had freed
                    .filter(file -> !file.endsWith("rc-err-unbalanced.conf"))
                    .sorted()
                    .toList();
        }
    }

    /// From `Reading configuration` on, where the original stops.
    @ParameterizedTest
    @MethodSource("goldens")
    void isTheOriginalWithClassic(Path golden) throws IOException {
        String name = golden.getFileName().toString();
        Files.copy(golden, folder.resolve(name));
        Result result = run("--classic", "-t", "-f", name);
        String log = text(golden, ".out.txt");
        boolean accepted = log.contains("bind(sockname:");
        assertThat(withoutTimes(result.out()))
                .isEqualTo(
                        withoutTimes(log.substring(log.indexOf('\n', log.indexOf("OpenSSL")) + 1)));
        assertThat(result.err()).isEqualTo(accepted ? "" : text(golden, ".err.txt"));
        assertThat(result.status()).isEqualTo(accepted ? 0 : 1);
    }

    private static String text(Path golden, String suffix) throws IOException {
        Path file = golden.resolveSibling(golden.getFileName().toString().replace(".conf", suffix));
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static String withoutTimes(String log) {
        return log.lines()
                .map(line -> line.replaceFirst("^20[0-9-]{8} [0-9:]{8}: ", ""))
                .filter(line -> !line.startsWith("DEBUG") && !line.contains("bind(sockname:"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void explainsACode() {
        Result result = run("explain", "rc050");
        assertThat(result.out()).startsWith("error[RC050]: no exchange_mode\n").contains("Wrong:");
        assertThat(run("explain").out().lines())
                .contains("RC050  error: no exchange_mode")
                .hasSizeGreaterThan(90);
        assertThat(run("explain", "RC999").status()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "-z | unknown option",
                "-f | needs an argument",
                "-f= -t | needs the name of a file",
                "-p 70000 -t | wants a port",
                "-P x -t | wants a port",
                "-4 -6 -t | contradict",
                "--json | goes with -t",
                "racoon.conf | takes no file but by -f",
                "explain RC001 RC002 | takes one code",
                "-t --color blue | no color blue",
            })
    void refusesWhatMakesNoSense(String line, String complaint) {
        Result result = run(line.split(" "));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains(complaint).endsWith("try: jracoon --help\n");
    }

    @Test
    void answersAWrongCommandLineAsRacoonDoesWithClassic() {
        Result result = run("--classic", "-z");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).startsWith("usage: racoon [-BdFv46] [-f (file)]");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void saysItsVersionAndItsOptions() {
        assertThat(run("-V").out()).startsWith("jracoon (jipsec) ");
        assertThat(run("--help").out()).contains("jracoon -t [-C] [--json] [-f FILE]");
    }

    @Test
    void saysWhyItCannotStart() throws IOException {
        good();
        Result result = run("-F", "-f", "racoon.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("jracoon: no databases here\n");
        assertThat(result.out())
                .startsWith("Foreground mode.\n2026-11-23 08:08:12: INFO: jracoon (jipsec) ")
                .contains("INFO: Reading configuration from \"racoon.conf\"\n");
    }

    @Test
    void doesNotStartWithAConfigurationThatIsWrong() throws IOException {
        Files.writeString(folder.resolve("racoon.conf"), "remote 192.0.2.1 { bogus; }\n");
        Result result = run("-F", "-f", "racoon.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("racoon.conf:1:")
                .endsWith("jracoon: failed to parse configuration file.\n");
    }

    @Test
    void keepsToRacoonsTextsOfAConfigurationThatIsWrongWithClassic() throws IOException {
        Files.writeString(folder.resolve("racoon.conf"), "remote 192.0.2.1 { bogus; }\n");
        Result result = run("--classic", "-F", "-f", "racoon.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("racoon: failed to parse configuration file.\n");
        assertThat(result.out()).contains("2026-11-23 08:08:12: ERROR: racoon.conf:1: ");
    }

    @Test
    void logsForProgramsAlone() throws IOException {
        good();
        Result result = run("-F", "--log-format", "json", "-f", "racoon.conf");
        assertThat(result.out().lines())
                .isNotEmpty()
                .allMatch(line -> line.startsWith("{\"time\":\"2026-11-23T08:08:12.250Z\""));
    }

    @Test
    void refusesALogFormatThatIsNone() {
        assertThat(run("-F", "--log-format", "xml").err())
                .contains("--log-format wants text or json, not xml");
    }
}
