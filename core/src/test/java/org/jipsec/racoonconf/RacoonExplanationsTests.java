package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every code has a page whose examples do what it says, and a pair of files in
/// examples/racoon/invalid: NAME.conf, and NAME.err as it is rendered. `-Djipsec.goldens=write`
/// writes the pairs anew.
class RacoonExplanationsTests {
    private static final Path INVALID = Path.of("../examples/racoon/invalid");
    private static final String GOOD_KEY = "192.0.2.1 0xe10bd52b0529b54aac97db63462850f3\n";

    /// What the examples name below /etc/racoon.
    private static TableFiles disk() {
        TableFiles disk =
                new TableFiles()
                        .with("/etc/racoon/psk.txt", GOOD_KEY)
                        .with("/etc/racoon/roots-psk.txt", GOOD_KEY)
                        .with("/etc/racoon/open-psk.txt", GOOD_KEY)
                        .withFacts("/etc/racoon/open-psk.txt", true, TableFiles.OWN_USER, 0644)
                        .with("/etc/racoon/blank-psk.txt", GOOD_KEY + "  192.0.2.2 secret words\n")
                        .with("/etc/racoon/twice-psk.txt", GOOD_KEY + GOOD_KEY)
                        .with("/etc/racoon/trailing-psk.txt", "192.0.2.1 secret words  \n")
                        .with("/etc/racoon/short-psk.txt", "192.0.2.1 psk\n")
                        .with("/etc/racoon/odd-psk.txt", "192.0.2.1 0xe10bd\n")
                        .with("/etc/racoon/peers/office.conf", "log info;\n")
                        .with("/etc/racoon/loop.conf", "include \"/etc/racoon/loop.conf\";\n")
                        .with("/etc/racoon/certs/mine.pem", "")
                        .with("/etc/racoon/certs/mine.key", "")
                        .with("/etc/racoon/certs/broken.key", ": RSA {")
                        .with(
                                "/etc/racoon/certs/rsa.key",
                                ": RSA { Modulus: 0xc5 PublicExponent: 0x03 PrivateExponent: 0x21"
                                        + " }")
                        .with("/etc/racoon/certs/peers.pub", ": PUB 0sAQPF\n");
        for (int level = 1; level < 12; level++) {
            disk.with(
                    "/etc/racoon/deep%d.conf".formatted(level),
                    "include \"/etc/racoon/deep%d.conf\";\n".formatted(level + 1));
        }
        return disk.with("/etc/racoon/deep12.conf", "log info;\n");
    }

    @Test
    void haveAPageForEveryCodeAndNoOther() {
        assertThat(Explanations.all().keySet()).containsExactly(Code.values());
        assertThat(Arrays.stream(Code.values()).map(Code::id)).doesNotHaveDuplicates().isSorted();
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"TOO_MANY_ERRORS", "TOO_MANY"},
            mode = EnumSource.Mode.EXCLUDE)
    void showATextThatIsWrongAndOneThatIsMended(Code code) {
        Explanations.Page page = Explanations.of(code);
        assertThat(codes(page.wrong().orElseThrow())).contains(code.id());
        RacoonLanguage.Checked right = check("x.conf", page.right().orElseThrow());
        assertThat(Texts.problems(right)).extracting(Diagnostic::code).doesNotContain(code.id());
        assertThat(right.hasErrors()).as(() -> Texts.shown(right)).isFalse();
        assertThat(page.shown()).startsWith(code.severity().word() + "[" + code.id() + "]: ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"TOO_MANY_ERRORS", "TOO_MANY"},
            mode = EnumSource.Mode.EXCLUDE)
    void haveAPairOfFilesEach(Code code) throws IOException {
        String name = code.id() + "-" + code.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String text = Explanations.of(code).wrong().orElseThrow();
        Path conf = INVALID.resolve(name + ".conf");
        if ("write".equals(System.getProperty("jipsec.goldens"))) {
            Files.createDirectories(INVALID);
            Files.writeString(conf, text);
            Files.writeString(INVALID.resolve(name + ".err"), rendered(name, text));
        }
        assertThat(Files.readString(conf)).isEqualTo(text);
    }

    static List<Path> invalid() throws IOException {
        try (Stream<Path> files = Files.list(INVALID)) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
        }
    }

    /// Those that are of no page, too: a code may have several things to say.
    @ParameterizedTest
    @MethodSource("invalid")
    void showWhatIsSaidOfEachFileInTheFolder(Path conf) throws IOException {
        String name = conf.getFileName().toString().replace(".conf", "");
        Code code = Code.of(name.substring(0, 5)).orElseThrow();
        String text = Files.readString(conf, StandardCharsets.ISO_8859_1);
        Path err = INVALID.resolve(name + ".err");
        if ("write".equals(System.getProperty("jipsec.goldens"))) {
            Files.writeString(err, rendered(name, text));
        }
        assertThat(codes(text)).contains(code.id());
        assertThat(Files.readString(err)).isEqualTo(rendered(name, text));
    }

    @Test
    void leaveNoFileInTheFolderWithoutACode() throws IOException {
        Map<String, Code> codes =
                Arrays.stream(Code.values()).collect(Collectors.toMap(Code::id, code -> code));
        try (Stream<Path> files = Files.list(INVALID)) {
            assertThat(files.map(file -> file.getFileName().toString().substring(0, 5)))
                    .isSubsetOf(codes.keySet());
        }
    }

    @Test
    void endTheReadingOfATextThatIsNone() {
        RacoonLanguage.Checked checked = check("x.conf", "jumble {}\n".repeat(500));
        assertThat(Texts.codes(checked)).hasSize(91).endsWith("RC013 x.conf:90");
    }

    @Test
    void refuseWhatAnOctetCannotCount() {
        String peer = "peers_identifier fqdn \"h.example.org\";\n";
        String many = Texts.REMOTE.replace("main;\n", "main;\n" + peer.repeat(256));
        assertThat(codes(many)).contains(Code.TOO_MANY.id());
        assertThat(codes(many.replaceFirst(peer, ""))).doesNotContain(Code.TOO_MANY.id());
        String proposal = Texts.REMOTE.substring(Texts.REMOTE.indexOf("proposal"));
        proposal = proposal.substring(0, proposal.indexOf('}') + 1);
        assertThat(codes(Texts.REMOTE.replace("main;\n", "main;\n" + proposal.repeat(255))))
                .contains(Code.TOO_MANY.id());
        assertThat(codes(Texts.REMOTE.replace("main;\n", "main;\n" + proposal.repeat(254))))
                .doesNotContain(Code.TOO_MANY.id());
    }

    @Test
    void areFoundByAnyLetterCase() {
        assertThat(Code.of("rc050")).contains(Code.NO_EXCHANGE_MODE);
        assertThat(Code.of("RC999")).isEmpty();
    }

    private static RacoonLanguage.Checked check(String name, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        TableFiles disk = disk();
        return RacoonLanguage.check(
                name, octets, text.contains("roots-psk") ? disk.asUser(1000) : disk);
    }

    private static List<String> codes(String text) {
        return Texts.problems(check("x.conf", text)).stream().map(Diagnostic::code).toList();
    }

    private static String rendered(String name, String text) {
        return Texts.shown(check(name + ".conf", text));
    }
}
