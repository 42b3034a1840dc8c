package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

class KeyRedactorTests {
    /// What is shown of the lines of `text`.
    private static String shown(String text) {
        SourceText source = SetkeyLanguage.source("x", text.getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder lines = new StringBuilder();
        int offset = 0;
        for (String line : text.split("\n", -1)) {
            lines.append(
                    new Rendering(source, false)
                            .one(Diagnostic.error("A", Span.at(offset), "m").build()));
            offset += line.length() + 1;
        }
        return lines.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add a b esp 1 -E aes-cbc 0xSECRET;",
                "add a b esp 1 -E aes-cbc \"SECRET\";",
                "add a b esp 1 -E aes-cbc SECRET;",
                "add a b esp 1 -Eaes-cbc SECRET;",
                "add a b ah 1 -A hmac-md5\n  SECRET;",
                "add a b ah 1 -A hmac-md5 # why\n  SECRET;",
                "add a b ah 1 -A hmac-md5 se/SECRET==;",
                "add a b ah 1 -A x \"SECRET;\nflush;",
                "add a b ah 1 -A x \"one;\nadd a b ah 2 -A x \"SECRET\";\nflush;",
                "# add a b ah 1 -A x \"SECRET\";",
                "add a b ah 1 \"SECRET\" -A x;",
                "\"SECRET\"",
            })
    void hidesKeysHoweverWrongTheTextIs(String text) {
        assertThat(shown(text)).doesNotContain("SECRET").contains("hidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add a b ah 1 0xdeadbeefdeadbeefdeadbeef -A x;",
                "# 0xdeadbeefdeadbeefdeadbeef",
                "deadbeefdeadbeefdeadbeef",
                "add a b ah 1 -A x 0xDEADBEEF;",
                "add a b ah 1 -A hmac-sha10xdeadbeefdeadbeefdeadbeef;",
                "add a b ah 1 -A hmac-sha1\u00cb0xdeadbeefdead;",
            })
    void hidesHexadecimalNumbersTooLongForAnSpi(String text) {
        assertThat(shown(text)).doesNotContainIgnoringCase("deadbeef").contains("hidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add 2001:db8::1 10.0.0.1 esp 0xdeadbeef -r 4 -lh 10000000000000000000 -E null;",
                "add 10.0.0.1 10.0.0.2 esp 0x1ffffffff -E null",
                "spdadd tagged \"office\" -P out none;",
                "spdadd a b any -ctx 1 1 \"system_u:object_r:ipsec_t:s0\" -P out none;",
                "add a b esp 1 -E null\nspdflush;",
            })
    void showsWhatIsNoKey(String text) {
        assertThat(shown(text)).doesNotContain("hidden");
    }

    @Test
    void countsWhatItHides() {
        assertThat(shown("-A x 0x0b30557a9fc4e90e33587da2c7ec11365b80a5ca"))
                .contains("-A x 0x[20 octets, hidden]");
        assertThat(shown("-A x \"12345\"")).contains("-A x \"[5 octets, hidden]\"");
    }
}
