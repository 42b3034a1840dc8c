package org.jipsec.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoTests {
    private final Echo request = Echo.request(Scenario.LEFT, Scenario.RIGHT, 0x1234, 7);

    @Test
    void isReadAsItWasWritten() {
        assertThat(Echo.of(request.packet())).contains(request);
        assertThat(Echo.of(request.answer().packet())).contains(request.answer());
    }

    /// The checksums worked out apart from our code.
    @Test
    void hasTheChecksumsOfRfc1071() {
        Bytes packet =
                new Echo(Scenario.LEFT, Scenario.RIGHT, false, 0x1234, 1, 64, Bytes.EMPTY).packet();
        assertThat(packet.hex())
                .isEqualTo("4500001c000140004001b5c7c0a80164c0a80264" + "0800e5ca12340001");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6, 8, 9, 12, 20, 22, 24, 40})
    void isNotReadWithADamagedOctet(int index) {
        byte[] octets = request.packet().toArray();
        octets[index] ^= 0x21;
        assertThat(Echo.of(Bytes.of(octets))).isEmpty();
    }

    @Test
    void isNotReadFromLess() {
        assertThat(Echo.of(Bytes.of(request.packet().toArray(), 0, 27))).isEmpty();
        assertThat(Echo.of(Bytes.EMPTY)).isEmpty();
    }
}
