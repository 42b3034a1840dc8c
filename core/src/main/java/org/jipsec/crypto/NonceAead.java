package org.jipsec.crypto;

/// An AEAD with its key, as its own document defines it: with a whole nonce, not with ESP's salt
/// and IV.
interface NonceAead {
    int icvLength();

    /// Encrypts `length` octets at `offset` and writes the ICV behind them.
    void seal(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength);

    /// Decrypts `length` octets at `offset`, with the ICV behind them.
    ///
    /// @return false when the ICV is wrong; what stands at `offset` is then undefined and no
    /// plaintext
    boolean open(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength);
}
