package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.KernelPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.xfrm.XfrmBackend;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// What the kernel really says to what it refuses, without the checker in front of it: run by
/// `src/test/kernel-guest/backends`, in its guest.
@Tag("kernel")
class KernelRefusalTests {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// What is there before.
    private static final List<String> BEFORE = List.of("add", "spdadd", "reserve-one");

    private static SadbBackend open(String backend) throws IOException {
        return backend.equals("xfrm")
                ? XfrmBackend.open(100, InstantSource.system(), PATIENCE)
                : PfkeyBackend.open(
                        KernelPfkeyChannel.open(), 100, PfkeyBackend.Peer.KERNEL, PATIENCE);
    }

    @ParameterizedTest(name = "{0} over {1}: {2}, which is {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    add              | xfrm  | EEXIST | SA_EXISTS
                    add              | pfkey | EEXIST | SA_EXISTS
                    update-other     | xfrm  | ESRCH  | SA_ABSENT
                    update-other     | pfkey | ESRCH  | SA_ABSENT
                    delete-other     | xfrm  | ESRCH  | SA_ABSENT
                    delete-other     | pfkey | ESRCH  | SA_ABSENT
                    get-other        | xfrm  | ESRCH  | SA_ABSENT
                    get-other        | pfkey | ESRCH  | SA_ABSENT
                    spdadd           | xfrm  | EEXIST | POLICY_EXISTS
                    spdadd           | pfkey | EEXIST | POLICY_EXISTS
                    spddelete-other  | xfrm  | ENOENT | POLICY_ABSENT
                    spddelete-other  | pfkey | ENOENT | POLICY_ABSENT
                    reserve-one      | xfrm  | ENOENT | SPI_EXHAUSTED
                    reserve-one      | pfkey | ENOENT | SPI_EXHAUSTED
                    add-ah-cipher    | xfrm  | EINVAL | AH_ENCRYPTS
                    add-ah-bare      | xfrm  | EINVAL | AH_WITHOUT_AUTHENTICATION
                    add-ah-bare      | pfkey | EINVAL | AH_WITHOUT_AUTHENTICATION
                    add-esp-bare     | xfrm  | EINVAL | ESP_WITHOUT_CIPHER
                    add-esp-bare     | pfkey | EINVAL | ESP_WITHOUT_CIPHER
                    add-aead-mac     | xfrm  | EINVAL | AEAD_WITH_AUTHENTICATION
                    add-ipcomp-large | xfrm  | EINVAL | CPI_RANGE
                    add-ah-udp       | xfrm  | EINVAL | AS_TOLD
                    add-ah-udp       | pfkey | EINVAL | ENCAPSULATION
                    add-esn-bare     | xfrm  | EINVAL | WINDOW_MISSING
                    add-half         | xfrm  | EINVAL | AS_TOLD
                    add-half         | pfkey | EINVAL | LIFETIME_HALF
                    add-short-key    | xfrm  | EINVAL | PARAMETER
                    spdadd-optional  | xfrm  | EINVAL | OPTIONAL_TUNNEL
                    spdadd-optional  | pfkey | EINVAL | OPTIONAL_TUNNEL
                    spdadd-many      | xfrm  | EINVAL | RULES_TOO_MANY
                    spdadd-many      | pfkey | ELOOP  | RULES_TOO_MANY
                    """)
    void saysWhatTheTableExpects(String name, String backend, String errno, String cause)
            throws IOException {
        try (SadbBackend kernel = open(backend)) {
            kernel.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            kernel.execute(new SadbOperation.FlushPolicies());
            for (String before : BEFORE) {
                kernel.execute(RefusalTests.operation(before));
            }
            SadbOperation operation = RefusalTests.operation(name);
            SadbReply reply = kernel.execute(operation);
            assertThat(reply).isInstanceOf(SadbReply.Refused.class);
            SadbReply.Refused refused = (SadbReply.Refused) reply;
            RefusedCase whole = new RefusedCase(operation, refused, backend, KernelFacts.NONE);
            assertThat(refused.errno() + " " + RefusalTable.cause(whole))
                    .as(refused.why())
                    .isEqualTo(errno + " " + cause);
        }
    }
}
