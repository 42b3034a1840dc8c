package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.PfkeyDump;
import org.jipsec.pfkey.PfkeyMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Every file of `golden/`: what it prints, what it leaves in the databases. A golden that
/// `golden/deviations.tsv` names differs exactly as it says there; all others not by an octet.
class ClassicGoldenTests {
    static List<String> configurations() {
        return GoldenFiles.configurations();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void printsAndInstallsWhatTheOriginalDid(String name) {
        try (GoldenMachine machine = GoldenMachine.direct()) {
            compare(machine, name);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void doesSoOverPfkey(String name) {
        try (GoldenMachine machine = GoldenMachine.overPfkey()) {
            compare(machine, name);
        }
    }

    private static void compare(GoldenMachine machine, String name) {
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
                "cli-dump-hex",
                "cli-dying",
                "cli-getspi",
                "cli-kernel-mode",
                "cli-rfc-mode",
                "cli-stdin-error",
                "cli-update",
                "cli-verbose"
            })
    void answersCommandLinesAsTheOriginalDid(String name) {
        try (GoldenMachine machine = GoldenMachine.overPfkey()) {
            compareCommandLine(machine, name);
        }
    }

    /// `monitor*.cmd`: what the messages of the commands in their brackets look like to a listener.
    @ParameterizedTest
    @CsvSource({"monitor, false", "monitor-H, true"})
    void showsAListenerTheMessagesOfTheOriginal(String name, boolean hex)
            throws IOException, InterruptedException {
        StringBuilder seen = new StringBuilder();
        String expected = golden(name, "out");
        // a service that ends need not wait for its listeners: so we do
        CountDownLatch told = new CountDownLatch(expected.split("CLOCK", -1).length - 1);
        try (GoldenMachine machine = GoldenMachine.overPfkey();
                PfkeyMonitor monitor = PfkeyMonitor.open(machine.connect(), 999)) {
            Thread listener = Thread.ofPlatform().start(() -> listen(monitor, hex, seen, told));
            new GoldenScript("setkey -f seed-tunnel-fwd.conf; setkey -D; setkey -F; setkey -FP")
                    .run(machine);
            assertThat(told.await(1, TimeUnit.MINUTES)).as("all messages came").isTrue();
            machine.close();
            listener.join();
        }
        assertThat(GoldenFiles.masked(seen.toString())).isEqualTo(expected);
    }

    private static void listen(
            PfkeyMonitor monitor, boolean hex, StringBuilder seen, CountDownLatch told) {
        try {
            for (ByteBuffer message = monitor.next(); message != null; message = monitor.next()) {
                show(message, hex, seen);
                told.countDown();
            }
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    /// Appends what `-x` prints of a message.
    static void show(ByteBuffer message, boolean hex, StringBuilder seen) {
        seen.append("12:00:00.000000 \n");
        seen.append(hex ? PfkeyDump.hex(message) : "");
        boolean wrapped = message.get(message.position() + 1) == 11; // SADB_X_PROMISC
        int skip = wrapped ? 16 : 0;
        if (message.remaining() > skip) {
            int from = message.position() + skip;
            ByteBuffer inner = message.slice(from, message.limit() - from);
            seen.append(PfkeyDump.text(inner)).append('\n');
        }
    }

    private static void compareCommandLine(GoldenMachine machine, String name) {
        GoldenScript.Result result =
                new GoldenScript(GoldenFiles.text("cli/" + name + ".cmd")).run(machine);
        assertThat(GoldenFiles.masked(result.out())).isEqualTo(golden(name, "out"));
        assertThat(GoldenFiles.masked(result.err())).isEqualTo(golden(name, "err"));
        assertThat(result.status() + "\n").isEqualTo(golden(name, "rc"));
    }

    private static String golden(String name, String stream) {
        String original = GoldenFiles.text("cli/" + name + "." + stream + ".txt");
        return GoldenDeviations.expected(name, stream, GoldenFiles.masked(original));
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
