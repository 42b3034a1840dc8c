package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Files that people wrote for setkey, and what 0.8.2 on Linux said to them over an empty kernel
/// (`corpus/INDEX.tsv`).
///
/// The index has the messages of the tarball, `line 3: TEXT at [TOKEN]`; the goldens, and so we,
/// have Debian's, `setkey: FILE,3: TEXT at `TOKEN'`.
class ClassicCorpusTests {
    /// @param message what was said first; empty for nothing
    record Entry(String file, String verdict, String message) {
        @Override
        public String toString() {
            return file;
        }
    }

    static List<Entry> corpus() {
        return resource("INDEX.tsv")
                .lines()
                .map(line -> line.split("\t", -1))
                .filter(cell -> cell[0].startsWith("setkey/"))
                .map(cell -> new Entry(cell[0], cell[5], cell[6]))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void givesTheVerdictOfTheOriginal(Entry entry) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        ClassicHost host =
                new ClassicHost(
                        GoldenMachine.NAMES,
                        InstantSource.fixed(Instant.EPOCH),
                        ZoneOffset.UTC,
                        () -> false);
        int status =
                new ClassicSession(
                                new EmptyKernel(),
                                ClassicTrace.NONE,
                                host,
                                ClassicSettings.DEFAULT,
                                new PrintWriter(out),
                                new PrintWriter(err))
                        .runFile("F", resource(entry.file()));
        assertThat(status).isEqualTo(entry.verdict().equals("valid") ? 0 : 1);
        assertThat(out.toString()).isEmpty();
        String trimmed = err.toString().replaceAll("\n[ \t]+", "\n"); // as the index has it
        assertThat(trimmed).isEqualTo(expected(entry.message()));
    }

    private static String expected(String message) {
        StringBuilder text = new StringBuilder();
        String joined = message.replace(" ipsec / esp", " ipsec\nesp");
        for (String line : joined.split(" / ", -1)) {
            text.append(translated(line));
        }
        return text.toString();
    }

    private static final Pattern AT =
            Pattern.compile("line (\\d+): (.*) at \\[(.*)]", Pattern.DOTALL);
    private static final Pattern FAILED = Pattern.compile("parse failed, line (\\d+)\\.");
    private static final Pattern RESULT = Pattern.compile("The result of line (\\d+): (.*)\\.");

    private static String translated(String line) {
        Matcher at = AT.matcher(line);
        if (at.matches()) {
            return "setkey: F," + at.group(1) + ": " + at.group(2) + " at `" + shown(at) + "'\n";
        }
        Matcher failed = FAILED.matcher(line);
        if (failed.matches()) {
            return "setkey: F," + failed.group(1) + ": parse failed\n";
        }
        Matcher result = RESULT.matcher(line);
        if (result.matches()) {
            return "setkey: F," + result.group(1) + ": " + result.group(2) + "\n";
        }
        return line.startsWith("libipsec:") ? line + "\n" : ""; // the rest is the index's own words
    }

    /// Keys are not shown: `key-in-message` of the deviations.
    private static String shown(Matcher at) {
        return at.group(2).equals("Not supported")
                ? "[" + at.group(3).length() + " octets, hidden]"
                : at.group(3);
    }

    private static String resource(String name) {
        try (InputStream in = ClassicCorpusTests.class.getResourceAsStream("/corpus/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// Takes everything and has nothing.
    private static final class EmptyKernel implements SadbBackend {
        @Override
        public Capabilities capabilities() {
            return ClassicCapabilities.LINUX;
        }

        @Override
        public SadbReply execute(SadbOperation operation) {
            return switch (operation) {
                case SadbOperation.DumpSas _ -> new SadbReply.Sas(List.of());
                case SadbOperation.DumpPolicies _ -> new SadbReply.Policies(List.of());
                case SadbOperation.DeleteSa _, SadbOperation.GetSa _ ->
                        new SadbReply.Refused(Errno.ENOENT, "");
                default -> new SadbReply.Done();
            };
        }

        @Override
        public void listen(Consumer<SadbEvent> listener) {}

        @Override
        public void close() {}
    }
}
