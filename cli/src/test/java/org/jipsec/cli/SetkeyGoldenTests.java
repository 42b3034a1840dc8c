package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.setkey.GoldenDeviations;
import org.jipsec.setkey.GoldenFiles;
import org.jipsec.setkey.GoldenScript;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Every command line of `golden/cli`, through the whole program: options, session, PF_KEY, key
/// service, databases.
class SetkeyGoldenTests {
    @TempDir static Path folder;

    static List<String> commandLines() {
        return List.of(
                "cli-badopt",
                "cli-dry",
                "cli-dry-verbose",
                "cli-dump-empty",
                "cli-dump-hex",
                "cli-dying",
                "cli-getspi",
                "cli-help",
                "cli-kernel-mode",
                "cli-missing-file",
                "cli-noargs",
                "cli-nonoption-file",
                "cli-rfc-mode",
                "cli-stdin-error",
                "cli-update",
                "cli-verbose",
                "cli-version");
    }

    @BeforeAll
    static void copyConfigurations() throws IOException {
        for (String name :
                List.of(
                        "dying.conf",
                        "err-command.conf",
                        "getspi.conf",
                        "seed-transport-100.conf",
                        "seed-tunnel-100.conf",
                        "seed-tunnel-fwd.conf",
                        "update.conf")) {
            Files.write(folder.resolve(name), GoldenFiles.octets("cli/" + name));
        }
    }

    /// All but the one whose text comes from the resolver of the machine: ClassicGoldenTests has
    /// it.
    static List<String> configurations() {
        return GoldenFiles.configurations().stream()
                .filter(name -> !name.equals("err-bad-address"))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void loadsAFileAsTheOriginalDid(String name) throws IOException {
        Files.write(folder.resolve(name + ".conf"), GoldenFiles.octets(name + ".conf"));
        try (TestMachine machine = new TestMachine(folder, "setkey")) {
            GoldenScript.Result loaded =
                    new GoldenScript("setkey -f " + name + ".conf").run(machine);
            GoldenScript.Result associations = new GoldenScript("setkey -D").run(machine);
            GoldenScript.Result policies = new GoldenScript("setkey -DP").run(machine);
            Map<String, String> got =
                    Map.of(
                            "out", GoldenFiles.masked(loaded.out()),
                            "err", GoldenFiles.masked(loaded.err()),
                            "rc", loaded.status() + "\n",
                            "D", GoldenFiles.masked(associations.out() + associations.err()),
                            "DP", GoldenFiles.masked(policies.out() + policies.err()));
            assertThat(got)
                    .allSatisfy(
                            (stream, text) ->
                                    assertThat(text).as(stream).isEqualTo(file(name, stream)));
        }
    }

    private static String file(String name, String stream) {
        String original = GoldenFiles.text(name + "." + stream + ".txt");
        return GoldenDeviations.expected(name, stream, GoldenFiles.masked(original));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commandLines")
    void answersAsTheOriginalDid(String name) {
        try (TestMachine machine = new TestMachine(folder, "setkey")) {
            if (name.equals("cli-nonoption-file")) {
                // Left by the run before it, when the golden was made.
                machine.run("-f", "err-command.conf");
                machine.feed(after("add 10.0.0.1 10.0.0.2 esp 0x100 -E 3des-cbc "), "-c");
            }
            GoldenScript.Result result =
                    new GoldenScript(GoldenFiles.text("cli/" + name + ".cmd")).run(machine);
            assertThat(GoldenFiles.masked(result.out())).isEqualTo(golden(name, "out"));
            assertThat(GoldenFiles.masked(result.err())).isEqualTo(golden(name, "err"));
            assertThat(result.status() + "\n").isEqualTo(golden(name, "rc"));
        }
    }

    private static String after(String start) {
        return start + "0x7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831;\n";
    }

    private static String golden(String name, String stream) {
        return GoldenFiles.masked(GoldenFiles.text("cli/" + name + "." + stream + ".txt"));
    }
}
