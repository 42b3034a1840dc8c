package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.Dialect;
import org.jipsec.pfkey.KernelPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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

    @ParameterizedTest
    @ValueSource(strings = {"cli-dump-hex", "cli-verbose"})
    void showsItsMessagesAsTheOriginalDid(String name) {
        compareCommandLine(name);
    }

    /// Here the kernel lists its algorithms itself, so there is no deviation.
    @ParameterizedTest
    @CsvSource({"monitor, false", "monitor-H, true"})
    void showsAListenerTheMessagesOfTheOriginal(String name, boolean hex) throws Exception {
        String expected = GoldenFiles.masked(GoldenFiles.text("cli/" + name + ".out.txt"));
        int messages = expected.split("CLOCK", -1).length - 1;
        try (PfkeyMonitor monitor = PfkeyMonitor.open(KernelPfkeyChannel.open(), 999)) {
            CompletableFuture<String> shown =
                    CompletableFuture.supplyAsync(() -> shown(monitor, messages, hex));
            new GoldenScript("setkey -f seed-tunnel-fwd.conf; setkey -D; setkey -F; setkey -FP")
                    .run(machine);
            assertThat(GoldenFiles.masked(shown.get(1, TimeUnit.MINUTES))).isEqualTo(expected);
        }
    }

    private static String shown(PfkeyMonitor monitor, int messages, boolean hex) {
        StringBuilder seen = new StringBuilder();
        try {
            for (int i = 0; i < messages; i++) {
                ClassicGoldenTests.show(Objects.requireNonNull(monitor.next()), hex, seen);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return seen.toString();
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
