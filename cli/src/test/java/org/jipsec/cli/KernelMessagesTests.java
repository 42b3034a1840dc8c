package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.setkey.GoldenFiles;
import org.jipsec.setkey.GoldenScript;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A kernel behind XFRM has no PF_KEY messages, yet `-v`, `-H` and `-x` show what it would say: the
/// original's, as the goldens have them.
class KernelMessagesTests {
    @TempDir static Path folder;

    @BeforeAll
    static void copyConfigurations() throws IOException {
        for (String name :
                List.of(
                        "getspi.conf",
                        "seed-transport-100.conf",
                        "seed-tunnel-100.conf",
                        "update.conf")) {
            Files.write(folder.resolve(name), GoldenFiles.octets("cli/" + name));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"cli-verbose", "cli-dump-hex", "cli-getspi", "cli-update"})
    void showsTheMessagesThatTheOriginalShowed(String name) {
        try (TestMachine machine = TestMachine.withKernel(folder, "setkey")) {
            GoldenScript.Result result =
                    new GoldenScript(GoldenFiles.text("cli/" + name + ".cmd")).run(machine);
            assertThat(GoldenFiles.masked(result.out())).isEqualTo(golden(name, "out"));
            assertThat(GoldenFiles.masked(result.err())).isEqualTo(golden(name, "err"));
        }
    }

    @Test
    void showsAsDeadWhatWasDeleted() throws IOException {
        Files.writeString(
                folder.resolve("delete.conf"),
                """
                add 10.0.0.1 10.0.0.2 esp 0x1000 -E null -A hmac-sha1 "01234567890123456789";
                delete 10.0.0.1 10.0.0.2 esp 0x1000;
                """);
        try (TestMachine machine = TestMachine.withKernel(folder, "setkey")) {
            // asked without a state, answered with that of an SA that is no more
            assertThat(machine.run("-v", "-f", "delete.conf").out())
                    .containsSubsequence(
                            "type=4", "state=0", "type=4", "spi=4096 replay=0 state=3");
        }
    }

    @Test
    void showsNoMessagesUnasked() {
        try (TestMachine machine = TestMachine.withKernel(folder, "jsetkey")) {
            assertThat(machine.run("-f", "seed-transport-100.conf").out()).isEmpty();
            assertThat(machine.run("-v", "-D").out()).contains("sadb_msg{ version=2 type=10");
            assertThat(machine.run("-D").out()).doesNotContain("sadb_msg{");
        }
    }

    private static String golden(String name, String stream) {
        return GoldenFiles.masked(GoldenFiles.text("cli/" + name + "." + stream + ".txt"));
    }
}
