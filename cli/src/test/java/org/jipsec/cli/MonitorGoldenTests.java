package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.PfkeyDump;
import org.jipsec.setkey.GoldenFiles;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `golden/cli/monitor` and `monitor-H` by the command itself: it listens while others load a file,
/// list it and flush.
class MonitorGoldenTests {
    private static final Pattern TIME = Pattern.compile("(?m)^\\d\\d:\\d\\d:\\d\\d\\.\\d{6} \n");
    private static final Pattern HEX_LINE = Pattern.compile("(?m)^[0-9a-f]{8}: (.*)\n");

    @TempDir private Path folder;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"-x", "--classic -x", "-H -x", "--classic -H -x"})
    @Timeout(120)
    void hearsWhatTheOriginalHeard(String options) throws Exception {
        boolean hex = options.contains("-H");
        List<String> golden =
                blocks(GoldenFiles.text(hex ? "cli/monitor-H.out.txt" : "cli/monitor.out.txt"));
        Files.write(
                folder.resolve("seed-tunnel-fwd.conf"),
                GoldenFiles.octets("cli/seed-tunnel-fwd.conf"));
        List<String> heard = blocks(monitored(golden.size(), options.split(" ")));
        assertThat(heard.stream().map(MonitorGoldenTests::masked))
                .containsExactlyElementsOf(
                        golden.stream().map(MonitorGoldenTests::masked).toList());
        for (int i = 0; hex && i < golden.size(); i++) {
            assertThat(shape(heard.get(i))).isEqualTo(shape(golden.get(i)));
            assertShowsItsOctets(heard.get(i));
        }
    }

    private String monitored(int messages, String... options) throws Exception {
        try (TestMachine machine = new TestMachine(folder, "jsetkey")) {
            machine.rounds = messages;
            Listening out = new Listening();
            CompletableFuture<Integer> monitor =
                    CompletableFuture.supplyAsync(
                            () ->
                                    machine.run(
                                            InputStream.nullInputStream(),
                                            new PrintWriter(out),
                                            new PrintWriter(Writer.nullWriter()),
                                            List.of(options)),
                            Thread::startVirtualThread);
            out.begun.await();
            machine.run("--classic", "-f", "seed-tunnel-fwd.conf");
            machine.run("--classic", "-D");
            machine.run("--classic", "-F");
            machine.run("--classic", "-FP");
            assertThat(monitor.get(60, TimeUnit.SECONDS)).isZero();
            return out.text();
        }
    }

    /// Knows when the echoes of the monitor's own wish have been printed: then it hears the others.
    private static final class Listening extends Writer {
        private final StringWriter text = new StringWriter();
        private final CountDownLatch begun = new CountDownLatch(2);

        @Override
        public void write(char[] characters, int offset, int length) {
            synchronized (lock) {
                text.write(characters, offset, length);
            }
            begun.countDown();
        }

        String text() {
            synchronized (lock) {
                return text.toString();
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /// What stands behind each time.
    private static List<String> blocks(String output) {
        List<String> blocks = new ArrayList<>(List.of(TIME.split(output, -1)));
        assertThat(blocks.removeFirst()).isEmpty();
        return blocks;
    }

    /// The text alone, without what differs from run to run and which algorithms there are.
    private static String masked(String block) {
        return HEX_LINE.matcher(block)
                .replaceAll("")
                .replaceAll("pid=\\d+", "pid=P")
                .replaceAll("addtime=\\d{10}", "addtime=T")
                .replaceAll(" id=[0-9a-f]+ priority", " id=I priority")
                .replaceAll("(?m)^  \\{ id=.*\n", "")
                .replaceAll("(type=7 .*\n  len=)\\d+", "$1L")
                .replaceAll("ext\\{ len=\\d+ type=1([45]) ", "ext{ len=L type=1$1 ");
    }

    /// How many octets a message has; of those that list algorithms, whether it has any.
    private static int shape(String block) {
        int octets = octets(block).length;
        return block.contains("sadb_sup{") ? Integer.signum(octets) : octets;
    }

    private static void assertShowsItsOctets(String block) {
        byte[] octets = octets(block);
        String text = HEX_LINE.matcher(block).replaceAll("");
        boolean promiscuous = octets[1] == 11;
        assertThat(promiscuous ? "" : PfkeyDump.text(ByteBuffer.wrap(octets)) + "\n")
                .isEqualTo(text);
    }

    private static byte[] octets(String block) {
        StringBuilder digits = new StringBuilder();
        Matcher lines = HEX_LINE.matcher(block);
        while (lines.find()) {
            digits.append(lines.group(1).replace(" ", ""));
        }
        return HexFormat.of().parseHex(digits);
    }
}
