package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// `jipsec trace` and the socket behind it, on a service whose wire leads nowhere.
class TraceCommandTests {
    @TempDir private Path folder;
    private final FakeWire wire = new FakeWire();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Host host = TestMachine.host(Map.of());
    private ServicePlace place;
    private Service service;

    @BeforeEach
    void startService() throws IOException {
        place = new ServicePlace(folder.resolve("pfkey.sock"));
        service = Service.open(place, host.clock(), Optional.of(wire), line -> {}).orElseThrow();
    }

    @AfterEach
    void stopService() throws IOException {
        service.close();
        assertThat(wire.closed).isTrue();
        assertThat(place.controlSocket()).doesNotExist();
    }

    private int jipsec(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "--socket";
        all[1] = place.socket().toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return new JipsecCommand(host, new ServiceBackends(host, wire), wire)
                .run(
                        InputStream.nullInputStream(),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        all);
    }

    /// Runs a trace while the host sends `packets`.
    private int trace(int packets, String... arguments) throws Exception {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> jipsec(arguments));
        assertThat(wire.tapped.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < packets; i++) {
            wire.send();
        }
        return status.get(30, TimeUnit.SECONDS);
    }

    @Test
    void showsPacketsWithWhatBecameOfThem() throws Exception {
        assertThat(trace(3, "trace", "out", "and", "clear", "-c", "2")).isZero();
        assertThat(out.toString().lines().toList())
                .hasSize(2)
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .matches(
                                                "\\d\\d:\\d\\d:\\d\\d\\.\\d{6} out"
                                                        + " 192.168.1.100 > 192.168.2.100:"
                                                        + " ip-proto-200, length 4"
                                                        + "  \\[clear, no policy\\]"));
        assertThat(err.toString()).contains("watching", "2 packets shown, 0 lost");
    }

    @Test
    void writesAFileThatOnlyItsOwnerReads() throws Exception {
        Path file = folder.resolve("t.pcapng");
        assertThat(trace(1, "trace", "-c", "1", "--write", file.toString())).isZero();
        assertThat(Files.readAllBytes(file)).startsWith(0x0a, 0x0d, 0x0d, 0x0a);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void writesKeysOnlyWhenAskedAndSaysSoLoudly() throws Exception {
        add(0x201);
        assertThat(trace(1, "trace", "-c", "1", "--keys", folder.toString())).isZero();
        Path file = folder.resolve("esp_sa");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file))
                .startsWith("# Written by jipsec trace")
                .endsWith(
                        "\"IPv4\",\"192.168.1.100\",\"192.168.2.100\",\"0x00000201\","
                                + "\"AES-CBC [RFC3602]\",\"0x00000000000000000000000000000000\","
                                + "\"HMAC-SHA-1-96 [RFC2404]\","
                                + "\"0x0000000000000000000000000000000000000000\"\n");
        assertThat(err.toString()).contains("WARNING", file.toString(), "decrypt");
    }

    @Test
    void overwritesNoTableOfKeysThatIsNotItsOwn() throws Exception {
        Path file = folder.resolve("esp_sa");
        Files.writeString(file, "# This file is automatically generated, DO NOT MODIFY.\n");
        assertThat(jipsec("trace", "--keys", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is there already, and not by us");
        assertThat(file).hasContent("# This file is automatically generated, DO NOT MODIFY.\n");
        Files.delete(file);
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));
        assertThat(jipsec("trace", "--keys", folder.toString())).isEqualTo(1);
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "trace hots 10.0.0.1 | 2 | ^^^^ not understood",
                "trace -c 0 | 2 | -c needs a number",
                "trace -c x | 2 | -c needs a number",
                "trace --json | 2 | --json does not go with trace",
                "trace --write /nowhere/x | 1 | /nowhere/x: No such file",
                "doctor now | 2 | takes no arguments",
                "doctor -c 1 | 2 | does not go with doctor",
                "--write x | 2 | does not go with the shell",
                "dump | 2 | there is no command dump",
            })
    void refusesWhatMakesNoSense(String line, int status, String complaint) {
        assertThat(jipsec(line.split(" "))).isEqualTo(status);
        assertThat(err.toString()).contains(complaint);
    }

    @Test
    void saysThatAServiceInMemoryHasNoPackets() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other")).resolve("s");
        try (Service inMemory =
                Service.open(new ServicePlace(other), host.clock(), Optional.empty(), line -> {})
                        .orElseThrow()) {
            assertThat(inMemory.state()).isEqualTo("in memory, not on the wire");
            assertThat(jipsec("--socket", other.toString(), "trace")).isEqualTo(1);
        }
        assertThat(err.toString()).contains("runs in memory: no packets pass it");
        assertThat(jipsec("--socket", other.toString(), "trace")).isEqualTo(1);
        assertThat(err.toString()).contains("no jipsecd is running");
    }

    @Test
    void endsWithTheService() throws Exception {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> jipsec("trace"));
        Patience.until(() -> err.toString().contains("watching"), () -> err.toString());
        service.close();
        assertThat(status.get(30, TimeUnit.SECONDS)).isBetween(0, 1);
        assertThat(err.toString()).contains("0 packets shown");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "status | ok on the wire: device fake0",
                "trace drop | ok",
                "trace frob | no, `frob` is not understood here",
                "keys | no, that is neither status nor trace",
                "tracer | no, that is neither status nor trace",
            })
    void answersOneLineOnItsControlSocket(String request, String answer) throws IOException {
        try (SocketChannel socket =
                SocketChannel.open(UnixDomainSocketAddress.of(place.controlSocket()))) {
            socket.write(StandardCharsets.UTF_8.encode(request + "\n"));
            ByteBuffer line = ByteBuffer.allocate(200);
            int read = 0;
            while (read >= 0 && !text(line).contains("\n")) {
                read = socket.read(line);
            }
            assertThat(text(line)).startsWith(answer + "\n");
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(place.controlSocket())))
                .isEqualTo("rw-------");
    }

    @Test
    void sendsTooManyClientsAndEndlessRequestsAway() throws IOException {
        try (SocketChannel socket =
                SocketChannel.open(UnixDomainSocketAddress.of(place.controlSocket()))) {
            ByteBuffer endless = ByteBuffer.allocate(10_000);
            while (endless.hasRemaining()) {
                socket.write(endless);
            }
            assertThat(isOver(socket)).isTrue();
        } catch (IOException reset) {
            assertThat(reset).hasMessageMatching("(?i).*(pipe|reset).*");
        }
        SocketChannel[] idle = new SocketChannel[ServiceControl.MOST_CLIENTS + 1];
        for (int i = 0; i < idle.length; i++) {
            idle[i] = SocketChannel.open(UnixDomainSocketAddress.of(place.controlSocket()));
        }
        assertThat(isOver(idle[idle.length - 1])).isTrue();
        for (SocketChannel one : idle) {
            one.close();
        }
    }

    private static boolean isOver(SocketChannel socket) throws IOException {
        return socket.read(ByteBuffer.allocate(1)) < 0;
    }

    private static String text(ByteBuffer line) {
        return StandardCharsets.UTF_8.decode(line.duplicate().flip()).toString();
    }

    private void add(int spi) throws IOException {
        SecurityAssociation association =
                SecurityAssociation.builder(
                                Endpoint.of(FakeWire.HOST),
                                Endpoint.of(FakeWire.PEER),
                                IpsecProtocol.ESP,
                                new Spi(spi))
                        .mode(SaMode.TRANSPORT)
                        .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                        .authentication(AuthAlgorithm.HMAC_SHA1, Secret.of(new byte[20]))
                        .build();
        try (BackendLink link =
                new ServiceBackends(host, wire)
                        .open(BackendChoice.USERSPACE, Optional.of(place.socket()), notice -> {})) {
            assertThat(link.backend().execute(new SadbOperation.AddSa(association)))
                    .isNotInstanceOf(SadbReply.Refused.class);
        }
    }
}
