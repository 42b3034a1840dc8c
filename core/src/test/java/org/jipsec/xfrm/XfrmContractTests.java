package org.jipsec.xfrm;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbBackendContract;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
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

    /// Of the flags Linux has one.
    @Override
    protected SecurityAssociation told(SecurityAssociation added) {
        boolean isCyclic = added.flags().has(SaFlags.CYCLIC_SEQUENCE);
        return added.toBuilder()
                .flags(isCyclic ? new SaFlags(SaFlags.CYCLIC_SEQUENCE) : SaFlags.NONE)
                .build();
    }

    @Override
    protected boolean canHave(SecurityAssociation association) {
        boolean isCut =
                association.encapsulation().map(UdpEncapsulation::fragmentSize).orElse(0) != 0;
        return !isCut && super.canHave(association);
    }

    @BeforeEach
    void emptyTheKernel() throws IOException {
        backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        backend.execute(new SadbOperation.FlushPolicies());
    }
}
