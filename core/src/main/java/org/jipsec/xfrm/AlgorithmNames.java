package org.jipsec.xfrm;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the kernel's crypto API calls our algorithms. Kernels tell the first name of each list;
/// before 2.6.20 they knew the others, and newer ones still take them.
final class AlgorithmNames {
    private static final Map<EncryptionAlgorithm, List<String>> CIPHERS =
            new EnumMap<>(EncryptionAlgorithm.class);
    private static final Map<AuthAlgorithm, List<String>> MACS = new EnumMap<>(AuthAlgorithm.class);

    /// What `XFRMA_ALG_AUTH`, which has no length of its own, is cut to, in bits.
    private static final Map<String, Integer> OLD_TRUNCATION = new HashMap<>();

    private static final Map<String, EncryptionAlgorithm> CIPHERS_BY_NAME = new HashMap<>();
    private static final Map<String, AuthAlgorithm> MACS_BY_NAME = new HashMap<>();

    static {
        cipher(EncryptionAlgorithm.NULL, "ecb(cipher_null)", "cipher_null");
        cipher(EncryptionAlgorithm.DES_CBC, "cbc(des)", "des");
        cipher(EncryptionAlgorithm.TRIPLE_DES_CBC, "cbc(des3_ede)", "des3_ede");
        cipher(EncryptionAlgorithm.CAST128_CBC, "cbc(cast5)", "cast5", "cast128");
        cipher(EncryptionAlgorithm.BLOWFISH_CBC, "cbc(blowfish)", "blowfish");
        cipher(EncryptionAlgorithm.AES_CBC, "cbc(aes)", "aes");
        cipher(EncryptionAlgorithm.AES_CTR, "rfc3686(ctr(aes))");
        cipher(EncryptionAlgorithm.CAMELLIA_CBC, "cbc(camellia)", "camellia");
        cipher(EncryptionAlgorithm.TWOFISH_CBC, "cbc(twofish)", "twofish");
        aead(EncryptionAlgorithm.AES_CCM_8, "rfc4309(ccm(aes))");
        aead(EncryptionAlgorithm.AES_CCM_12, "rfc4309(ccm(aes))");
        aead(EncryptionAlgorithm.AES_CCM_16, "rfc4309(ccm(aes))");
        aead(EncryptionAlgorithm.AES_GCM_8, "rfc4106(gcm(aes))");
        aead(EncryptionAlgorithm.AES_GCM_12, "rfc4106(gcm(aes))");
        aead(EncryptionAlgorithm.AES_GCM_16, "rfc4106(gcm(aes))");
        aead(EncryptionAlgorithm.AES_GMAC, "rfc4543(gcm(aes))");
        aead(EncryptionAlgorithm.CHACHA20_POLY1305, "rfc7539esp(chacha20,poly1305)");
        mac(AuthAlgorithm.NULL, 0, "digest_null");
        mac(AuthAlgorithm.HMAC_MD5, 96, "hmac(md5)", "md5");
        mac(AuthAlgorithm.HMAC_SHA1, 96, "hmac(sha1)", "sha1");
        mac(AuthAlgorithm.HMAC_SHA256, 96, "hmac(sha256)", "sha256");
        mac(AuthAlgorithm.HMAC_SHA256_96, 96, "hmac(sha256)", "sha256");
        mac(AuthAlgorithm.HMAC_SHA384, 192, "hmac(sha384)");
        mac(AuthAlgorithm.HMAC_SHA512, 256, "hmac(sha512)");
        mac(AuthAlgorithm.HMAC_RIPEMD160, 96, "hmac(rmd160)", "rmd160", "hmac(ripemd160)");
        mac(AuthAlgorithm.AES_XCBC_MAC, 96, "xcbc(aes)");
        mac(AuthAlgorithm.AES_CMAC, 96, "cmac(aes)");
    }

    private AlgorithmNames() {}

    /// Empty for what no kernel has.
    static Optional<String> of(EncryptionAlgorithm algorithm) {
        return Optional.ofNullable(CIPHERS.get(algorithm)).map(List::getFirst);
    }

    /// Empty for what no kernel has.
    static Optional<String> of(AuthAlgorithm algorithm) {
        return Optional.ofNullable(MACS.get(algorithm)).map(List::getFirst);
    }

    /// @param icvBits of an AEAD; 0 for a mere cipher
    static Optional<EncryptionAlgorithm> encryption(String name, int icvBits) {
        return Optional.ofNullable(CIPHERS_BY_NAME.get(key(name, icvBits)));
    }

    /// @param bits what is sent of the MAC
    static Optional<AuthAlgorithm> authentication(String name, int bits) {
        return Optional.ofNullable(MACS_BY_NAME.get(key(name, bits)));
    }

    /// As told by an old kernel, without the length.
    static Optional<AuthAlgorithm> authentication(String name) {
        return authentication(name, OLD_TRUNCATION.getOrDefault(name, 0));
    }

    private static void cipher(EncryptionAlgorithm algorithm, String... names) {
        CIPHERS.put(algorithm, List.of(names));
        for (String name : names) {
            CIPHERS_BY_NAME.put(key(name, 0), algorithm);
        }
    }

    private static void aead(EncryptionAlgorithm algorithm, String name) {
        CIPHERS.put(algorithm, List.of(name));
        CIPHERS_BY_NAME.put(key(name, algorithm.icvBits()), algorithm);
    }

    private static void mac(AuthAlgorithm algorithm, int oldTruncation, String... names) {
        MACS.put(algorithm, List.of(names));
        for (String name : names) {
            MACS_BY_NAME.put(key(name, algorithm.icvBits()), algorithm);
            OLD_TRUNCATION.put(name, oldTruncation);
        }
    }

    private static String key(String name, int bits) {
        return name + '/' + bits;
    }
}
