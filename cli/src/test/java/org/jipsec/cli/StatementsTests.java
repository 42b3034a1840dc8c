package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementsTests {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "flush;",
                "flush; spdflush;",
                "",
                "   # a comment",
                "flush; # done",
                "add a b ah 1 -A hmac-md5 \"a;b#c\";"
            })
    void knowsAWholeStatement(String text) {
        assertThat(Statements.complete(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flush", "flush # ;", "flush; spdflush", "add \"a;", "\"a;b\""})
    void knowsThatMoreMustCome(String text) {
        assertThat(Statements.complete(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add 10.0.0.1 10.0.0.2 esp 1 -E 3des-cbc 0x00;",
                "-A hmac-md5 0x1",
                "0xc0291ff014dccdd03874d9e8e4cdf3e6;",
                "\"secret\"",
                "c0291ff014"
            })
    void takesForAKeyWhatMayBeOne(String line) {
        assertThat(Statements.mayHoldKey(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete 10.0.0.1 10.0.0.2 esp 0xdeadbeef;",
                "show sa",
                "spdadd 172.16.1.0/24 2001:db8::/32 any -P out none;"
            })
    void keepsOtherLines(String line) {
        assertThat(Statements.mayHoldKey(line)).isFalse();
    }
}
