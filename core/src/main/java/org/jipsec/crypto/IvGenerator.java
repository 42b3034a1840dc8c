package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.random.RandomGenerator;

import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;

/// IVs for CBC that nobody can foresee (RFC 3602 2.2; SP 800-38A C, first method): a counter,
/// encrypted under a key that never leaves this object. One thread, no garbage.
public final class IvGenerator {
    private static final int BLOCK = 16;

    private final Cipher cipher;
    private final byte[] counter = new byte[BLOCK];
    private final byte[] block = new byte[BLOCK];

    /// @param random a `SecureRandom` but in tests
    public IvGenerator(RandomGenerator random) {
        byte[] octets = new byte[BLOCK];
        random.nextBytes(octets);
        try (Secret key = Secret.of(octets)) {
            cipher =
                    Jce.cipher("AES/ECB/NoPadding", Cipher.ENCRYPT_MODE, Jce.key("AES", key), null);
        }
        Arrays.fill(octets, (byte) 0);
    }

    /// @param length 1 to 16
    public void write(byte[] target, int at, int length) {
        for (int i = BLOCK - 1; i >= 0 && ++counter[i] == 0; i--) {
            // the carry goes on
        }
        try {
            cipher.update(counter, 0, BLOCK, block, 0);
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
        System.arraycopy(block, 0, target, at, length);
    }
}
