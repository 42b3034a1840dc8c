package org.jipsec.dataplane;

import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// IVs for CBC that nobody can foresee (RFC 3602 2.2): a counter, encrypted under a key that never
/// leaves this object. One thread.
final class IvSource {
    private final Cipher cipher;
    private final byte[] block = new byte[16];
    private final RandomGenerator random;
    private long counter;

    /// @param random a `SecureRandom` but in tests
    IvSource(RandomGenerator random) {
        this.random = random;
        byte[] key = new byte[16];
        random.nextBytes(key);
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has AES", absent);
        }
    }

    /// @param length 4, 8 or 16
    void write(byte[] octets, int at, int length) {
        Octets.put64(block, 0, 0);
        Octets.put64(block, 8, counter++);
        try {
            cipher.update(block, 0, 16, block, 0);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a block is as long as a block", impossible);
        }
        System.arraycopy(block, 0, octets, at, length);
    }

    long nextLong() {
        return random.nextLong();
    }
}
