package org.jipsec.setkey;

import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.KernelPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Tag;

import java.io.IOException;
import java.time.Duration;

/// `jsetkey --classic --backend pfkey`.
@Tag("kernel")
class AfKeyGoldenTests extends KernelGoldens {
    @Override
    SadbBackend open(int processId) throws IOException {
        return PfkeyBackend.open(
                KernelPfkeyChannel.open(),
                processId,
                Dialect.LINUX_AS_SETKEY,
                Duration.ofSeconds(20));
    }

    @Override
    SecurityAssociation inTheKernel(SecurityAssociation listed) {
        return listed.authentication() == AuthAlgorithm.HMAC_SHA256
                ? listed.toBuilder()
                        .authentication(AuthAlgorithm.HMAC_SHA256_96, listed.authenticationKey())
                        .build()
                : listed;
    }
}
