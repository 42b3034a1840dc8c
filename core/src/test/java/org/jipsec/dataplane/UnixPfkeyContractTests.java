package org.jipsec.dataplane;

import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.UnixPfkeyChannel;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

class UnixPfkeyContractTests extends SadbBackendContract {
    private final KeyService service =
            new KeyService(
                    new SadbEngine(
                                    InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)),
                                    new Random(1),
                                    4711)
                            .backend());
    private @TempDir Path folder;
    private @Nullable KeyServiceSocket socket;
    private int processId = 100;

    @Override
    protected SadbBackend open() throws IOException {
        Path path = folder.resolve("pfkey.sock");
        if (socket == null) {
            socket = KeyServiceSocket.open(service, path);
        }
        return PfkeyBackend.open(
                UnixPfkeyChannel.connect(path),
                processId++,
                PfkeyBackend.Peer.SERVICE,
                Duration.ofSeconds(20));
    }

    @AfterEach
    void closeService() throws IOException {
        if (socket != null) {
            socket.close();
        }
        service.close();
    }
}
