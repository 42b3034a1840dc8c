package org.jipsec.crypto;

import org.jipsec.wire.Secret;
import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// The JDK's own providers, whose code the JIT replaces by the processor's AES and SHA
/// instructions. What they refuse here is our mistake, not the user's nor a peer's: keys and
/// lengths have been checked before.
final class Jce {
    private static final String CIPHERS = "SunJCE";
    private static final String DIGESTS = "SUN";

    private Jce() {}

    static SecretKey key(String algorithm, Secret key) {
        byte[] octets = key.toArray();
        SecretKey spec = new SecretKeySpec(octets, algorithm);
        Arrays.fill(octets, (byte) 0);
        return spec;
    }

    static Cipher cipher(String transformation) {
        try {
            return Cipher.getInstance(transformation, CIPHERS);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no " + transformation, missing);
        }
    }

    static Cipher cipher(
            String transformation,
            int mode,
            SecretKey key,
            @Nullable AlgorithmParameterSpec parameters) {
        Cipher cipher = cipher(transformation);
        try {
            cipher.init(mode, key, parameters);
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException(transformation + " refuses its key", refused);
        }
        return cipher;
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm, DIGESTS);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no " + algorithm, missing);
        }
    }
}
