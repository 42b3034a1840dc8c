package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.UnixPfkeyChannel;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;

class KeyServiceSocketTests {
    private final KeyService service =
            new KeyService(new SadbEngine(new VirtualClock(), new Random(1), 4711).backend());

    private @TempDir Path folder;

    @AfterEach
    void closeService() {
        service.close();
    }

    @Test
    void isOpenToItsOwnerOnlyAndLeavesNothingBehind() throws IOException {
        Path path = folder.resolve("pfkey.sock");
        try (KeyServiceSocket _ = KeyServiceSocket.open(service, path)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).containsExactly(path);
            }
            assertServes(path);
        }
        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> UnixPfkeyChannel.connect(path)).isInstanceOf(IOException.class);
    }

    @Test
    void takesThePlaceOfADeadService() throws IOException {
        Path path = folder.resolve("pfkey.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        try (KeyServiceSocket _ = KeyServiceSocket.open(service, path)) {
            assertServes(path);
        }
    }

    @Test
    void leavesALivingServiceInPlace() throws IOException {
        Path path = folder.resolve("pfkey.sock");
        try (KeyServiceSocket _ = KeyServiceSocket.open(service, path)) {
            assertThatThrownBy(() -> KeyServiceSocket.open(service, path))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("another service listens there");
            assertServes(path);
        }
    }

    @Test
    void saysWhenThePathCannotBeASocket() {
        assertThatThrownBy(
                        () -> KeyServiceSocket.open(service, folder.resolve("missing/pfkey.sock")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void replacesNothingButASocket() throws IOException {
        Path path = Files.writeString(folder.resolve("tunnel.conf"), "flush;");
        assertThatThrownBy(() -> KeyServiceSocket.open(service, path))
                .hasMessageContaining("is no socket");
        assertThat(path).hasContent("flush;");
        assertThatThrownBy(() -> KeyServiceSocket.open(service, folder))
                .hasMessageContaining("is no socket");
    }

    @Test
    void takesAPathAsLongAsASocketsMayBe() throws IOException {
        Path deep = folder;
        while (deep.toString().length() < 80) {
            deep = deep.resolve("folder-" + deep.toString().length() % 10);
        }
        Files.createDirectories(deep);
        Path longest = deep.resolve("s".repeat(105 - deep.toString().length()));
        assertThat(longest.toString()).hasSize(106);
        try (KeyServiceSocket _ = KeyServiceSocket.open(service, longest)) {
            assertServes(longest);
        }
        assertThatThrownBy(() -> KeyServiceSocket.open(service, Path.of(longest.toString() + "s")))
                .hasMessageContaining("has 107 octets");
        assertThat(deep).isEmptyDirectory();
    }

    @Test
    void endsAConnectionThatBreaksOffInAMessage() throws IOException {
        Path path = folder.resolve("pfkey.sock");
        try (KeyServiceSocket _ = KeyServiceSocket.open(service, path)) {
            UnixPfkeyChannel hasty = UnixPfkeyChannel.connect(path);
            hasty.send(ByteBuffer.wrap(new byte[] {2, 9, 0, 0, 2}));
            hasty.close();
            assertServes(path);
        }
    }

    private static void assertServes(Path path) throws IOException {
        try (PfkeyBackend backend =
                PfkeyBackend.open(
                        UnixPfkeyChannel.connect(path),
                        1,
                        PfkeyBackend.Peer.SERVICE,
                        Duration.ofSeconds(20))) {
            assertThat(backend.execute(new SadbOperation.FlushPolicies()))
                    .isEqualTo(new SadbReply.Done());
        }
    }
}
