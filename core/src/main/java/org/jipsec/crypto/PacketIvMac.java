package org.jipsec.crypto;

/// An integrity algorithm whose every MAC needs an IV of its own: GMAC in AH (RFC 4543). There the
/// IV is sent in front of the ICV, in the same field, and is covered by the MAC as any other part
/// of the packet: the caller gives it to [#update] too.
public interface PacketIvMac extends PacketMac {
    /// Octets of IV in each packet.
    int ivLength();

    /// Before the first [#update] of a packet whose MAC is to be computed.
    ///
    /// @param iv where the packet's IV stands; it must never repeat under one key
    void startMac(byte[] buffer, int iv);

    /// Before the first [#update] of a packet whose MAC is to be verified.
    void startVerify(byte[] buffer, int iv);
}
