package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class FileLedgerTests {
    private static final String SA =
            "add 10.0.0.1 10.0.0.2 esp 0x201 %s -E null -A hmac-sha1 "
                    + "0x0b30557a9fc4e90e33587da2c7ec11365b80a5ca;\n";
    private static final String POLICY =
            "spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/%s/require;";
    private static final String TUNNEL = POLICY.formatted("tunnel/10.0.0.1-10.0.0.2");
    private static final String TRANSPORT = POLICY.formatted("transport/");

    private static List<String> problems(String text) {
        return SetkeyLanguage.compile(
                        SetkeyLanguage.source("a.conf", text.getBytes(StandardCharsets.UTF_8)),
                        Capabilities.userspace(),
                        CompileOptions.standard())
                .diagnostics()
                .all()
                .stream()
                .map(Diagnostic::message)
                .toList();
    }

    @Test
    void saysWhenTheSasOfARuleAreOfTheOtherMode() {
        assertThat(problems(SA.formatted("") + TUNNEL))
                .containsExactly("the SAs for the esp rule of this policy are in transport mode");
        assertThat(problems(SA.formatted("-m tunnel") + TRANSPORT))
                .containsExactly("the SAs for the esp rule of this policy are in tunnel mode");
        assertThat(problems(SA.formatted("-m tunnel") + TUNNEL)).isEmpty();
        assertThat(problems(SA.formatted("") + TRANSPORT)).isEmpty();
    }

    @Test
    void forgetsTheModeOfWhatIsDeleted() {
        String gone = SA.formatted("-m tunnel") + "delete 10.0.0.1 10.0.0.2 esp 0x201;\n";

        assertThat(problems(gone + SA.formatted("") + TUNNEL)).hasSize(2);
        assertThat(problems(gone + SA.formatted("-m tunnel").replace("0b30", "0b31") + TUNNEL))
                .isEmpty();
    }

    @Test
    void warnsOfAnAuthenticationHeaderWithoutAuthentication() {
        assertThat(problems("add 10.0.0.1 10.0.0.2 ah 0x200 -A null;"))
                .containsExactly("AH with `null` proves nothing of a packet");
    }

    @Test
    void saysThatEspOfNeitherCipherNorIntegrityIsForbidden() {
        String nothing = "ESP with neither encryption nor integrity, which RFC 4303 forbids";

        assertThat(problems("add 10.0.0.1 10.0.0.2 esp 0x201 -E null -A null;"))
                .containsExactly(nothing);
        assertThat(problems("add 10.0.0.1 10.0.0.2 esp 0x201 -E null;")).containsExactly(nothing);
        assertThat(
                        problems(
                                "add 10.0.0.1 10.0.0.2 esp 0x201 -E null;\n"
                                        + "add 10.0.0.1 10.0.0.2 esp 0x202 -E aes-cbc"
                                        + " 0xc0291ff014dccdd03874d9e8e4cdf3e6;\n"))
                .containsExactly(
                        nothing, "ESP without integrity: packets can be changed on their way");
    }

    @Test
    void takesOnlyAnAuthenticationHeaderWithAnAlgorithmForIntegrity() {
        String encrypted =
                "add 10.0.0.1 10.0.0.2 esp 0x201 -E aes-cbc 0xc0291ff014dccdd03874d9e8e4cdf3e6;\n";
        String real =
                "add 10.0.0.1 10.0.0.2 ah 0x200 -A hmac-md5 0x96358c90783bbfa3d7b196ceabe0536b;";

        assertThat(problems(encrypted + "add 10.0.0.1 10.0.0.2 ah 0x200 -A null;"))
                .containsExactly(
                        "ESP without integrity: packets can be changed on their way",
                        "AH with `null` proves nothing of a packet");
        assertThat(problems(encrypted + real)).noneMatch(text -> text.contains("ESP"));
        assertThat(problems(encrypted + real + "delete 10.0.0.1 10.0.0.2 ah 0x200;"))
                .contains("ESP without integrity: packets can be changed on their way");
    }

    @Test
    void saysWhenARuleWantsAnotherReqid() {
        String unique = POLICY.replace("require", "unique:5").formatted("transport/");

        assertThat(problems(SA.formatted("-u 6") + unique))
                .containsExactly("no SA for the esp rule of this policy has -u 5");
        assertThat(problems(SA.formatted("") + unique)).hasSize(1);
        assertThat(problems(SA.formatted("-u 5") + unique)).isEmpty();
        assertThat(problems(SA.formatted("-u 5 -m tunnel") + unique))
                .containsExactly("the SAs for the esp rule of this policy are in tunnel mode");
        assertThat(problems(SA.formatted("-u 5") + unique.replace(":5", "")))
                .singleElement()
                .asString()
                .contains("SAs that IKE makes");
    }

    @Test
    void saysWhenARuleWithoutNumberSendsByNoneOfTheSas() {
        assertThat(problems(SA.formatted("-u 6") + TRANSPORT))
                .singleElement()
                .asString()
                .contains("have a -u");
        assertThat(problems(SA.formatted("-u 6") + TRANSPORT.replace("out", "in"))).isEmpty();
    }

    @Test
    void namesTheRfcOfAReservedCpi() {
        assertThat(problems("add 10.0.0.1 10.0.0.2 ipcomp 2 -C deflate;"))
                .containsExactly("CPI 2 is reserved (RFC 3173 3.3)");
    }

    @Test
    void neverQuotesAKeyThatStandsInPlaceOfAnAlgorithm() {
        for (String name : List.of("", "aes-cbc", "aes-cbc0x", "hmac:")) {
            assertThat(
                            problems(
                                    "add 10.0.0.1 10.0.0.2 esp 300 -E %s00112233445566778899aabb;"
                                            .formatted(name)))
                    .first()
                    .asString()
                    .contains("no cipher is called")
                    .doesNotContain("0011");
        }
    }
}
