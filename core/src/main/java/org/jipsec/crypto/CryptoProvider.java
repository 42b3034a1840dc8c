package org.jipsec.crypto;

import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.bouncycastle.crypto.engines.CAST5Engine;
import org.bouncycastle.crypto.engines.CamelliaEngine;
import org.bouncycastle.crypto.engines.TwofishEngine;
import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Makes the algorithms of a packet from their names and keys: by the JDK what it has, by
/// BouncyCastle what it lacks, by us what neither has without garbage or fast. What comes back is
/// for one thread and for one direction of one SA.
///
/// A key of a wrong length is an [IllegalArgumentException] that says which lengths would do, and
/// nothing about the key.
public final class CryptoProvider {
    private static final int GCM_SALT = 4;
    private static final int CCM_SALT = 3;

    private CryptoProvider() {}

    /// @param key of AES-CTR ends in its nonce; of [CipherAlgorithm#NULL] any, and not looked at
    public static PacketCipher cipher(CipherAlgorithm algorithm, Secret key) {
        return switch (algorithm) {
            case NULL -> new NullCipher();
            case DES_CBC -> {
                check(algorithm, key, 8);
                yield new JceCbc("DES", Jce.key("DES", key), 8);
            }
            case TRIPLE_DES_CBC -> {
                check(algorithm, key, 24);
                yield new TripleDesCbc(key);
            }
            case CAST128_CBC -> {
                checkRange(algorithm, key, 5, 16);
                yield new EngineCbc(new CAST5Engine(), key);
            }
            case BLOWFISH_CBC -> {
                checkRange(algorithm, key, 5, 56);
                yield new JceCbc("Blowfish", Jce.key("Blowfish", key), 8);
            }
            case AES_CBC -> {
                check(algorithm, key, 16, 24, 32);
                yield new JceCbc("AES", Jce.key("AES", key), 16);
            }
            case AES_CTR -> {
                check(algorithm, key, 20, 28, 36);
                yield new AesCtr(key);
            }
            case CAMELLIA_CBC -> {
                check(algorithm, key, 16, 24, 32);
                yield new EngineCbc(new CamelliaEngine(), key);
            }
            case TWOFISH_CBC -> {
                check(algorithm, key, 16, 24, 32);
                yield new EngineCbc(new TwofishEngine(), key);
            }
        };
    }

    /// With the ICV that the algorithm's RFC wants.
    public static PacketMac mac(MacAlgorithm algorithm, Secret key) {
        return mac(algorithm, key, algorithm.icvLength());
    }

    /// With another truncation: `ah-old` and `esp-old` send 16 octets of whatever MAC, as KAME did.
    ///
    /// @param icvLength in octets, at most what the MAC has
    public static PacketMac mac(MacAlgorithm algorithm, Secret key, int icvLength) {
        return switch (algorithm) {
            case NULL -> new NullMac();
            case HMAC_MD5_96 -> {
                check(algorithm, key, 16);
                yield new Hmac(Jce.digest("MD5"), 64, key, icvLength);
            }
            case HMAC_SHA1_96 -> {
                check(algorithm, key, 20);
                yield new Hmac(Jce.digest("SHA-1"), 64, key, icvLength);
            }
            case HMAC_SHA256_96, HMAC_SHA256_128 -> {
                check(algorithm, key, 32);
                yield new Hmac(Jce.digest("SHA-256"), 64, key, icvLength);
            }
            case HMAC_SHA384_192 -> {
                check(algorithm, key, 48);
                yield new Hmac(Jce.digest("SHA-384"), 128, key, icvLength);
            }
            case HMAC_SHA512_256 -> {
                check(algorithm, key, 64);
                yield new Hmac(Jce.digest("SHA-512"), 128, key, icvLength);
            }
            case HMAC_RIPEMD160_96 -> {
                check(algorithm, key, 20);
                yield new EngineHmac(new RIPEMD160Digest(), key, icvLength);
            }
            case AES_XCBC_96 -> {
                check(algorithm, key, 16);
                yield AesMac.xcbc(key, icvLength);
            }
            case AES_CMAC_96 -> {
                check(algorithm, key, 16);
                yield AesMac.cmac(key, icvLength);
            }
            case KEYED_MD5 -> {
                check(algorithm, key, 16);
                yield new KeyedDigest(Jce.digest("MD5"), key, icvLength);
            }
            case KEYED_SHA1 -> {
                check(algorithm, key, 20);
                yield new KeyedDigest(Jce.digest("SHA-1"), key, icvLength);
            }
        };
    }

    /// @param keyAndSalt the key, then its salt: 3 octets for CCM, 4 for the others
    public static PacketAead aead(AeadAlgorithm algorithm, Secret keyAndSalt) {
        return switch (algorithm) {
            case AES_GCM_8 -> {
                check(algorithm, keyAndSalt, 20, 28, 36);
                try (Secret key = withoutSalt(keyAndSalt, GCM_SALT)) {
                    yield new SaltedAead(new EngineGcm(key, 8), salt(keyAndSalt, GCM_SALT));
                }
            }
            case AES_GCM_12 -> jceGcm(algorithm, keyAndSalt, 12);
            case AES_GCM_16 -> jceGcm(algorithm, keyAndSalt, 16);
            case AES_CCM_8 -> ccm(algorithm, keyAndSalt, 8);
            case AES_CCM_12 -> ccm(algorithm, keyAndSalt, 12);
            case AES_CCM_16 -> ccm(algorithm, keyAndSalt, 16);
            case AES_GMAC -> {
                check(algorithm, keyAndSalt, 20, 28, 36);
                yield new GmacAead(gmac(keyAndSalt));
            }
            case CHACHA20_POLY1305 -> {
                check(algorithm, keyAndSalt, 36);
                try (Secret key = withoutSalt(keyAndSalt, GCM_SALT)) {
                    yield new SaltedAead(
                            JceAead.chacha20Poly1305(Jce.key("ChaCha20", key)),
                            salt(keyAndSalt, GCM_SALT));
                }
            }
        };
    }

    private static PacketAead ccm(AeadAlgorithm algorithm, Secret keyAndSalt, int icvLength) {
        check(algorithm, keyAndSalt, 19, 27, 35);
        try (Secret key = withoutSalt(keyAndSalt, CCM_SALT)) {
            return new SaltedAead(
                    new AesCcm(Jce.key("AES", key), icvLength), salt(keyAndSalt, CCM_SALT));
        }
    }

    private static PacketAead jceGcm(AeadAlgorithm algorithm, Secret keyAndSalt, int icvLength) {
        check(algorithm, keyAndSalt, 20, 28, 36);
        try (Secret key = withoutSalt(keyAndSalt, GCM_SALT)) {
            return new SaltedAead(
                    JceAead.gcm(Jce.key("AES", key), icvLength), salt(keyAndSalt, GCM_SALT));
        }
    }

    /// GMAC for AH (RFC 4543).
    ///
    /// @param keyAndSalt the key, then 4 octets of salt
    public static PacketIvMac gmacForAh(Secret keyAndSalt) {
        check(AeadAlgorithm.AES_GMAC, keyAndSalt, 20, 28, 36);
        return gmac(keyAndSalt);
    }

    private static Gmac gmac(Secret keyAndSalt) {
        try (Secret key = withoutSalt(keyAndSalt, GCM_SALT)) {
            return new Gmac(Jce.key("AES", key), salt(keyAndSalt, GCM_SALT));
        }
    }

    private static Secret withoutSalt(Secret keyAndSalt, int saltLength) {
        return keyAndSalt.slice(0, keyAndSalt.length() - saltLength);
    }

    private static byte[] salt(Secret keyAndSalt, int saltLength) {
        try (Secret salt =
                keyAndSalt.slice(keyAndSalt.length() - saltLength, keyAndSalt.length())) {
            return salt.toArray();
        }
    }

    private static void check(Enum<?> algorithm, Secret key, int... lengths) {
        if (Arrays.stream(lengths).noneMatch(length -> length == key.length())) {
            String allowed =
                    Arrays.stream(lengths)
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(" or "));
            throw wrongLength(algorithm, key, allowed);
        }
    }

    private static void checkRange(Enum<?> algorithm, Secret key, int minimum, int maximum) {
        if (key.length() < minimum || key.length() > maximum) {
            throw wrongLength(algorithm, key, minimum + " to " + maximum);
        }
    }

    private static IllegalArgumentException wrongLength(
            Enum<?> algorithm, Secret key, String allowed) {
        return new IllegalArgumentException(
                "a key of %s has %s octets, this one has %d"
                        .formatted(algorithm.name(), allowed, key.length()));
    }
}
