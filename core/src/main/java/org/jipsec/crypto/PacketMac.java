package org.jipsec.crypto;

/// An integrity algorithm of AH and ESP with its key, for one direction of one SA: allocates
/// nothing per packet, is used by one thread. [#update] any number of times, then [#finish], which
/// makes it ready for the next packet.
public interface PacketMac {
    /// Octets sent of the MAC; 0 for the null algorithm.
    int icvLength();

    void update(byte[] buffer, int offset, int length);

    /// Writes [#icvLength] octets at `offset`.
    void finish(byte[] buffer, int offset);

    /// Whether the [#icvLength] octets at `offset` are the MAC; compares in constant time.
    boolean finishAndVerify(byte[] buffer, int offset);
}
