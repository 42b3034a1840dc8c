package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

class ChecksumTests {
    @Test
    void isTheOneOfRfc1071WhateverTheLengthAndPlace() {
        Random random = new Random(1);
        byte[] octets = new byte[1600];
        for (int length = 0; length < 1500; length++) {
            random.nextBytes(octets);
            int from = random.nextInt(100);
            assertThat(Checksum.finish(Checksum.add(0, octets, from, length)))
                    .as("%d octets from %d", length, from)
                    .isEqualTo(TestPackets.checksum(octets, from, length, 0));
        }
    }

    @Test
    void keepsZeroAndAllOnesApart() {
        byte[] octets = new byte[65_536];
        assertThat(Checksum.finish(Checksum.add(0, octets, 0, 65_536))).isEqualTo(0xffff);
        Arrays.fill(octets, (byte) 0xff);
        assertThat(Checksum.finish(Checksum.add(0, octets, 0, 65_536))).isZero();
    }

    @Test
    void addsUpFromParts() {
        byte[] octets = new byte[1000];
        new Random(2).nextBytes(octets);
        long sum = Checksum.add(Checksum.add(0, octets, 0, 34), octets, 34, 966);
        assertThat(Checksum.finish(sum)).isEqualTo(TestPackets.checksum(octets, 0, 1000, 0));
    }
}
