package org.jipsec.sadb;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Ciphers of ESP: `SADB_EALG_*`, setkey's names after `-E`, sizes. Keys of the counter modes and
/// AEADs end in their salt (RFC 3686 5.1: "nonce"), as setkey, XFRM and IKE write them.
///
/// `des-deriv`, `des-32iv` are [#DES_CBC] with a flag of the SA.
public enum EncryptionAlgorithm {
    NONE(0, "none", 0, 0, 0, 0, 1, 0, 0, null),
    DES_CBC(2, "des-cbc", 64, 64, 0, 8, 8, 0, 0, rfc("RFC 8221", "MUST NOT")),
    TRIPLE_DES_CBC(3, "3des-cbc", 192, 192, 0, 8, 8, 0, 0, rfc("RFC 8221", "SHOULD NOT")),
    CAST128_CBC(6, "cast128-cbc", 40, 128, 8, 8, 8, 0, 0, rfc("RFC 9395", "deprecated")),
    BLOWFISH_CBC(7, "blowfish-cbc", 40, 448, 8, 8, 8, 0, 0, rfc("RFC 8221", "MUST NOT")),
    NULL(11, "null", 0, 2048, 8, 0, 1, 0, 0, null),
    AES_CBC(12, "aes-cbc", 128, 256, 64, 16, 16, 0, 0, null, "rijndael-cbc"),
    /// RFC 3686
    AES_CTR(13, "aes-ctr", 160, 288, 64, 8, 1, 32, 0, null),
    /// RFC 4309 with an 8, 12, 16-octet ICV; salt of 24 bits.
    AES_CCM_8(14, "aes-ccm-8", 152, 280, 64, 8, 1, 24, 64, null),
    AES_CCM_12(15, "aes-ccm-12", 152, 280, 64, 8, 1, 24, 96, null),
    AES_CCM_16(16, "aes-ccm-16", 152, 280, 64, 8, 1, 24, 128, null),
    /// RFC 4106 with an 8, 12, 16-octet ICV
    AES_GCM_8(18, "aes-gcm-8", 160, 288, 64, 8, 1, 32, 64, null),
    AES_GCM_12(19, "aes-gcm-12", 160, 288, 64, 8, 1, 32, 96, null),
    AES_GCM_16(20, "aes-gcm-16", 160, 288, 64, 8, 1, 32, 128, null, "aes-gcm"),
    /// RFC 4312
    CAMELLIA_CBC(22, "camellia-cbc", 128, 256, 64, 16, 16, 0, 0, null),
    /// RFC 4543: ESP with integrity only.
    AES_GMAC(23, "aes-gmac", 160, 288, 64, 8, 1, 32, 128, null),
    /// RFC 7634
    CHACHA20_POLY1305(31, "chacha20-poly1305", 288, 288, 0, 8, 1, 32, 128, null),
    TWOFISH_CBC(253, "twofish-cbc", 128, 256, 64, 16, 16, 0, 0, null);

    private static final Map<String, EncryptionAlgorithm> BY_NAME = new HashMap<>();
    private static final @Nullable EncryptionAlgorithm[] BY_NUMBER = new EncryptionAlgorithm[256];

    static {
        for (EncryptionAlgorithm algorithm : values()) {
            BY_NUMBER[algorithm.number] = algorithm;
            algorithm.names.forEach(name -> BY_NAME.put(name, algorithm));
        }
        BY_NAME.remove("none");
    }

    private final int number;
    private final List<String> names;
    private final int minimumKeyBits;
    private final int maximumKeyBits;
    private final int keyStepBits;
    private final int ivOctets;
    private final int blockOctets;
    private final int saltBits;
    private final int icvBits;
    private final Optional<Retirement> retirement;

    EncryptionAlgorithm(
            int number,
            String name,
            int minimumKeyBits,
            int maximumKeyBits,
            int keyStepBits,
            int ivOctets,
            int blockOctets,
            int saltBits,
            int icvBits,
            @Nullable Retirement retirement,
            String... synonyms) {
        this.number = number;
        String[] all = Arrays.copyOf(new String[] {name}, 1 + synonyms.length);
        System.arraycopy(synonyms, 0, all, 1, synonyms.length);
        this.names = List.of(all);
        this.minimumKeyBits = minimumKeyBits;
        this.maximumKeyBits = maximumKeyBits;
        this.keyStepBits = keyStepBits;
        this.ivOctets = ivOctets;
        this.blockOctets = blockOctets;
        this.saltBits = saltBits;
        this.icvBits = icvBits;
        this.retirement = Optional.ofNullable(retirement);
    }

    /// By any of its names in a setkey.conf.
    public static Optional<EncryptionAlgorithm> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// By the number of PF_KEY.
    public static Optional<EncryptionAlgorithm> numbered(int number) {
        return number < 0 || number > 255
                ? Optional.empty()
                : Optional.ofNullable(BY_NUMBER[number]);
    }

    public int number() {
        return number;
    }

    /// The preferred name.
    public String word() {
        return names.get(0);
    }

    /// The preferred name and its synonyms.
    public List<String> names() {
        return names;
    }

    /// Salt included.
    public int minimumKeyBits() {
        return minimumKeyBits;
    }

    /// Salt included.
    public int maximumKeyBits() {
        return maximumKeyBits;
    }

    /// Whether a key of so many bits, salt included, is one of this cipher's.
    public boolean acceptsKeyBits(int bits) {
        return bits >= minimumKeyBits
                && bits <= maximumKeyBits
                && (keyStepBits == 0 || (bits - minimumKeyBits) % keyStepBits == 0);
    }

    /// What stands in each packet before the ciphertext.
    public int ivOctets() {
        return ivOctets;
    }

    /// To a multiple of which the plaintext is padded; ESP itself wants 4 at least.
    public int blockOctets() {
        return blockOctets;
    }

    public int saltBits() {
        return saltBits;
    }

    /// Whether it has an ICV of its own, so that a further integrity algorithm is wrong beside it.
    public boolean isAead() {
        return icvBits > 0;
    }

    /// Of an AEAD; 0 for the others.
    public int icvBits() {
        return icvBits;
    }

    public boolean takesKey() {
        return this != NONE && this != NULL;
    }

    public Optional<Retirement> retirement() {
        return retirement;
    }

    private static Retirement rfc(String document, String verdict) {
        return new Retirement(document, verdict);
    }
}
