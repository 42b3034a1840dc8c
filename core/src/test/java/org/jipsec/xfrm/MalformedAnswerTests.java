package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Recorded messages with octets changed, cut off or added: an answer may be refused, and nothing
/// else than an [IOException] comes of it.
class MalformedAnswerTests {
    private static final int PORT = 77;
    private static final int ROUNDS = 20_000;

    private final Random random = new Random(20261123);
    private final List<byte[]> recorded = Recorded.datagrams();

    private static final List<SadbOperation> OPERATIONS =
            List.of(
                    new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                    new SadbOperation.DumpPolicies(),
                    new SadbOperation.GetSa(
                            new SaReference(
                                    Recorded.end("10.1.0.1"),
                                    Recorded.end("10.2.0.1"),
                                    IpsecProtocol.ESP,
                                    new Spi(0x1001),
                                    SaMode.ANY)),
                    new SadbOperation.GetPolicyById(8, Direction.IN),
                    new SadbOperation.ReserveSpi(
                            Recorded.end("10.1.0.1"),
                            Recorded.end("10.2.0.1"),
                            IpsecProtocol.ESP,
                            SaMode.TUNNEL,
                            0,
                            new Spi(256),
                            new Spi(300)),
                    new SadbOperation.FlushSas(IpsecProtocol.ESP));

    @Test
    void endAnOperationOrAreRefused() {
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            SadbOperation operation = OPERATIONS.get(i % OPERATIONS.size());
            try (XfrmBackend backend = backend(new ScriptedKernel(PORT, this::answerAnything))) {
                backend.execute(operation);
            } catch (IOException wrong) {
                refused++;
            }
        }
        assertThat(refused).isBetween(ROUNDS / 20, ROUNDS);
    }

    /// Something that may be meant for the request, then an end.
    private void answerAnything(NetlinkAnswer request, ScriptedKernel kernel) {
        kernel.say(aimed(mutated(), request.sequence()));
        kernel.say(kernel.done(request));
        kernel.acknowledge(request);
    }

    @Test
    void areNewsOfWhichOnlyADumpTells() throws IOException {
        List<SadbEvent> heard = new ArrayList<>();
        KnownEntries known =
                new KnownEntries(new OwnChanges(), InstantSource.fixed(Instant.EPOCH), heard::add);
        Notifications notifications =
                new Notifications(
                        known, new OwnChanges(), InstantSource.fixed(Instant.EPOCH), heard::add);
        int wrong = 0;
        for (int i = 0; i < ROUNDS; i++) {
            try {
                for (NetlinkAnswer answer : NetlinkAnswer.split(ByteBuffer.wrap(mutated()))) {
                    notifications.take(answer, random.nextBoolean());
                }
            } catch (WireException unintelligible) {
                wrong++;
            }
        }
        assertThat(wrong).isBetween(ROUNDS / 20, ROUNDS);
        assertThat(heard).isNotEmpty();
    }

    private byte[] mutated() {
        byte[] octets = recorded.get(random.nextInt(recorded.size())).clone();
        int changes = random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(octets.length);
            octets[at] =
                    switch (random.nextInt(4)) {
                        case 0 -> (byte) 0xff;
                        case 1 -> 0;
                        case 2 -> (byte) (octets[at] ^ 1 << random.nextInt(8));
                        default -> (byte) random.nextInt();
                    };
        }
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(octets, random.nextInt(octets.length));
            case 1 -> Arrays.copyOf(octets, octets.length + random.nextInt(40));
            default -> octets;
        };
    }

    /// Gives all messages that can be told apart the sequence number and port that are waited for.
    private static byte[] aimed(byte[] datagram, int sequence) {
        ByteBuffer out = ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at + 16 <= datagram.length) {
            int length = out.getInt(at);
            out.putInt(at + 8, sequence).putInt(at + 12, PORT);
            if (length < 16 || length > datagram.length - at) {
                break;
            }
            at += (length + 3) & ~3;
        }
        return datagram;
    }

    private static XfrmBackend backend(ScriptedKernel kernel) {
        return new XfrmBackend(
                kernel,
                new ScriptedKernel(PORT + 1, (_, _) -> {}),
                new KernelFacts(false, Optional.empty()),
                1,
                InstantSource.fixed(Instant.EPOCH),
                Duration.ofMillis(1));
    }
}
