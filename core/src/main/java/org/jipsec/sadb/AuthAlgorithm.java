package org.jipsec.sadb;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Integrity algorithms of AH and ESP: `SADB_AALG_*`, setkey's names after `-A`, key and ICV sizes.
///
/// Numbers from [#PRIVATE] to 247 are jipsec's own, for what PF_KEY never numbered; no kernel is
/// told them.
public enum AuthAlgorithm {
    NONE(0, "none", 0, 0, 0, null),
    HMAC_MD5(2, "hmac-md5", 128, 128, 96, rfc("RFC 8221", "MUST NOT")),
    HMAC_SHA1(3, "hmac-sha1", 160, 160, 96, null),
    /// RFC 4868: truncated to 128 bits. Linux's PF_KEY truncates to 96: that is [#HMAC_SHA256_96].
    HMAC_SHA256(5, "hmac-sha256", 256, 256, 128, null, "hmac-sha2-256"),
    HMAC_SHA384(6, "hmac-sha384", 384, 384, 192, null, "hmac-sha2-384"),
    HMAC_SHA512(7, "hmac-sha512", 512, 512, 256, null, "hmac-sha2-512"),
    HMAC_RIPEMD160(8, "hmac-ripemd160", 160, 160, 96, null),
    /// RFC 3566
    AES_XCBC_MAC(9, "aes-xcbc-mac", 128, 128, 96, null),
    /// RFC 4543 in AH: key followed by 32 bits of salt. Numbered 11, 12, 13 by key size on the
    /// BSDs; 11 here.
    AES_GMAC(11, "aes-gmac", 160, 288, 128, null),
    /// draft-ietf-ipsec-ciph-sha-256-00: truncated to 96 bits, as Linux before 2.6.33 and its
    /// PF_KEY still have it.
    HMAC_SHA256_96(240, "hmac-sha256-96", 256, 256, 96, null, "hmac-sha2-256-96"),
    /// RFC 4494
    AES_CMAC(241, "aes-cmac", 128, 128, 96, null, "aes-cmac-96"),
    /// RFC 1828; KAME truncates it to 96 bits, in `ah-old` it sends all 128.
    KEYED_MD5(249, "keyed-md5", 128, 128, 96, rfc("RFC 8221", "MUST NOT")),
    /// RFC 1852; KAME truncates it to 96 bits, in `ah-old` to 128.
    KEYED_SHA1(250, "keyed-sha1", 160, 160, 96, rfc("RFC 2402", "no longer named")),
    NULL(251, "null", 0, 2048, 0, null),
    /// RFC 2385; for sockets of TCP, not for packets.
    TCP_MD5(252, "tcp-md5", 8, 640, 128, rfc("RFC 5925", "obsoleted"));

    /// The first of jipsec's own numbers.
    public static final int PRIVATE = 240;

    private static final Map<String, AuthAlgorithm> BY_NAME = new HashMap<>();
    private static final AuthAlgorithm[] BY_NUMBER = new AuthAlgorithm[256];

    static {
        for (AuthAlgorithm algorithm : values()) {
            BY_NUMBER[algorithm.number] = algorithm;
            algorithm.names.forEach(name -> BY_NAME.put(name, algorithm));
        }
        BY_NAME.remove("none");
    }

    private final int number;
    private final List<String> names;
    private final int minimumKeyBits;
    private final int maximumKeyBits;
    private final int icvBits;
    private final Optional<Retirement> retirement;

    AuthAlgorithm(
            int number,
            String name,
            int minimumKeyBits,
            int maximumKeyBits,
            int icvBits,
            @org.jspecify.annotations.Nullable Retirement retirement,
            String... synonyms) {
        this.number = number;
        String[] all = Arrays.copyOf(new String[] {name}, 1 + synonyms.length);
        System.arraycopy(synonyms, 0, all, 1, synonyms.length);
        this.names = List.of(all);
        this.minimumKeyBits = minimumKeyBits;
        this.maximumKeyBits = maximumKeyBits;
        this.icvBits = icvBits;
        this.retirement = Optional.ofNullable(retirement);
    }

    /// By any of its names in a setkey.conf.
    public static Optional<AuthAlgorithm> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// By the number of PF_KEY.
    public static Optional<AuthAlgorithm> numbered(int number) {
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

    public int minimumKeyBits() {
        return minimumKeyBits;
    }

    public int maximumKeyBits() {
        return maximumKeyBits;
    }

    /// Whether a key of so many bits is one of this algorithm's.
    public boolean acceptsKeyBits(int bits) {
        return bits >= minimumKeyBits
                && bits <= maximumKeyBits
                && (this != AES_GMAC || (bits - 32) % 64 == 0);
    }

    /// What is sent of the MAC, in bits.
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
