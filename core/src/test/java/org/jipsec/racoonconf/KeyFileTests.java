package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.ike.settings.PlainRsaKey;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// Files of keys: who may have them, and what stands in them.
class KeyFileTests {
    private static final String PATH = "/etc/psk.txt";
    private static final String LINE = "192.0.2.1 correct horse battery\n";

    @TempDir private Path folder;

    @Test
    void opensAFileOfOurOwnThatNobodyElseCanRead() throws PresharedKeys.MalformedKeyException {
        TableFiles disk = new TableFiles().with(PATH, LINE);
        assertThat(PresharedKeyFile.open(PATH, disk))
                .isInstanceOfSatisfying(
                        PresharedKeyFile.Opened.class,
                        opened -> assertThat(opened.octets()).asString().isEqualTo(LINE));
        PresharedKeyFile.Opened opened =
                (PresharedKeyFile.Opened) PresharedKeyFile.open(PATH, disk);
        assertThat(opened.keys().byText("192.0.2.1")).isPresent();
    }

    @ParameterizedTest(name = "regular {0}, owner {1}, mode {2}: {3}")
    @CsvSource({
        "true,  1000, 384, /etc/psk.txt has invalid owner uid",
        "false, 0,    384, /etc/psk.txt is an invalid file type",
        "true,  0,    416, /etc/psk.txt has weak file permission",
        "true,  0,    385, /etc/psk.txt has weak file permission"
    })
    void refusesAFileThatOthersReach(boolean regular, int owner, int mode, String classic) {
        TableFiles disk = new TableFiles().with(PATH, LINE).withFacts(PATH, regular, owner, mode);
        assertThat(PresharedKeyFile.open(PATH, disk))
                .isInstanceOfSatisfying(
                        PresharedKeyFile.Refused.class,
                        refused ->
                                assertThat(refused.classic())
                                        .containsExactly(
                                                classic,
                                                "failed to open pre_share_key file " + PATH));
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThat(PresharedKeyFile.open(PATH, new TableFiles()))
                .isInstanceOfSatisfying(
                        PresharedKeyFile.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .isEqualTo("cannot read /etc/psk.txt: no such file"));
    }

    static List<String> corpus() throws IOException {
        return new String(Texts.resource("/corpus/INDEX.tsv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("psk/"))
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
    }

    /// Each of them loads, as it does in racoon: its lines with two columns are found, the file's
    /// authors made no mistake that we would name but keys that can be guessed.
    @ParameterizedTest
    @MethodSource("corpus")
    void findsEveryKeyOfFilesInTheWild(String name)
            throws IOException, PresharedKeys.MalformedKeyException {
        byte[] octets = Texts.resource("/corpus/" + name);
        PresharedKeys keys = new PresharedKeys(octets);
        PresharedKeyCheck.Report report = PresharedKeyCheck.of(name, octets);
        List<String> lines =
                new String(octets, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(
                                line ->
                                        !line.startsWith("#") && line.strip().contains(" ")
                                                || line.strip().contains("\t")
                                                        && !line.startsWith("#"))
                        .toList();
        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            String identifier = line.split("\\s")[0];
            assertThat(keys.byText(identifier)).as(line).isPresent();
            assertThat(report.identifiers()).contains(identifier);
        }
        assertThat(report.problems().map(file -> file.diagnostics().all()).orElse(List.of()))
                .extracting(Diagnostic::code)
                .isSubsetOf(Code.SHORT_KEY.id(), Code.BLANK_IN_KEY.id());
    }

    @Test
    void neverShowsAKey() {
        byte[] octets =
                "a@example.org hunter2 \nb 0x1\n#c secret\n d secret\n"
                        .getBytes(StandardCharsets.UTF_8);
        RacoonLanguage.FileReport report =
                PresharedKeyCheck.of("psk.txt", octets).problems().orElseThrow();
        assertThat(new Rendering(report.source(), false).all(report.diagnostics()))
                .contains("a@example.org", "[8 octets, hidden]")
                .doesNotContain("hunter2", "0x1 ", "d secret");
    }

    @Test
    void readsPlainRsaKeysAndWhomTheyAreFor() throws PlainRsaFile.MalformedException {
        List<PlainRsaKey> keys =
                PlainRsaFile.parse(
                        """
                        # ours
                        : RSA {
                            Modulus: 0xc5
                            PublicExponent: 0x03
                            PrivateExponent: 0x21
                            Prime1: 0x7
                        }
                        10.0.0.0/8 any : PUB 0x0103c5
                        2001:db8::1 : PUB 0sAQPF
                        """
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(keys).hasSize(3);
        assertThat(keys.get(0).isPrivate()).isTrue();
        assertThat(keys).extracting(PlainRsaKey::modulus).containsOnly(BigInteger.valueOf(0xc5));
        assertThat(keys)
                .extracting(PlainRsaKey::publicExponent)
                .containsOnly(BigInteger.valueOf(3));
        assertThat(keys.get(1).local())
                .contains(new Prefix(IpText.parse("10.0.0.0").orElseThrow(), 8));
        assertThat(keys.get(1).remote()).isEqualTo(Optional.empty());
        assertThat(keys.get(2).remote())
                .contains(Prefix.host(IpText.parse("2001:db8::1").orElseThrow()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                ": RSA { Modulus: 0xc5 } | line 1: Modulus, PublicExponent and PrivateExponent are",
                ": RSA { | line 1: this is no RSA or PUB entry",
                ": PUB 0sA | line 1: the key is cut off",
                ": PUB 0x0103 | line 1: the key is too short",
                ": PUB 0x00 | line 1: the key is too short",
                "999.1.1.1 : PUB 0x0103c5 | line 1: `999.1.1.1` is no address",
                "10.0.0.0/33 : PUB 0x0103c5 | line 1: /33 is longer than the address",
                "hello | line 1: this is no RSA or PUB entry",
            })
    void refusesWhatIsNoKey(String text, String reason) {
        assertThatThrownBy(() -> PlainRsaFile.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PlainRsaFile.MalformedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesPrivateKeysThatOthersReach() {
        TableFiles disk =
                new TableFiles()
                        .with(
                                "k",
                                ": RSA { Modulus: 0xc5 PublicExponent: 0x03 PrivateExponent: 0x21"
                                        + " }")
                        .withFacts("k", true, TableFiles.OWN_USER, 0640);
        RacoonLanguage.Checked checked =
                Texts.check(
                        Texts.REMOTE.replace("main;\n", "main;\ncertificate_type plain_rsa \"k\";"),
                        disk);
        assertThat(Texts.codes(checked)).contains("RC025 racoon.conf:3");
        assertThat(checked.classic().lines())
                .startsWith(
                        "ERROR: Too slack permissions on private key 'k'",
                        "ERROR: Should be at most 0600, now is 0640");
    }

    @Test
    void findsFilesOfTheDiskByPattern() throws IOException {
        Files.createDirectories(folder.resolve("peers/old"));
        for (String name : List.of("peers/b.conf", "peers/a.conf", "peers/.c.conf", "peers/x")) {
            Files.writeString(folder.resolve(name), name);
        }
        DiskFiles disk = new DiskFiles(folder);
        assertThat(disk.matches("peers/*.conf")).containsExactly("peers/a.conf", "peers/b.conf");
        assertThat(disk.matches("p*/[ab].c?nf")).containsExactly("peers/a.conf", "peers/b.conf");
        assertThat(disk.matches(folder + "/peers/x")).containsExactly(folder + "/peers/x");
        assertThat(disk.matches("peers/none*")).isEmpty();
        assertThat(disk.matches("none/*")).isEmpty();
        assertThat(disk.matches("[")).isEmpty();
        assertThat(disk.read("peers/x")).asString().isEqualTo("peers/x");
        assertThatThrownBy(() -> disk.read("peers")).hasMessage("is a directory");
        assertThatThrownBy(() -> disk.read("peers/none")).hasMessage("no such file");
        assertThatThrownBy(() -> disk.read("/dev/zero")).hasMessage("larger than 8 MiB");
        assertThatThrownBy(() -> disk.read("a\0b")).hasMessage("no name of a file");
    }

    @Test
    void knowsWhoseAFileIs() throws IOException {
        Path file =
                Files.createFile(
                        folder.resolve("psk.txt"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-r-----")));
        DiskFiles disk = new DiskFiles();
        ConfFiles.Facts facts = disk.facts(file.toString()).orElseThrow();
        assertThat(facts.regular()).isTrue();
        assertThat(facts.mode()).isEqualTo(0640);
        assertThat(disk.ownUser()).contains(facts.owner());
        assertThat(disk.facts(folder.toString()).orElseThrow().regular()).isFalse();
        assertThat(disk.facts(folder + "/none")).isEmpty();
    }
}
