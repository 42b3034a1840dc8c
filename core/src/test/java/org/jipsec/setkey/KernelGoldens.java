package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Every file of `golden/` loaded into this machine's own kernel: what is printed and what is in
/// the databases afterwards is what the original printed, and `ip xfrm`, which nobody here wrote,
/// sees in the kernel what the listings say. A subclass is a way into the kernel.
///
/// Run by `src/test/kernel-guest/backends`, in its guest.
abstract class KernelGoldens {
    private static final int OWN = 900;

    final GoldenMachine machine = GoldenMachine.overKernel(this::open);

    /// As `--classic` opens it.
    abstract SadbBackend open(int processId) throws IOException;

    /// What of a golden is otherwise over this backend, beside `golden/deviations.tsv`.
    String expected(String name, String stream, String original) {
        return GoldenDeviations.expected(name, stream, original);
    }

    /// What an SA of a listing is in truth, where the name of an algorithm hides it.
    SecurityAssociation inTheKernel(SecurityAssociation listed) {
        return listed;
    }

    @BeforeEach
    void emptyTheKernel() throws IOException {
        try (SadbBackend backend = open(OWN)) {
            backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            backend.execute(new SadbOperation.FlushPolicies());
        }
    }

    static List<String> configurations() {
        return GoldenFiles.configurations();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void printsAndInstallsWhatTheOriginalDid(String name) throws IOException {
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
        got.put("D", listing("-D"));
        got.put("DP", listing("-DP"));
        Map<String, String> expected = new TreeMap<>();
        for (String stream : got.keySet()) {
            String original = GoldenFiles.masked(GoldenFiles.text(name + "." + stream + ".txt"));
            expected.put(stream, expected(name, stream, original));
        }
        got.replaceAll((stream, text) -> GoldenFiles.masked(text));
        assertThat(got).isEqualTo(expected);
        compareWithTheWitness();
    }

    /// Those that need no more than a session.
    @ParameterizedTest(name = "{0}")
    @MethodSource("commandLines")
    void answersCommandLinesAsTheOriginalDid(String name) {
        compareCommandLine(name);
    }

    void compareCommandLine(String name) {
        GoldenScript.Result result =
                new GoldenScript(GoldenFiles.text("cli/" + name + ".cmd")).run(machine);
        Map<String, String> got = new TreeMap<>();
        got.put("out", GoldenFiles.masked(result.out()));
        got.put("err", GoldenFiles.masked(result.err()));
        got.put("rc", result.status() + "\n");
        Map<String, String> expected = new TreeMap<>();
        for (String stream : got.keySet()) {
            String original = GoldenFiles.text("cli/" + name + "." + stream + ".txt");
            expected.put(stream, expected(name, stream, GoldenFiles.masked(original)));
        }
        assertThat(got).isEqualTo(expected);
    }

    static List<String> commandLines() {
        return List.of(
                "cli-dump-empty",
                "cli-dying",
                "cli-getspi",
                "cli-kernel-mode",
                "cli-rfc-mode",
                "cli-stdin-error",
                "cli-update");
    }

    private void compareWithTheWitness() throws IOException {
        try (SadbBackend backend = open(OWN)) {
            SadbReply associations =
                    backend.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
            SadbReply policies = backend.execute(new SadbOperation.DumpPolicies());
            IpXfrm expected =
                    IpXfrm.expected(
                            ((SadbReply.Sas) associations)
                                    .snapshots().stream()
                                            .map(SaSnapshot::association)
                                            .map(this::inTheKernel)
                                            .toList(),
                            ((SadbReply.Policies) policies)
                                    .snapshots().stream().map(PolicySnapshot::policy).toList());
            IpXfrm seen = IpXfrm.ask();
            assertThat(seen.associations())
                    .containsExactlyInAnyOrderElementsOf(expected.associations());
            assertThat(seen.policies()).containsExactlyInAnyOrderElementsOf(expected.policies());
        }
    }

    private String listing(String letters) {
        StringWriter all = new StringWriter();
        PrintWriter writer = new PrintWriter(all);
        machine.run(new ByteArrayInputStream(new byte[0]), writer, writer, List.of(letters));
        return all.toString();
    }
}
