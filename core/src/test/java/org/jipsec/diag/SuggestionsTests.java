package org.jipsec.diag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class SuggestionsTests {
    private static final List<String> WORDS =
            List.of("add", "flush", "spdflush", "spdadd", "hmac-sha1", "hmac-sha256", "aes-cbc");

    @ParameterizedTest
    @CsvSource({
        "fluhs, flush",
        "FLUSH, flush",
        "spdad, spdadd",
        "hmac-sha-1, hmac-sha1",
        "hmac-sha265, hmac-sha256",
        "aescbc, aes-cbc",
        "ad, add"
    })
    void findTheWordThatWasMeant(String written, String meant) {
        assertThat(Suggestions.nearest(written, WORDS)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"frobnicate", "x", "rot13", "''"})
    void keepQuietWhenNothingIsNear(String written) {
        assertThat(Suggestions.nearest(written, WORDS)).isEmpty();
    }

    @Test
    void doNotWorkOnVeryLongWords() {
        assertThat(Suggestions.nearest("a".repeat(100_000), WORDS)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "abc, abc, 0",
        "abc, acb, 1",
        "abc, ab, 1",
        "abc, xyz, 3",
        "'', abc, 3",
        "ca, abc, 3"
    })
    void countSlips(String left, String right, int slips) {
        assertThat(Suggestions.distance(left, right)).isEqualTo(slips);
    }
}
