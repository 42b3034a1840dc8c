package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

import org.jipsec.pfkey.KernelMessages;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/// Any messages at all, one behind the other, from one client of the service. Without
/// JAZZER_FUZZ=1 those of the kernel are tried.
class KeyServiceFuzzTests {
    static List<byte[]> seeds() {
        List<byte[]> seeds =
                new java.util.ArrayList<>(
                        KernelMessages.all().stream().map(KernelMessages.Seen::octets).toList());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        seeds.forEach(all::writeBytes);
        seeds.add(all.toByteArray());
        return seeds;
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "280s")
    void answersOrRefusesAndKeepsWhatItRefusedOut(byte @NotNull [] octets) {
        SadbEngine engine = new SadbEngine(new VirtualClock(), new Random(1), 4711);
        try (KeyService service = new KeyService(engine.backend())) {
            KeyServiceClient client = service.attachUnserved(MemoryPfkeyChannel.pair().service());
            KeyServiceClient onlooker = service.attachUnserved(MemoryPfkeyChannel.pair().service());
            onlooker.promiscuous = true;
            ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
            while (in.remaining() >= 16) {
                int length = (in.getShort(in.position() + 4) & 0xffff) * 8;
                if (length < 16 || length > in.remaining()) {
                    break;
                }
                List<Object> before = contents(engine);
                long queued = client.queuedOctets();
                service.handle(client, in.slice(in.position(), length));
                if (isRefused(client, queued)) {
                    assertThat(contents(engine)).isEqualTo(before);
                }
                in.position(in.position() + length);
            }
            assertThat(onlooker.queuedOctets()).isLessThanOrEqualTo(KeyServiceClient.LIMIT);
        }
    }

    /// A refusal is a header, and perhaps a reason, with an errno.
    private static boolean isRefused(KeyServiceClient client, long queuedBefore) {
        byte[] last = client.lastQueued();
        return client.queuedOctets() > queuedBefore && last != null && last[2] != 0;
    }

    private static List<Object> contents(SadbEngine engine) {
        SadbReply associations = engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        return List.of(associations, engine.execute(new SadbOperation.DumpPolicies()));
    }
}
