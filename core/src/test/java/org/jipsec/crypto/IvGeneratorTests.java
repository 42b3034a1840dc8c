package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

class IvGeneratorTests {
    @Test
    void repeatsNoneAndWritesOnlyWhereItShould() {
        IvGenerator generator = new IvGenerator(new Random(7));
        Set<Bytes> seen = new HashSet<>();
        byte[] packet = new byte[20];
        for (int i = 0; i < 70_000; i++) { // past the carry of two octets
            generator.write(packet, 2, 16);
            assertThat(seen.add(Bytes.of(packet, 2, 16))).isTrue();
        }
        assertThat(packet).startsWith(0, 0).endsWith(0, 0);
    }

    @Test
    void givesOthersToEveryKey() {
        byte[] one = new byte[8];
        byte[] other = new byte[8];
        new IvGenerator(new Random(1)).write(one, 0, 8);
        new IvGenerator(new Random(2)).write(other, 0, 8);
        assertThat(one).isNotEqualTo(other);
    }
}
