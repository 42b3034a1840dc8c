package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Every file of `golden/`: what it prints, what it leaves in the databases. A golden that
/// `golden/deviations.tsv` names differs exactly as it says there; all others not by an octet.
class ClassicGoldenTests {
    static List<String> configurations() {
        return GoldenFiles.configurations();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void printsAndInstallsWhatTheOriginalDid(String name) {
        GoldenMachine machine = new GoldenMachine();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                machine.runFile(
                        name + ".conf",
                        GoldenFiles.text(name + ".conf"),
                        ClassicSettings.DEFAULT,
                        new PrintWriter(out),
                        new PrintWriter(err));
        Map<String, String> got = new TreeMap<>();
        got.put("out", out.toString());
        got.put("err", err.toString());
        got.put("rc", status + "\n");
        got.put("D", listing(machine, "-D"));
        got.put("DP", listing(machine, "-DP"));
        Map<String, String> expected = new TreeMap<>();
        for (String stream : got.keySet()) {
            String original = GoldenFiles.masked(GoldenFiles.text(name + "." + stream + ".txt"));
            expected.put(stream, GoldenDeviations.expected(name, stream, original));
        }
        got.replaceAll((stream, text) -> GoldenFiles.masked(text));
        assertThat(got).isEqualTo(expected);
    }

    /// Those that need no more than a session; the others run through the command.
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "cli-dry",
                "cli-dry-verbose",
                "cli-dump-empty",
                "cli-dying",
                "cli-getspi",
                "cli-kernel-mode",
                "cli-rfc-mode",
                "cli-stdin-error",
                "cli-update"
            })
    void answersCommandLinesAsTheOriginalDid(String name) {
        GoldenScript.Result result =
                new GoldenScript(GoldenFiles.text("cli/" + name + ".cmd")).run(new GoldenMachine());
        assertThat(GoldenFiles.masked(result.out())).isEqualTo(golden(name, "out"));
        assertThat(GoldenFiles.masked(result.err())).isEqualTo(golden(name, "err"));
        assertThat(result.status() + "\n").isEqualTo(golden(name, "rc"));
    }

    private static String golden(String name, String stream) {
        return GoldenFiles.masked(GoldenFiles.text("cli/" + name + "." + stream + ".txt"));
    }

    @Test
    void everyDeviationIsInTheTable() {
        assertThat(GoldenDeviations.ids())
                .allSatisfy(
                        id ->
                                assertThat(ClassicDeviations.all())
                                        .anySatisfy(row -> assertThat(row.id()).isEqualTo(id)));
    }

    private static String listing(GoldenMachine machine, String letters) {
        StringWriter all = new StringWriter();
        PrintWriter writer = new PrintWriter(all);
        machine.run(new ByteArrayInputStream(new byte[0]), writer, writer, List.of(letters));
        return all.toString();
    }
}
