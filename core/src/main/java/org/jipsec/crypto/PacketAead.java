package org.jipsec.crypto;

/// An AEAD of ESP with its key and salt, for one direction of one SA: works in place on a heap
/// array, is used by one thread. The only part of the packet path that cannot do without garbage:
/// how much, [JceAead] tells.
public interface PacketAead {
    /// Octets of IV in each packet.
    int ivLength();

    int icvLength();

    /// Encrypts `length` octets at `offset` and writes the ICV behind them.
    ///
    /// @param iv where the packet's IV stands; it must never repeat under one key
    /// @param additional octets that are protected but not encrypted: SPI and sequence number
    void seal(
            byte[] buffer, int iv, int offset, int length, byte[] additional, int additionalLength);

    /// Decrypts `length` octets at `offset`, with the ICV behind them.
    ///
    /// @return false when the ICV is wrong; what stands at `offset` is then undefined and no
    /// plaintext
    boolean open(
            byte[] buffer, int iv, int offset, int length, byte[] additional, int additionalLength);
}
