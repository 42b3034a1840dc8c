package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.testing.RequiredTool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

class OsExceptionTests {
    @Test
    void saysCallArgumentsAndNameOfTheError() {
        OsException error = new OsException("TUNSETIFF", "jipsec0", 16);
        assertThat(error).hasMessage("TUNSETIFF(jipsec0): EBUSY (device or resource busy)");
        assertThat(error.errnoName()).isEqualTo("EBUSY");
        assertThat(error.is(ErrorNumber.EBUSY)).isTrue();
        assertThat(new OsException("read", "", 4242)).hasMessage("read(): errno 4242");
    }

    @Test
    void namesErrorsAsTheSystemDoes() throws Exception {
        Path python = RequiredTool.pythonModule("errno", "python3");
        String script =
                "import errno,os\n"
                        + "for n in sorted(errno.errorcode): print(n, os.strerror(n), sep='\\t')";
        Process process = new ProcessBuilder(python.toString(), "-c", script).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output.lines())
                .isNotEmpty()
                .allSatisfy(
                        line -> {
                            String[] fields = line.split("\t");
                            assertThat(
                                            ErrorNumber.numbered(Integer.parseInt(fields[0]))
                                                    .orElseThrow()
                                                    .text())
                                    .isEqualToIgnoringCase(fields[1]);
                        });
    }

    @Test
    void saysWhichAddressIsNotOfThisHost() throws Exception {
        InetSocketAddress nowhere = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 4500);
        assertThatThrownBy(() -> UdpSocket.bind(nowhere, SocketOptions.DEFAULT))
                .isInstanceOf(OsException.class)
                .hasMessage(
                        "bind(udp 192.0.2.1 port 4500): EADDRNOTAVAIL (cannot assign requested"
                                + " address)");
    }

    @Test
    void saysWhichNamespaceIsNotThere() {
        assertThatThrownBy(() -> NetworkNamespace.named("jt-no-such"))
                .isInstanceOf(OsException.class)
                .hasMessage("open(/run/netns/jt-no-such): ENOENT (no such file or directory)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "sixteen-octets-x"})
    void refusesNamesThatNoDeviceCanHave(String name) {
        assertThatThrownBy(() -> Tun.create(name, 1, Offload.all()))
                .isInstanceOf(OsException.class)
                .hasMessage(
                        "TUNSETIFF(%s): EINVAL (invalid argument): not the name of a device"
                                .formatted(name));
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X, aarch64", "Linux, i386", "Linux, riscv64", "Windows 11, amd64"})
    void refusesOtherPlatformsInWords(String system, String machine) {
        assertThatThrownBy(() -> Platform.check(system, machine, ByteOrder.LITTLE_ENDIAN))
                .isInstanceOf(OsException.class)
                .hasMessageContaining("ENOSYS")
                .hasMessageContaining(
                        "needs Linux on x86_64 or aarch64, this is %s on %s"
                                .formatted(system, machine));
    }

    /// What an ordinary user is told: asked in a process of his own.
    @Test
    void tellsAnOrdinaryUserWhatHeMayNot() throws Exception {
        RequiredTool.require(System.getProperty("user.name", "").equals("root"), "needs root");
        String setpriv = RequiredTool.program("setpriv", "util-linux").toString();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // the user must be able to read the classes
        String classes = System.getProperty("java.class.path");
        Process process =
                new ProcessBuilder(
                                setpriv,
                                "--bounding-set=-all",
                                "--inh-caps=-all",
                                java,
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                absolute(classes),
                                WithoutRights.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines())
                .containsExactly(
                        "socket(AF_INET, SOCK_RAW, 50): EPERM (operation not permitted)",
                        "TUNSETIFF(jt-none): EPERM (operation not permitted)",
                        "setsockopt(udp 127.0.0.1 port 0, SO_MARK = 27248): EPERM (operation not"
                                + " permitted)",
                        "[]");
    }

    private static String absolute(String classPath) {
        StringBuilder all = new StringBuilder();
        for (String each : classPath.split(File.pathSeparator)) {
            Path path = Path.of(each);
            if (Files.exists(path)) {
                all.append(all.isEmpty() ? "" : File.pathSeparator).append(path.toAbsolutePath());
            }
        }
        return all.toString();
    }

    /// Run without capabilities.
    static final class WithoutRights {
        private WithoutRights() {}

        public static void main(String[] arguments) throws Exception {
            attempt(() -> RawSocket.receiver(IpFamily.IPV4, 50, SocketOptions.DEFAULT));
            attempt(() -> Tun.create("jt-none", 1, Offload.all()));
            attempt(
                    () ->
                            UdpSocket.bind(
                                    new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0),
                                    SocketOptions.DEFAULT.withMark(27248)));
            System.out.println(
                    ProcessRights.current().effective().toString().toUpperCase(Locale.ROOT));
        }

        private static void attempt(Opening opening) throws Exception {
            try (AutoCloseable opened = opening.open()) {
                System.out.println("opened " + opened);
            } catch (OsException e) {
                System.out.println(e.getMessage());
            }
        }

        @FunctionalInterface
        private interface Opening {
            AutoCloseable open() throws Exception;
        }
    }
}
