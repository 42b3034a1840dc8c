package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.math.BigInteger;
import java.util.Arrays;

/// Numbers that are not negative as big-endian octets of a given length, and back.
final class Octets {
    private Octets() {}

    static BigInteger number(Secret secret) {
        byte[] octets = secret.toArray();
        BigInteger number = new BigInteger(1, octets);
        Arrays.fill(octets, (byte) 0);
        return number;
    }

    /// With zeros on the left.
    static byte[] padded(BigInteger number, int length) {
        byte[] minimal = number.toByteArray(); // with a zero in front if the first bit is set
        int from = minimal.length > length ? minimal.length - length : 0;
        int used = minimal.length - from;
        byte[] octets = new byte[length];
        System.arraycopy(minimal, from, octets, length - used, used);
        Arrays.fill(minimal, (byte) 0);
        return octets;
    }

    static Secret secret(BigInteger number, int length) {
        byte[] octets = padded(number, length);
        Secret secret = Secret.of(octets);
        Arrays.fill(octets, (byte) 0);
        return secret;
    }
}
