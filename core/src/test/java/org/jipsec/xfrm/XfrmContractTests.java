package org.jipsec.xfrm;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;
import org.jipsec.sadb.SadbOperation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/// The kernel's XFRM: run by `src/test/kernel-guest/backends`, in its guest.
@Tag("kernel")
class XfrmContractTests extends SadbBackendContract {
    @Override
    protected SadbBackend open() throws IOException {
        return XfrmBackend.open(100, InstantSource.system(), Duration.ofSeconds(20));
    }

    @BeforeEach
    void emptyTheKernel() throws IOException {
        backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        backend.execute(new SadbOperation.FlushPolicies());
    }
}
