package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// jipsecd's life: one per socket, nothing left behind, started when it is needed.
class ServiceTests {
    @TempDir private Path folder;
    private ServicePlace place;
    private Host host;
    private final Network network = new Network();

    @BeforeEach
    void choosePlace() {
        place = new ServicePlace(folder.resolve("pfkey.sock"));
        host = TestMachine.host(Map.of("JIPSEC_WIRE", "no"));
    }

    @Test
    void servesOneProcessPerSocketAndLeavesNoneBehind() throws IOException {
        try (Service service =
                Service.open(place, host.clock(), Optional.empty(), _ -> {}).orElseThrow()) {
            assertThat(service).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.socket())))
                    .isEqualTo("rw-------");
            assertThat(Service.open(place, host.clock(), Optional.empty(), _ -> {})).isEmpty();
            assertThat(ServiceLock.holder(place)).hasValue(ProcessHandle.current().pid());
        }
        assertThat(place.socket()).doesNotExist();
        assertThat(ServiceLock.holder(place)).isEmpty();
    }

    @Test
    void takesThePlaceOfOneThatWasKilled() throws IOException {
        Files.writeString(place.pidFile(), "1\n");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(place.socket()));
        }
        assertThat(place.socket()).exists();
        try (Service service =
                Service.open(place, host.clock(), Optional.empty(), _ -> {}).orElseThrow()) {
            assertThat(service).isNotNull();
            assertThat(ServiceLock.holder(place)).isPresent();
        }
    }

    @Test
    void isStartedWhenNoneRunsAndEndsWhenItIsTold() throws IOException {
        List<String> notices = new ArrayList<>();
        ServiceBackends backends = new ServiceBackends(host, network);
        Optional<Path> socket = Optional.of(place.socket());
        try (BackendLink link = backends.open(BackendChoice.AUTO, socket, notices::add)) {
            assertThat(link.backend().execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                    .isEqualTo(new SadbReply.Sas(List.of()));
            assertThat(notices).singleElement().asString().contains("started jipsecd (pid ");
            try (BackendLink second =
                    backends.open(BackendChoice.USERSPACE, socket, notices::add)) {
                assertThat(second.backend().capabilities().backend()).isEqualTo("userspace");
            }
            assertThat(notices).hasSize(1);
            assertThat(jipsecd("--status")).startsWith("0 jipsecd: running (pid ");
        } finally {
            assertThat(jipsecd("--stop")).startsWith("0 jipsecd: stopped (pid ");
        }
        assertThat(jipsecd("--status")).startsWith("3 jipsecd: none is running");
        assertThat(jipsecd("--stop")).startsWith("1 ");
        assertThat(place.socket()).doesNotExist();
        assertThat(Files.readString(place.logFile()))
                .contains("listens on", "in memory, not on the wire", "ends;");
    }

    @Test
    void endsWithAMessageWhenItsWireCannotGoOn() throws Exception {
        FakeWire wire = new FakeWire();
        List<String> messages = new ArrayList<>();
        try (Service service =
                Service.open(place, host.clock(), Optional.of(wire), messages::add).orElseThrow()) {
            wire.fail("jipsec0 was deleted again and again");
            wire.fail("and more");
            assertThat(service.awaitEnd()).isEqualTo("jipsec0 was deleted again and again");
        }
        assertThat(messages).containsExactly("fake0 leads nowhere");
        assertThat(wire.closed).isTrue();
        assertThat(place.socket()).doesNotExist();
        assertThat(place.controlSocket()).doesNotExist();
    }

    @Test
    void givesTheNetworkBackWhenItsSocketCannotBeHad() throws IOException {
        FakeWire wire = new FakeWire();
        Files.writeString(place.socket(), "no socket");
        assertThatThrownBy(() -> Service.open(place, host.clock(), Optional.of(wire), _ -> {}))
                .isInstanceOf(FileSystemException.class);
        assertThat(wire.closed).isTrue();
        assertThat(place.controlSocket()).doesNotExist();
    }

    @Test
    void leavesAFileThatIsNoSocketAlone() throws IOException {
        Files.writeString(place.socket(), "flush;");
        assertThatThrownBy(() -> Service.open(place, host.clock(), Optional.empty(), _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is there already, and is no socket");
        assertThat(place.socket()).hasContent("flush;");
    }

    @Test
    void namesTheFileItMayNotUseAndWhy() {
        assertThat(Reasons.message(new AccessDeniedException("/run/x.start")))
                .isEqualTo("/run/x.start: Permission denied");
        assertThat(Reasons.message(new FileSystemException("/x", null, "is no socket")))
                .isEqualTo("/x: is no socket");
        assertThat(Reasons.message(new SocketTimeoutException("Resource temporarily unavailable")))
                .isEqualTo("the service does not answer");
        assertThat(Reasons.message(new IOException("why"))).isEqualTo("why");
    }

    @Test
    void saysWhyItsOutputCouldNotBeWritten() throws IOException {
        try (StandardStream full = new StandardStream(new FileOutputStream("/dev/full").getFD())) {
            assertThatThrownBy(() -> full.write(new byte[1], 0, 1)).isInstanceOf(IOException.class);
            assertThat(full.lost()).isEqualTo("No space left on device");
        }
    }

    private String jipsecd(String option) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int status =
                new JipsecdCommand(host, network)
                        .run(
                                java.io.InputStream.nullInputStream(),
                                writer,
                                writer,
                                "--socket",
                                place.socket().toString(),
                                option);
        writer.flush();
        return status + " " + out;
    }
}
