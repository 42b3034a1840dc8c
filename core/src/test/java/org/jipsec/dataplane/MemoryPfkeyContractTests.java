package org.jipsec.dataplane;

import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;
import org.junit.jupiter.api.AfterEach;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

class MemoryPfkeyContractTests extends SadbBackendContract {
    private final KeyService service =
            new KeyService(
                    new SadbEngine(
                                    InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)),
                                    new Random(1),
                                    4711)
                            .backend());
    private int processId = 100;

    @Override
    protected SadbBackend open() throws IOException {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        return PfkeyBackend.open(
                pair.client(), processId++, PfkeyBackend.Peer.SERVICE, Duration.ofSeconds(20));
    }

    @AfterEach
    void closeService() {
        service.close();
    }
}
