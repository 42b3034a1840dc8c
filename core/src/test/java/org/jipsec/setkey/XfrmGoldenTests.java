package org.jipsec.setkey;

import org.jipsec.sadb.SadbBackend;
import org.jipsec.xfrm.XfrmBackend;
import org.junit.jupiter.api.Tag;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/// `jsetkey --classic --backend xfrm`.
@Tag("kernel")
class XfrmGoldenTests extends KernelGoldens {
    @Override
    SadbBackend open(int processId) throws IOException {
        return XfrmBackend.open(processId, InstantSource.system(), Duration.ofSeconds(20));
    }
}
