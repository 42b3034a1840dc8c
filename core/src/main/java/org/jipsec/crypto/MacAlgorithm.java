package org.jipsec.crypto;

/// The MACs of AH and ESP, with what is sent of each.
public enum MacAlgorithm {
    NULL(0),
    HMAC_MD5_96(12),
    HMAC_SHA1_96(12),
    HMAC_SHA256_96(12),
    HMAC_SHA256_128(16),
    HMAC_SHA384_192(24),
    HMAC_SHA512_256(32),
    HMAC_RIPEMD160_96(12),
    AES_XCBC_96(12),
    AES_CMAC_96(12),
    /// RFC 1828, truncated as KAME does outside of `ah-old`.
    KEYED_MD5(12),
    /// RFC 1852, truncated as KAME does outside of `ah-old`.
    KEYED_SHA1(12);

    private final int icvLength;

    MacAlgorithm(int icvLength) {
        this.icvLength = icvLength;
    }

    /// In octets.
    public int icvLength() {
        return icvLength;
    }
}
