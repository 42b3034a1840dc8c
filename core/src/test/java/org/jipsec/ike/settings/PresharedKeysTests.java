package org.jipsec.ike.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The look-up rules of racoon's psk.txt, with the files of other people in corpus-psk.
class PresharedKeysTests {
    private static PresharedKeys file(String text) {
        return new PresharedKeys(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Secret key(String text) {
        return Secret.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    @Test
    void findsAnAddressAsItIsPrinted() throws Exception {
        PresharedKeys keys = file("10.0.0.2 one\n2001:db8::1\ttwo\n");
        assertThat(keys.byAddress(address("10.0.0.2")).orElseThrow().key()).isEqualTo(key("one"));
        assertThat(keys.byAddress(address("2001:db8:0::1")).orElseThrow().key())
                .isEqualTo(key("two"));
        assertThat(keys.byAddress(address("10.0.0.20"))).isEmpty();
    }

    @Test
    void findsNamesLetterByLetter() throws Exception {
        PresharedKeys keys = file("a.example.org x\nb@example.org y\nkey-id z\n");
        assertThat(keys.byIdentity(Identity.fqdn("a.example.org"))).isPresent();
        assertThat(keys.byIdentity(Identity.fqdn("A.example.org"))).isEmpty();
        assertThat(keys.byIdentity(Identity.userFqdn("b@example.org"))).isPresent();
        Identity tag = Identity.ofText(IdentityType.KEY_ID, "key-id");
        assertThat(keys.byIdentity(tag).orElseThrow().line()).isEqualTo(3);
    }

    @Test
    void takesTheFirstLineThatFits() throws Exception {
        assertThat(file("a one\na two\n").byText("a").orElseThrow().key()).isEqualTo(key("one"));
    }

    @Test
    void keepsBlanksWithinAndBehindAKeyAndTheCarriageReturnOfDos() throws Exception {
        assertThat(file("10.0.0.2 simple psk \n").byText("10.0.0.2").orElseThrow().key())
                .isEqualTo(key("simple psk "));
        assertThat(file("a key\r\n").byText("a").orElseThrow().key()).isEqualTo(key("key\r"));
        assertThat(file("a \t #key").byText("a").orElseThrow().key()).isEqualTo(key("#key"));
        assertThat(file("a \"key\"").byText("a").orElseThrow().key()).isEqualTo(key("\"key\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"#a key", " a key", "a", "a ", "", "b key"})
    void findsNothingInLinesThatAreNoEntry(String text) throws Exception {
        assertThat(file(text + "\n").byText("a")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0x31323334, 31323334", "0xAbCd, abcd", "0X3132, 305833313332"})
    void readsHexBehindZeroX(String text, String octets) throws Exception {
        assertThat(file("a " + text).byText("a").orElseThrow().key())
                .isEqualTo(Secret.ofHex(octets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x123", "0x12g4", "0x12 "})
    void refusesHexThatIsNoneWithoutShowingIt(String text) {
        assertThatThrownBy(() -> file("# c\na " + text).byText("a"))
                .isInstanceOf(PresharedKeys.MalformedKeyException.class)
                .hasMessage("line 2: the key behind 0x is not an even number of hex digits");
    }

    @Test
    void triesTheLineForEverybodyInItsTurn() throws Exception {
        PresharedKeys keys = file("a one\n* all\nb two\n");
        assertThat(keys.byText("a").orElseThrow().key()).isEqualTo(key("one"));
        PresharedKeys.Found found = keys.byText("b").orElseThrow();
        assertThat(found.key()).isEqualTo(key("all"));
        assertThat(found.wildcard()).isTrue();
    }

    @Test
    void givesAnIdentityWithoutTextOnlyTheLineForEverybody() throws Exception {
        Identity name = Identity.distinguishedName(Bytes.ofHex("3000"));
        Identity network = Identity.of(new Prefix(address("10.0.0.0"), 8), 0, 0);
        assertThat(file(" key\na key\n").byIdentity(name)).isEmpty();
        assertThat(file("* key\n").byIdentity(name)).isPresent();
        assertThat(file("10.0.0.0/8 key\n").byIdentity(network)).isEmpty();
    }

    @Test
    void showsNoKeyInTexts() throws Exception {
        assertThat(file("a hidden\n").byText("a").toString()).doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "brudel-lab-psk.txt, IPO_Outro, 20",
        "inkblot-psk.txt, hq.example.org, 8",
        "inkblot-psk.txt, 198.51.100.7, 18",
        "ipsec-on-pc-psk.txt, 172.16.1.133, 4",
        "ipsec-on-pc-psk.txt, 192.168.5.135, 8",
        "ipt-psk-sample.txt, foo@kame.net, 14",
        "jack2-psk.txt, 10.10.0.98, 8",
        "l2tp-centos6-psk.txt, whoever, 21",
        "libreswan-xauth37-psk.txt, 192.1.2.23, 36",
        "nixel-psk.txt, 52.11.135.168, 12",
        "pvtmert-docker-psk.txt, 192.0.2.1, 9",
    })
    void readsTheFilesOfOtherPeople(String name, String identifier, int length) throws Exception {
        assertThat(corpus(name).byText(identifier).orElseThrow().key().length()).isEqualTo(length);
    }

    private static PresharedKeys corpus(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        PresharedKeysTests.class.getResourceAsStream("/corpus-psk/" + name),
                        name)) {
            return new PresharedKeys(in.readAllBytes());
        }
    }
}
