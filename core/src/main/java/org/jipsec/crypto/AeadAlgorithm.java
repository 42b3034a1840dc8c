package org.jipsec.crypto;

/// The combined modes of ESP, and GMAC for AH. Keys end in their salt.
public enum AeadAlgorithm {
    AES_GCM_8,
    AES_GCM_12,
    AES_GCM_16,
    AES_CCM_8,
    AES_CCM_12,
    AES_CCM_16,
    /// RFC 4543: nothing is encrypted; the payload is additional data too.
    AES_GMAC,
    CHACHA20_POLY1305
}
