package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.KeySocket;
import org.jipsec.os.OsException;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.testing.OpenFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// The scenes with the kernel. What is said in them is left in `target/backends/linux.messages`, of
/// which `resources/pfkey/linux-6.1.messages` is a copy.
@Tag("kernel")
class AfKeyTests extends LinuxScenes {
    private static final Path RECORD = Path.of("target/backends/linux.messages");
    private static final int MANY = 4000;

    @Override
    PfkeyChannel channel(String scene) throws IOException {
        note("= " + scene);
        return new Recorded(KernelPfkeyChannel.open());
    }

    @Override
    void outside(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command[0].split(" ")).redirectErrorStream(true).start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
    }

    @BeforeEach
    void emptyTheKernel() throws IOException {
        try (PfkeyBackend kernel = open(1)) {
            kernel.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            kernel.execute(new SadbOperation.FlushPolicies());
        }
    }

    @Test
    void losesNothingOfADumpWhileAnotherClientIsBusy() throws IOException {
        try (PfkeyBackend kernel = open(2);
                PfkeyBackend other = open(3)) {
            kernel.executeAll(
                    adds(0x10000), (_, reply) -> assertThat(reply).isEqualTo(new SadbReply.Done()));
            List<SadbOperation> more = adds(0x20000);
            CompletableFuture<Void> busy =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    other.executeAll(more, (_, _) -> {});
                                } catch (IOException broken) {
                                    throw new IllegalStateException(broken);
                                }
                            });
            List<SaSnapshot> all = dump(kernel);
            busy.join();
            assertThat(all)
                    .filteredOn(one -> one.association().spi().value() < 0x20000)
                    .hasSize(MANY);
            assertThat(dump(kernel)).hasSize(2 * MANY);
        }
    }

    private static List<SadbOperation> adds(int first) {
        List<SadbOperation> adds = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            adds.add(new SadbOperation.AddSa(esp(first + i).build()));
        }
        return adds;
    }

    @Test
    void leavesNoDescriptorBehind() throws IOException {
        openAndClose(); // what is opened once for all
        int before = OpenFiles.count();
        for (int i = 0; i < 200; i++) {
            openAndClose();
        }
        for (int i = 0; i < 200; i++) {
            KeySocket socket = KeySocket.open(1 << 16);
            socket.close();
            assertThatThrownBy(() -> KernelPfkeyChannel.over(socket))
                    .isInstanceOf(OsException.class);
        }
        assertThat(OpenFiles.count()).isEqualTo(before);
    }

    /// Its thread is done with the channel when this returns.
    private static void openAndClose() throws IOException {
        PfkeyBackend kernel = open(4);
        kernel.listen(_ -> {});
        kernel.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        kernel.close();
    }

    @Test
    void isWokenWhenItIsClosed() throws IOException {
        KernelPfkeyChannel channel = KernelPfkeyChannel.open();
        CompletableFuture<@Nullable ByteBuffer> received =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return channel.receive();
                            } catch (IOException closed) {
                                throw new IllegalStateException(closed);
                            }
                        });
        channel.close();
        channel.close();
        assertThatThrownBy(received::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(ClosedChannelException.class);
    }

    private static PfkeyBackend open(int processId) throws IOException {
        return PfkeyBackend.open(
                KernelPfkeyChannel.open(),
                processId,
                Dialect.LINUX_AS_SETKEY,
                Duration.ofSeconds(20));
    }

    private static synchronized void note(String line) throws IOException {
        Files.writeString(
                RECORD,
                line + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /// Writes down what goes and comes, one message a line.
    private record Recorded(PfkeyChannel channel) implements PfkeyChannel {
        @Override
        public void send(ByteBuffer messages) throws IOException {
            ByteBuffer each = messages.slice();
            while (each.hasRemaining()) {
                int length = PfkeyCodec.declaredLength(each);
                note("> " + hex(each.slice(each.position(), length)));
                each.position(each.position() + length);
            }
            channel.send(messages);
        }

        @Override
        public @Nullable ByteBuffer receive() throws IOException {
            ByteBuffer message = channel.receive();
            if (message != null) {
                note("< " + hex(message));
            }
            return message;
        }

        @Override
        public boolean hasReceived() {
            return channel.hasReceived();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        private static String hex(ByteBuffer message) {
            byte[] octets = new byte[message.remaining()];
            message.duplicate().get(octets);
            return HexFormat.of().formatHex(octets);
        }
    }
}
