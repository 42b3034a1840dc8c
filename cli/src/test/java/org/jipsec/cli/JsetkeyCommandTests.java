package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.cli.TestMachine.Result;
import org.jipsec.setkey.Code;
import org.jipsec.setkey.GoldenFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class JsetkeyCommandTests {
    private static final String KEY = "0x7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831";
    private static final String ADD = "add 10.0.0.1 10.0.0.2 esp 0x1000 -E 3des-cbc " + KEY + ";\n";

    @TempDir private Path folder;
    private TestMachine machine;

    @BeforeEach
    void startMachine() {
        machine = new TestMachine(folder, "jsetkey");
    }

    @AfterEach
    void stopMachine() {
        machine.close();
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    @Test
    void loadsTheHowtosFileAndListsItAsTheOriginalDoes() throws IOException {
        Files.write(folder.resolve("t.conf"), GoldenFiles.octets("cli/seed-transport-100.conf"));
        assertThat(machine.run("-f", "t.conf").status()).isZero();
        try (TestMachine original = new TestMachine(folder, "setkey")) {
            original.run("-f", "t.conf");
            assertThat(masked(machine.run("-D"))).isEqualTo(masked(original.run("-D")));
            assertThat(masked(machine.run("-DP"))).isEqualTo(masked(original.run("-DP")));
        }
    }

    private static String masked(Result result) {
        return GoldenFiles.masked(result.out());
    }

    @Test
    void appliesNothingOfAFileWithAnError() throws IOException {
        file("x.conf", ADD + "add 10.0.0.1 10.0.0.2 esp 0x1001 -E 3des-cbc 0x00;\nfrobnicate;\n");
        Result result = machine.run("-f", "x.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("x.conf:2:", "error[SK014]", "x.conf:3:1: error[SK003]")
                .contains("nothing was applied")
                .doesNotContain(KEY.substring(2));
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void saysWhatTheBackendRefusedAndAppliesTheRest() throws IOException {
        file("x.conf", ADD);
        machine.run("-f", "x.conf");
        file("y.conf", ADD + "spdadd 10.0.0.1 10.0.0.2 any -P out none;\n");
        Result result = machine.run("--keep-going", "-f", "y.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("y.conf:1:1: error[SK100]", "File exists (EEXIST)", "is there already")
                .contains("1 of 2 operations refused, the others were applied");
        assertThat(machine.run("-DP").out()).contains("out prio def none");
    }

    @Test
    void takesBackWhatAFileDidBeforeItWasRefused() throws IOException {
        machine.feed(ADD + "spdadd 10.0.0.7 10.0.0.2 any -P out discard;", "-f", "-");
        String associations = machine.run("-D").out();
        String policies = machine.run("-DP").out();
        file(
                "y.conf",
                "spdflush;\nspdadd 10.0.0.1 10.0.0.2 any -P out none;\nspddump;\n"
                        + ADD
                        + "spdadd 10.0.0.3 10.0.0.2 any -P out none;\n");
        Result result = machine.run("-f", "y.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).contains("10.0.0.1[any] 10.0.0.2[any] 255");
        assertThat(result.err())
                .contains("y.conf:4:1: error[SK100]", "File exists (EEXIST)")
                .endsWith("refused; nothing was changed\n");
        assertThat(masked(machine.run("-D"))).isEqualTo(GoldenFiles.masked(associations));
        assertThat(masked(machine.run("-DP"))).isEqualTo(GoldenFiles.masked(policies));
    }

    @Test
    void checksWithoutABackendAndChangesNothing() throws IOException {
        file("x.conf", ADD);
        assertThat(machine.run("-n", "-f", "x.conf").status()).isZero();
        Result checked = machine.run("--check", "-f", "x.conf");
        assertThat(checked.status()).isZero();
        assertThat(checked.out())
                .isEqualTo("SAD + esp 10.0.0.1 -> 10.0.0.2 spi 0x1000 any 3des-cbc\n");
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void readsStandardInput() {
        assertThat(machine.feed(ADD, "-f", "-").status()).isZero();
        assertThat(machine.feed("flush; dump;", "-c").out()).isEqualTo("No SAD entries.\n");
        assertThat(machine.feed("flush", "-c").err()).contains("<stdin>:1:");
    }

    @Test
    void printsWhatAFileAsksFor() throws IOException {
        file("x.conf", ADD + "get 10.0.0.1 10.0.0.2 esp 0x1000;\nspddump;\n");
        assertThat(machine.run("-f", "x.conf").out())
                .contains("esp mode=transport spi=4096(0x00001000)")
                .contains("No SPD entries.");
    }

    @Test
    void hidesKeysInJsonUnlessTheyAreAskedFor() {
        machine.feed(ADD, "-f", "-");
        assertThat(machine.run("--json", "-D").out())
                .startsWith("{\"schema\":1,\"associations\":[{\"source\":\"10.0.0.1\"")
                .contains("\"spi\":\"0x00001000\"", "\"keyBits\":192")
                .doesNotContain(KEY.substring(2));
        assertThat(machine.run("--json", "--show-keys", "-D").out()).contains(KEY.substring(2));
    }

    @Test
    void writesDiagnosticsAndRefusalsAsJson() {
        machine.feed(ADD, "-f", "-");
        Result refused = machine.feed(ADD, "--json", "-f", "-");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("\"code\":\"SK100\"", "\"errors\":1");
        assertThat(refused.err()).isEmpty();
        assertThat(machine.feed("nonsense;", "--json", "-f", "-").out())
                .contains("\"code\":\"SK003\"");
    }

    @Test
    void countsPacketsAndDrops() {
        machine.feed(ADD, "-f", "-");
        assertThat(machine.run("--stats").out())
                .containsPattern("security-associations +1\n")
                .containsPattern("dropped +0\n");
        assertThat(machine.run("--json", "--stats").out())
                .startsWith("{\"schema\":1,\"counters\":{")
                .contains("\"drops\":[");
    }

    @Test
    void repeatsTheShortListEachSecond() {
        machine.feed(ADD, "-f", "-");
        machine.rounds = 3;
        assertThat(machine.run("-l", "-D").out().lines())
                .hasSize(4)
                .first()
                .isEqualTo("time p   s spi      ltime   src -> dst");
    }

    @Test
    void flushesWhatItIsToldTo() {
        machine.feed(ADD + "spdadd 10.0.0.1 10.0.0.2 any -P out none;", "-f", "-");
        machine.run("-F");
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(machine.run("-DP").out()).isNotEqualTo("No SPD entries.\n");
        machine.run("-FP");
        assertThat(machine.run("-DP").out()).isEqualTo("No SPD entries.\n");
    }

    @Test
    void monitorsFromItsOwnWishOn() {
        machine.rounds = 2;
        assertThat(machine.run("-x").out()).isEqualTo("08:08:12.250000 \n08:08:12.250000 \n");
        machine.rounds = 1;
        assertThat(machine.run("-Hxx").out())
                .startsWith("1795421292.250000 \n00000000: 02 0b 00 01 02 00 00 00 ");
    }

    @Test
    void takesAFileWithoutOptionForABinaryDump() throws IOException {
        file("x.conf", ADD);
        Result result = machine.run("x.conf");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("jsetkey -f x.conf");
    }

    @Test
    void tellsAWrongCommandLineFromAWrongFile() {
        assertThat(machine.run("-z").status()).isEqualTo(2);
        assertThat(machine.run().status()).isEqualTo(2);
        Result missing = machine.run("-f", "missing.conf");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err())
                .isEqualTo("jsetkey: cannot open missing.conf: No such file or directory\n");
    }

    @Test
    void helpAndVersionAreNoErrors() {
        assertThat(machine.run("-h").out()).contains("--backend NAME");
        assertThat(machine.run("--help").status()).isZero();
        assertThat(machine.run("--version").out()).startsWith("jsetkey (jipsec) ");
    }

    @Test
    void explainsADiagnostic() {
        assertThat(machine.run("explain", "sk014").out()).contains("SK014");
        assertThat(machine.run("explain", "SK999").status()).isEqualTo(1);
    }

    @Test
    void listsAllDiagnostics() {
        Result result = machine.run("explain");
        assertThat(result.status()).isZero();
        assertThat(result.out().lines())
                .hasSize(Code.values().length)
                .contains("SK014  error: the key has the wrong length");
    }

    @Test
    void printsInAPlanAllThatTellsTwoCommandsApart() throws IOException {
        file(
                "x.conf",
                """
                flush; dump esp;
                add 10.0.0.1[5] 10.0.0.2[6] esp-udp 0x1000 -m tunnel -u 7 -r 32 -lh 9 -ls 8
                    -bh 7 -bs 6 -esn
                    -E aes-gcm-16 0xc0291ff014dccdd03874d9e8e4cdf3e60b30557a;
                spdadd 10.0.0.0/8[1] 10.0.0.2[2] tcp
                    -P out prio high + 5 ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7;
                spdadd ::1 ::2 icmp6 135,0 -P out none;
                """);
        assertThat(machine.run("--check", "-f", "x.conf").out())
                .isEqualTo(
                        """
                        SAD - all
                        SAD ? all esp
                        SAD + esp 10.0.0.1[5] -> 10.0.0.2[6] spi 0x1000 tunnel aes-gcm-16 -u 7 -r 32 -esn -lh 9 -ls 8 -bh 7 -bs 6 in UDP 5 -> 6
                        SPD + out 10.0.0.0/8[1] -> 10.0.0.2/32[2] protocol 6 prio high + 5 ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7
                        SPD + out ::1/128 -> ::2/128 protocol 58 135,0 none
                        """);
    }

    @Test
    void printsWhatWouldBeSentWithoutSendingIt() throws IOException {
        file("x.conf", ADD);
        assertThat(machine.run("-n", "-v", "-f", "x.conf").out())
                .isEqualTo("SAD + esp 10.0.0.1 -> 10.0.0.2 spi 0x1000 any 3des-cbc\n");
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void printsAReservedSpiAsJson() {
        assertThat(machine.feed("getspi 10.0.0.1 10.0.0.2 esp;", "--json", "-c").out())
                .startsWith("{\"schema\":1,\"reservedSpi\":\"0x")
                .contains("\"}\n{\"schema\":1,\"file\":\"<stdin>\"");
    }

    @Test
    void saysThatAFileWithoutANameIsNotThere() {
        assertThat(machine.run("-n", "-f", "").err()).contains("No such file or directory");
        try (TestMachine original = new TestMachine(folder, "setkey")) {
            assertThat(original.run("-n", "-f", "").err()).contains("No such file or directory");
        }
    }

    @Test
    void refusesAFileWhoseNameTheSystemCannotHave() {
        assertThat(machine.run("-n", "-f", "x\0y").err())
                .contains("The locale lacks its characters");
        assertThat(machine.run("x\0y").status()).isEqualTo(1);
        assertThat(machine.run("--socket", "x\0y", "-D").status()).isEqualTo(2);
        try (TestMachine original = new TestMachine(folder, "setkey")) {
            assertThat(original.run("-n", "-f", "x\0y").status()).isEqualTo(1);
            assertThat(original.run("--socket", "x\0y", "-D").status()).isEqualTo(1);
        }
    }

    @Test
    void suggestsNoCommandThatAFileCouldMisuse() {
        assertThat(machine.feed("flush;\r\n", "-n", "-c").err())
                .contains("take them out, as does: sed 's/\\r$//'")
                .doesNotContain("-i");
    }

    @Test
    void endsAnEndlessListingThatNobodyReads() {
        for (String program : List.of("jsetkey", "setkey")) {
            try (TestMachine other = new TestMachine(folder, program)) {
                other.rounds = 5;
                other.run(
                        InputStream.nullInputStream(),
                        new PrintWriter(new ClosedWriter()),
                        new PrintWriter(Writer.nullWriter()),
                        List.of("-D", "-l"));
                assertThat(other.rounds).as(program).isEqualTo(5);
            }
        }
    }

    @Test
    void stopsListeningWhenNobodyReads() {
        MonitorPrinter printer =
                new MonitorPrinter(
                        machine.host(), new PrintWriter(new ClosedWriter()), false, false);
        assertThat(printer.test(ByteBuffer.allocate(16))).isFalse();
    }

    private static final class ClosedWriter extends Writer {
        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void flush() {
            // Nothing has been kept.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void isTheOriginalWithClassic() {
        Result version = machine.run("--classic", "-V");
        assertThat(version.out()).startsWith("setkey @(#) ipsec-tools 0.8.2");
        assertThat(version.status()).isEqualTo(1);
    }
}
