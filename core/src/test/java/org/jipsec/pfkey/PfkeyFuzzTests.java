package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.wire.WireException;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// Any octets at all. Without JAZZER_FUZZ=1 the messages of the kernel are tried, and one of each
/// extension.
class PfkeyFuzzTests {
    static List<byte[]> seeds() throws java.net.UnknownHostException {
        List<byte[]> seeds =
                new java.util.ArrayList<>(
                        KernelMessages.all().stream().map(KernelMessages.Seen::octets).toList());
        for (PfkeyExtension extension : PfkeyCodecTests.everyExtension()) {
            seeds.add(
                    PfkeyCodec.encode(PfkeyMessage.of(MessageType.ADD, 3, 0, 1, List.of(extension)))
                            .array());
        }
        for (SadbOperation operation : PfkeyMappingTests.operations()) {
            seeds.add(PfkeyCodec.encode(PfkeyRequests.message(operation, 0, 1)).array());
        }
        for (SadbEvent event : PfkeyMappingTests.events()) {
            seeds.add(
                    PfkeyCodec.encode(PfkeyEvents.message(event, Capabilities.userspace()))
                            .array());
        }
        return seeds;
    }

    /// What can be read can be written, and reads the same then; what means something, means the
    /// same when it is said again.
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "200s")
    void readsWhatItWroteOrRefuses(byte @NotNull [] octets) {
        PfkeyMessage message;
        try {
            message = PfkeyCodec.decode(ByteBuffer.wrap(octets));
        } catch (WireException refused) {
            return;
        }
        PfkeyMessage again = decoded(PfkeyCodec.encode(message));
        assertThat(again).isEqualTo(message);
        Optional<SadbOperation> operation = operation(message);
        if (operation.isPresent()) {
            PfkeyMessage said = PfkeyRequests.message(operation.get(), 0, 1);
            assertThat(operation(said)).isEqualTo(operation);
        }
        Optional<SadbEvent> event = event(message);
        if (event.isPresent()) {
            PfkeyMessage told = PfkeyEvents.message(event.get(), Capabilities.userspace());
            assertThat(PfkeyCodec.octets(told)).isPositive();
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void printsAnything(byte @NotNull [] octets) {
        ByteBuffer message = ByteBuffer.wrap(octets);
        assertThat(PfkeyDump.text(message)).startsWith("sadb_msg{ version=");
        assertThat(PfkeyDump.hex(message)).endsWith("\n");
        assertThat(message.remaining()).isEqualTo(octets.length);
        if (octets.length >= PfkeyCodec.HEADER) {
            assertThat(PfkeyCodec.withoutPrivate(message).remaining())
                    .isLessThanOrEqualTo(octets.length);
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsAnyFile(byte @NotNull [] octets) {
        try {
            PfkeyDumpFile file = PfkeyDumpFile.read(ByteBuffer.wrap(octets));
            assertThat(file.entries().size()).isLessThanOrEqualTo(octets.length / 16 + 1);
        } catch (WireException shorterThanAHeader) {
            assertThat(octets.length).isLessThan(PfkeyCodec.HEADER);
        }
    }

    private static Optional<SadbOperation> operation(PfkeyMessage message) {
        try {
            return Optional.of(PfkeyRequests.operation(message));
        } catch (RefusalException refused) {
            return Optional.empty();
        }
    }

    private static Optional<SadbEvent> event(PfkeyMessage message) {
        try {
            return PfkeyEvents.event(message);
        } catch (RefusalException refused) {
            return Optional.empty();
        }
    }

    private static PfkeyMessage decoded(ByteBuffer octets) {
        try {
            return PfkeyCodec.decode(octets);
        } catch (WireException wrong) {
            throw new AssertionError(wrong);
        }
    }
}
