package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

/// What racoon 0.8.2 says where no golden shows it: as its sources and trials say (the texts are
/// those of spec/racoon-conf.md). The number is that of the line.
class ClassicWordsTests {
    private static final String PROPOSAL =
            "proposal { encryption_algorithm aes; hash_algorithm sha1; dh_group 2;"
                    + " authentication_method pre_shared_key; }";

    private static String remote(String item) {
        return "remote 10.0.0.1 { exchange_mode main; " + item + " " + PROPOSAL + " }";
    }

    private static String proposal(String enc, String rest) {
        return "remote 10.0.0.1 { exchange_mode main; proposal { encryption_algorithm "
                + enc
                + "; "
                + rest
                + " } }";
    }

    private static String sainfo(String head, String item) {
        return "sainfo "
                + head
                + " { encryption_algorithm aes; authentication_algorithm hmac_sha1;"
                + " compression_algorithm deflate; "
                + item
                + " }";
    }

    static Stream<Arguments> wrongTexts() {
        return Stream.of(
                wrong("timer { counter 1; };", "\";\" syntax error"),
                wrong("timer { interval 20; }", "\";\" syntax error"),
                wrong("foo", "\"f\" syntax error"),
                wrong("path pre_shared_key /etc/psk.txt;", "\"/e\" syntax error"),
                wrong(remote("passive yes;"), "\"yes\" syntax error"),
                wrong(
                        "remote 10.0.0.1 inherit anonymous;",
                        "\";\" failed to get remoteconf for anonymous."),
                wrong(
                        "remote \"b\" inherit \"a\";",
                        "\";\" named parent remoteconf \"a\" does not exist."),
                wrong(
                        remote("remote_address 10.0.0.2;"),
                        "\"10.0.0.2\" remote_address already specified"),
                wrong(remote("dh_group 2;"), "\"2\" dh_group cannot be defined here."),
                wrong(
                        remote("lifetime byte 10 MB;"),
                        "\"MB\" byte lifetime support is deprecated in Phase1"),
                wrong(
                        sainfo("anonymous", "lifetime byte 10 MB;"),
                        "\"MB\" byte lifetime support is deprecated"),
                wrong(proposal("aes", "hash_algorithm aes;"), "\";\" algorithm mismatched 1"),
                wrong(proposal("idea", ""), "\";\" algorithm mismatched 1"),
                wrong(proposal("3des 168", ""), "\"168\" keylen not allowed"),
                wrong(proposal("aes", "dh_group 6;"), "\"6\" must be DH group"),
                wrong(proposal("aes", "gss_id \"x\";"), "\"\"x\" wrong Vendor ID for gssapi_id"),
                wrong(proposal("aes", ""), "\"}\" hash algorithm required."),
                wrong(
                        sainfo("anonymous", "authentication_algorithm des_mac;"),
                        "\";\" algorithm mismatched"),
                wrong(
                        sainfo("address 10.0.0.1[8] icmp anonymous", ""),
                        "\"icmp\" port number must be \"any\"."),
                wrong(sainfo("asn1dn \"CN=x\" anonymous", ""), "\"\"CN=x\" id type forbidden: 5"),
                wrong(
                        remote("certificate_type x509 \"c.pem\" \"k.pem\";"),
                        "\"\"k.pem\" failed to load certificate \"c.pem\""));
    }

    private static Arguments wrong(String text, String words) {
        return Arguments.of(text, "ERROR: racoon.conf:1: " + words);
    }

    @ParameterizedTest
    @MethodSource("wrongTexts")
    void endTheParse(String text, String expected) {
        RacoonLanguage.Checked checked = Texts.check(text);
        assertThat(checked.hasErrors()).as(() -> Texts.shown(checked)).isTrue();
        assertThat(checked.classic().accepted()).isFalse();
        assertThat(checked.classic().lines().stream().map(String::strip))
                .containsExactly(expected, "ERROR: fatal parse failure (1 errors)");
    }

    @Test
    void sayTwoThingsOfABadKeyLength() {
        assertThat(classic(proposal("aes 100", "")))
                .containsExactly(
                        "ERROR: key length 100 is not multiple of 8",
                        "ERROR: racoon.conf:1: \"100\" invalid keylen 100",
                        "ERROR: fatal parse failure (1 errors)");
        assertThat(classic(proposal("aes 1000", ""))).startsWith("ERROR: key length out of range");
    }

    @Test
    void sayTwoThingsOfABadIdentifier() {
        assertThat(classic(remote("my_identifier fqdn;")))
                .containsExactly(
                        "ERROR: No fqdn",
                        "ERROR: racoon.conf:1: \"fqdn\" failed to set identifer.\n",
                        "ERROR: fatal parse failure (1 errors)");
        assertThat(classic(remote("my_identifier user_fqdn \"\";")))
                .startsWith("ERROR: Empty user fqdn");
        assertThat(classic(remote("my_identifier keyid;"))).isEmpty();
    }

    @Test
    void countWhatDoesNotEndTheParse() {
        assertThat(classic("mode_cfg { network4 1.2.3.4.5; netmask4 f; }\nldapcfg { version 9; }"))
                .containsExactly(
                        "ERROR: racoon.conf:1: \"1.2.3.4.5\" bad IPv4 network address.",
                        "ERROR: racoon.conf:1: \"f\" bad IPv4 netmask address.",
                        "ERROR: racoon.conf:2: \"9\" invalid ldap protocol version (2|3)",
                        "ERROR: parse error is nothing, but yyerrorcount is 3.");
    }

    @Test
    void lookUpThePiecesOfNames() {
        for (String text : List.of("remote vpn.example.org {\n}", "remote vpn.e {\n}")) {
            assertThat(classic(text))
                    .containsExactly(
                            "ERROR: getaddrinfo(vpn.e,500): Name or service not known",
                            "ERROR: fatal parse failure.");
        }
        assertThat(classic(remote("").replace("10.0.0.1", "x10.0.0.1")))
                .startsWith("ERROR: getaddrinfo(x10.0.0.1,500): Name or service not known");
    }

    @Test
    void nameANullDirectoryForIncludes() {
        assertThat(classic("include \"x.conf\";"))
                .containsExactly(
                        "ERROR: glob found no matches for path \"(null)/x.conf\"",
                        "ERROR: fatal parse failure.");
    }

    @Test
    void warnOfCertificatesWithoutAType() {
        List<String> lines =
                Texts.check(remote("peers_certfile \"c.pem\";"), new TableFiles().with("c.pem", ""))
                        .classic()
                        .lines();
        assertThat(lines)
                .containsExactly(
                        "WARNING: racoon.conf:1: \"\"c.pem\" This directive without certtype will"
                                + " be removed!\n",
                        "WARNING: racoon.conf:1: \"\"c.pem\" Please use 'peers_certfile x509"
                                + " \"c.pem\";' instead\n");
    }

    @Test
    void doNotCountNewlinesBetweenQuotes() {
        assertThat(classic("path pidfile \"/run/\n\n.pid\";\ntimer { counter on; }"))
                .startsWith("ERROR: racoon.conf:2: \"on\" syntax error");
    }

    @Test
    void comeInTheOrderOfTheText() {
        assertThat(
                        classic(
                                sainfo("anonymous", "pfs_group 6;")
                                        + "\ntimer { counter on; }\nlog loud;"))
                .startsWith("ERROR: racoon.conf:1: \"6\" must be DH group")
                .hasSize(2);
    }

    @Test
    void refuseSainfosThatTheSearchCannotTellApart() {
        String a = "address 10.0.0.1 any";
        String b = "address 10.0.0.2 any";
        assertThat(classic(two(a + " anonymous", a + " " + b)))
                .startsWith(
                        "ERROR: racoon.conf:2: \"}\" duplicated sainfo: loc='10.0.0.1',"
                                + " rmt='10.0.0.2', peer='ANY', id=0");
        assertThat(classic(two(a + " " + b, a + " anonymous"))).hasSize(2);
        assertThat(classic(two("address 10.0.0.1[80] any " + b, "address 10.0.0.1[81] any " + b)))
                .hasSize(2);
        assertThat(classic(two(a + " " + b + " from fqdn \"x\"", a + " " + b))).hasSize(2);
        assertThat(classic(two(a + " " + b, "address 10.0.0.1 tcp " + b))).isEmpty();
        assertThat(classic(two(a + " " + b + " from fqdn \"x\"", a + " " + b + " from fqdn \"y\"")))
                .isEmpty();
        assertThat(classic(two("anonymous " + b, a + " " + b))).isEmpty();
        assertThat(classic(two("anonymous", "anonymous"))).isEmpty();
        assertThat(classic(sainfo(a + " " + b, "") + sainfo(a + " " + b, "remoteid 4;"))).isEmpty();
    }

    private static String two(String one, String other) {
        return sainfo(one, "") + "\n" + sainfo(other, "");
    }

    private static List<String> classic(String text) {
        return Texts.check(text).classic().lines();
    }
}
