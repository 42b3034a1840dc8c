package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.XfrmTrial.Part;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

class XfrmTrialTests {
    @Test
    void writesAnAlgorithmAsTheKernelReadsIt() {
        var octets =
                ByteBuffer.wrap(new Part.Authentication("hmac(sha256)", 256, 128).value())
                        .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(octets.remaining()).isEqualTo(64 + 8 + 32);
        assertThat(new String(octets.array(), 0, 13, StandardCharsets.US_ASCII))
                .isEqualTo("hmac(sha256)\0");
        assertThat(octets.getInt(64)).isEqualTo(256);
        assertThat(octets.getInt(68)).isEqualTo(128);
        assertThat(octets.get(72)).isEqualTo((byte) 1);
    }

    /// Where there is no XFRM, nothing is asked; where there is no ESP, the same is said to both.
    @Test
    @RequiresWire
    void isAnsweredEachTimeTheSameSinceItLeavesNothingBehind() throws IOException {
        try (NetworkNamespace own = NetworkNamespace.fresh()) {
            own.run(
                    () -> {
                        try (XfrmTrial trial = XfrmTrial.open()) {
                            assertThat(esp(trial)).isEqualTo(esp(trial));
                        } catch (OsException noXfrm) {
                            assertThat(noXfrm.errnoName()).isEqualTo("EPROTONOSUPPORT");
                        }
                        return true;
                    });
        }
    }

    @Test
    @RequiresWire
    void tellsThatNoKernelHasAnAlgorithmNobodyWrote() throws IOException {
        try (NetworkNamespace own = NetworkNamespace.fresh()) {
            own.run(
                    () -> {
                        try (XfrmTrial trial = XfrmTrial.open()) {
                            assertThat(
                                            trial.refusal(
                                                    IpFamily.IPV6,
                                                    50,
                                                    new Part.Encryption("cbc(nobody)", 128)))
                                    .hasValueSatisfying(
                                            refused ->
                                                    assertThat(refused.errnoName())
                                                            .isEqualTo("ENOSYS"));
                        } catch (OsException noXfrm) {
                            assertThat(noXfrm.errnoName()).isEqualTo("EPROTONOSUPPORT");
                        }
                        return true;
                    });
        }
    }

    private static String esp(XfrmTrial trial) {
        return trial.refusal(
                        IpFamily.IPV4,
                        50,
                        new Part.Encryption("cbc(aes)", 128),
                        new Part.Authentication("hmac(sha1)", 160, 96))
                .map(OsException::errnoName)
                .orElse("none");
    }
}
