package org.jipsec.pfkey;

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
import java.util.Optional;

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

    /// Neither the flags nor the peer's original address are in Linux's answers.
    @Override
    protected SecurityAssociation told(SecurityAssociation added) {
        SecurityAssociation.Builder told = added.toBuilder().flags(SaFlags.NONE);
        added.encapsulation()
                .map(
                        nat ->
                                new UdpEncapsulation(
                                        nat.sourcePort(),
                                        nat.destinationPort(),
                                        Optional.empty(),
                                        0))
                .ifPresent(told::encapsulation);
        return told.build();
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
