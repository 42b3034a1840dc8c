package org.jipsec.crypto;

/// The ciphers without integrity that a packet can be encrypted with.
public enum CipherAlgorithm {
    NULL,
    DES_CBC,
    TRIPLE_DES_CBC,
    CAST128_CBC,
    BLOWFISH_CBC,
    AES_CBC,
    /// The key ends in four octets of nonce (RFC 3686).
    AES_CTR,
    CAMELLIA_CBC,
    TWOFISH_CBC
}
