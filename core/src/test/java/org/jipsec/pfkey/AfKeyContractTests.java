package org.jipsec.pfkey;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;
import org.jipsec.sadb.SadbOperation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

import java.io.IOException;
import java.time.Duration;

/// The kernel's own PF_KEY: run by `src/test/kernel-guest/backends`, in its guest.
@Tag("kernel")
class AfKeyContractTests extends SadbBackendContract {
    private int processId = 100;

    @Override
    protected SadbBackend open() throws IOException {
        return PfkeyBackend.open(
                KernelPfkeyChannel.open(),
                processId++,
                PfkeyBackend.Peer.KERNEL,
                Duration.ofSeconds(20));
    }

    @BeforeEach
    void emptyTheKernel() throws IOException {
        backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        backend.execute(new SadbOperation.FlushPolicies());
    }
}
