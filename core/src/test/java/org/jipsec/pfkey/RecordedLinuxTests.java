package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/// The scenes from what was recorded of them: what is sent has to be the same to the last octet.
class RecordedLinuxTests extends LinuxScenes {
    @Override
    PfkeyChannel channel(String scene) {
        return new Replay(recorded(scene));
    }

    @Override
    void outside(String... command) {
        // what came of it was recorded
    }

    @Test
    void noticesThatAnEntryOfADumpWasLost() throws IOException {
        List<String> lines = recorded("deletesAllBetweenTwoEnds");
        lines.remove(
                lines.stream().filter(line -> line.startsWith("< 020a")).findFirst().orElseThrow());
        Replay replay = new Replay(lines);
        try (PfkeyBackend kernel =
                PfkeyBackend.open(replay, 4711, Dialect.LINUX, Duration.ofSeconds(20))) {
            SecurityAssociation other =
                    esp(0x2003).between(end("10.1.0.1"), end("10.1.0.3")).build();
            for (SecurityAssociation sa :
                    List.of(esp(0x2001).build(), esp(0x2002).build(), other)) {
                assertDone(kernel, new SadbOperation.AddSa(sa));
            }
            assertThatThrownBy(() -> kernel.execute(new SadbOperation.DumpSas(IpsecProtocol.ESP)))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageStartingWith("entries of the dump were lost");
        }
    }

    private static List<String> recorded(String scene) {
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : KernelMessages.text("/pfkey/linux-6.1.messages").split("\n")) {
            if (line.startsWith("= ")) {
                inside = line.equals("= " + scene);
            } else if (inside) {
                lines.add(line);
            }
        }
        assertThat(lines).as(scene).isNotEmpty();
        return lines;
    }

    /// Lets a message come when all that was sent before it has been sent again.
    private static final class Replay implements PfkeyChannel {
        private final Deque<String> lines;
        private boolean closed;

        Replay(List<String> lines) {
            this.lines = new ArrayDeque<>(lines);
        }

        @Override
        public synchronized void send(ByteBuffer messages) throws IOException {
            while (messages.hasRemaining()) {
                int length = PfkeyCodec.declaredLength(messages);
                byte[] octets = new byte[length];
                messages.get(octets);
                await(">");
                assertThat("> " + HexFormat.of().formatHex(octets)).isEqualTo(lines.remove());
                notifyAll();
            }
        }

        @Override
        public synchronized ByteBuffer receive() throws IOException {
            await("<");
            byte[] octets = HexFormat.of().parseHex(lines.remove().substring(2));
            notifyAll();
            return ByteBuffer.wrap(octets);
        }

        @Override
        public synchronized boolean hasReceived() {
            return !lines.isEmpty() && lines.element().startsWith("<");
        }

        @Override
        public synchronized void close() {
            closed = true;
            notifyAll();
        }

        private void await(String direction) throws IOException {
            try {
                while (!closed && (lines.isEmpty() || !lines.element().startsWith(direction))) {
                    wait();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            if (closed) {
                throw new ClosedChannelException();
            }
        }
    }
}
