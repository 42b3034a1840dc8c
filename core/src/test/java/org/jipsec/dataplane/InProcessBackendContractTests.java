package org.jipsec.dataplane;

import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

class InProcessBackendContractTests extends SadbBackendContract {
    private final SadbEngine engine =
            new SadbEngine(
                    InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)), new Random(1), 4711);

    @Override
    protected SadbBackend open() {
        return engine.backend();
    }
}
