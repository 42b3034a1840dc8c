package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.crypto.Prf;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

/// The keys of IPsec's SAs that a quick mode makes (RFC 2409 5.5):
/// ```
/// KEYMAT = K1 | K2 | ...
/// K1 = prf(SKEYID_d,      [g^xy |] protocol | SPI | Ni_b | Nr_b)
/// K2 = prf(SKEYID_d, K1 | [g^xy |] protocol | SPI | Ni_b | Nr_b)    ...
/// ```
///
/// @param skeyidD of the ISAKMP SA
/// @param sharedSecret `g^xy` of this quick mode's own exchange; [Secret#EMPTY] without PFS
/// @param ni body of the initiator's nonce payload in this quick mode
/// @param nr the responder's
record Keymat(IkeHash hash, Secret skeyidD, Secret sharedSecret, Bytes ni, Bytes nr) {
    /// The keys of one SA.
    record Keys(Secret encryption, Secret authentication) {}

    /// The encryption key's octets come first, then those for authentication (RFC 2401 4.6.2 wants
    /// that order).
    ///
    /// @param protocol 2 for AH, 3 for ESP, as in the proposal (RFC 2407 4.4.1)
    /// @param spi the SA's: the one its receiver chose
    /// @param encryption length in octets, with the salt where the cipher has one; 0 for AH
    /// @param authentication length in octets; 0 without
    Keys keys(int protocol, Bytes spi, int encryption, int authentication) {
        try (Secret material = expand(protocol, spi, encryption + authentication)) {
            return new Keys(
                    material.slice(0, encryption),
                    material.slice(encryption, encryption + authentication));
        }
    }

    /// KEYMAT as such.
    ///
    /// @param length in octets
    Secret expand(int protocol, Bytes spi, int length) {
        Prf prf = hash.prf(skeyidD);
        return Expansion.of(
                length,
                previous ->
                        prf.update(previous)
                                .update(sharedSecret)
                                .update(Bytes.of((byte) protocol), spi, ni, nr)
                                .finishSecret());
    }
}
