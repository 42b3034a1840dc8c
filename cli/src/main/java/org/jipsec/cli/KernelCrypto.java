package org.jipsec.cli;

import org.jipsec.os.XfrmTrial.Part;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.List;
import java.util.Optional;

/// What the kernel's crypto API builds our algorithms of.
///
/// @param word setkey's
/// @param name the kernel's
/// @param parts templates and primitives that it takes; where one is in a module, `crypto-` and the
///     part is the alias that loads it
/// @param trial an SA with it is tried by this
record KernelCrypto(String word, String name, List<String> parts, Part trial) {
    /// Empty for what no Linux runs.
    static Optional<KernelCrypto> of(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE -> Optional.empty();
            case NULL -> cipher(algorithm, "ecb(cipher_null)", "cipher_null");
            case DES_CBC -> cipher(algorithm, "cbc(des)", "cbc", "des");
            case TRIPLE_DES_CBC -> cipher(algorithm, "cbc(des3_ede)", "cbc", "des3_ede");
            case CAST128_CBC -> cipher(algorithm, "cbc(cast5)", "cbc", "cast5");
            case BLOWFISH_CBC -> cipher(algorithm, "cbc(blowfish)", "cbc", "blowfish");
            case AES_CBC -> cipher(algorithm, "cbc(aes)", "cbc", "aes");
            case AES_CTR -> cipher(algorithm, "rfc3686(ctr(aes))", "rfc3686", "ctr", "aes");
            case CAMELLIA_CBC -> cipher(algorithm, "cbc(camellia)", "cbc", "camellia");
            case TWOFISH_CBC -> cipher(algorithm, "cbc(twofish)", "cbc", "twofish");
            case AES_CCM_8, AES_CCM_12, AES_CCM_16 ->
                    aead(algorithm, "rfc4309(ccm(aes))", "rfc4309", "ccm", "aes");
            case AES_GCM_8, AES_GCM_12, AES_GCM_16 ->
                    aead(algorithm, "rfc4106(gcm(aes))", "rfc4106", "gcm", "aes");
            case AES_GMAC -> aead(algorithm, "rfc4543(gcm(aes))", "rfc4543", "gcm", "aes");
            case CHACHA20_POLY1305 ->
                    aead(
                            algorithm,
                            "rfc7539esp(chacha20,poly1305)",
                            "rfc7539esp",
                            "chacha20"); // poly1305 is no part of its own since 6.16
        };
    }

    /// Empty for what no Linux runs in an SA.
    static Optional<KernelCrypto> of(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case NULL -> mac(algorithm, "digest_null", "digest_null");
            case HMAC_MD5 -> mac(algorithm, "hmac(md5)", "hmac", "md5");
            case HMAC_SHA1 -> mac(algorithm, "hmac(sha1)", "hmac", "sha1");
            case HMAC_SHA256, HMAC_SHA256_96 -> mac(algorithm, "hmac(sha256)", "hmac", "sha256");
            case HMAC_SHA384 -> mac(algorithm, "hmac(sha384)", "hmac", "sha384");
            case HMAC_SHA512 -> mac(algorithm, "hmac(sha512)", "hmac", "sha512");
            case HMAC_RIPEMD160 -> mac(algorithm, "hmac(rmd160)", "hmac", "rmd160");
            case AES_XCBC_MAC -> mac(algorithm, "xcbc(aes)", "xcbc", "aes");
            case AES_CMAC -> mac(algorithm, "cmac(aes)", "cmac", "aes");
            case NONE, AES_GMAC, KEYED_MD5, KEYED_SHA1, TCP_MD5 -> Optional.empty();
        };
    }

    /// Empty for what no Linux runs.
    static Optional<KernelCrypto> of(CompressionAlgorithm algorithm) {
        return algorithm == CompressionAlgorithm.DEFLATE
                ? Optional.of(
                        new KernelCrypto(
                                algorithm.word(),
                                "deflate",
                                List.of("deflate"),
                                new Part.Compression("deflate")))
                : Optional.empty();
    }

    private static Optional<KernelCrypto> cipher(
            EncryptionAlgorithm algorithm, String name, String... parts) {
        Part trial = new Part.Encryption(name, keyBits(algorithm));
        return Optional.of(new KernelCrypto(algorithm.word(), name, List.of(parts), trial));
    }

    private static Optional<KernelCrypto> aead(
            EncryptionAlgorithm algorithm, String name, String... parts) {
        Part trial = new Part.Aead(name, keyBits(algorithm), algorithm.icvBits());
        return Optional.of(new KernelCrypto(algorithm.word(), name, List.of(parts), trial));
    }

    private static int keyBits(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case NULL -> 0;
            case CAST128_CBC, BLOWFISH_CBC -> 128;
            default -> algorithm.minimumKeyBits();
        };
    }

    private static Optional<KernelCrypto> mac(
            AuthAlgorithm algorithm, String name, String... parts) {
        Part trial = new Part.Authentication(name, algorithm.minimumKeyBits(), algorithm.icvBits());
        return Optional.of(new KernelCrypto(algorithm.word(), name, List.of(parts), trial));
    }
}
