package org.jipsec.sadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DesKeysTests {
    private static final String GOOD = "0123456789abcdef";
    private static final String OTHER = "fedcba9876543210";

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = { // RFC 2409 appendix A, with odd parity
                "0101010101010101", "1f1f1f1f0e0e0e0e", "e0e0e0e0f1f1f1f1", "fefefefefefefefe",
                "01fe01fe01fe01fe", "1fe01fe00ef10ef1", "01e001e001f101f1", "1ffe1ffe0efe0efe",
                "011f011f010e010e", "e0fee0fef1fef1fe", "fe01fe01fe01fe01", "e01fe01ff10ef10e",
                "e001e001f101f101", "fe1ffe1ffe0efe0e", "1f011f010e010e01", "fee0fee0fef1fef1"
            })
    void knowsEveryWeakAndSemiWeakKeyWithAnyParityAndInAnyPlace(String key) {
        assertThat(DesKeys.isWeak(Secret.ofHex(key))).isTrue();
        byte[] evenParity = Secret.ofHex(key).toArray();
        for (int i = 0; i < evenParity.length; i++) {
            evenParity[i] ^= 1;
        }
        assertThat(DesKeys.isWeak(Secret.of(evenParity))).isTrue();
        assertThat(DesKeys.isWeak(Secret.ofHex(key + GOOD + OTHER))).isTrue();
        assertThat(DesKeys.isWeak(Secret.ofHex(GOOD + key + OTHER))).isTrue();
        assertThat(DesKeys.isWeak(Secret.ofHex(GOOD + OTHER + key))).isTrue();
    }

    @Test
    void findsNothingWrongWithOrdinaryKeys() {
        assertThat(DesKeys.isWeak(Secret.ofHex(GOOD))).isFalse();
        assertThat(DesKeys.isWeak(Secret.ofHex(GOOD + OTHER + GOOD))).isFalse();
    }

    @Test
    void knowsHowManyKeysTripleDesHas() {
        assertThat(strength(GOOD + GOOD + OTHER)).isEqualTo(DesKeys.Strength.ONE_KEY);
        assertThat(strength(OTHER + GOOD + GOOD)).isEqualTo(DesKeys.Strength.ONE_KEY);
        String goodButForParity = "0022446688aaccee";
        assertThat(strength(OTHER + GOOD + goodButForParity)).isEqualTo(DesKeys.Strength.ONE_KEY);
        assertThat(strength(GOOD + OTHER + GOOD)).isEqualTo(DesKeys.Strength.TWO_KEYS);
        assertThat(strength(GOOD + OTHER + "0101010101010101"))
                .isEqualTo(DesKeys.Strength.THREE_KEYS);
    }

    private static DesKeys.Strength strength(String key) {
        return DesKeys.strength(Secret.ofHex(key));
    }

    @Test
    void saysNothingOfKeysThatAreNotOfDes() {
        assertThat(DesKeys.isWeak(Secret.of(new byte[16]))).isFalse();
        assertThatThrownBy(() -> DesKeys.strength(Secret.of(new byte[8])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
