package org.jipsec.crypto;

/// A cipher of ESP with its key, for one direction of one SA: works in place on a heap array,
/// allocates nothing per packet, is used by one thread.
public interface PacketCipher {
    /// Octets of IV in each packet; 0 for none.
    int ivLength();

    /// The plaintext is a multiple of this long.
    int blockLength();

    /// Encrypts `length` octets at `offset` under the IV that stands at `iv`.
    void encrypt(byte[] buffer, int iv, int offset, int length);

    /// Decrypts `length` octets at `offset` under the IV that stands at `iv`.
    void decrypt(byte[] buffer, int iv, int offset, int length);
}
