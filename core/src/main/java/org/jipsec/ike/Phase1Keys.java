package org.jipsec.ike;

import org.jipsec.wire.Bytes;

/// What the two sides of a phase 1 know when both Diffie-Hellman values are told.
///
/// @param hashes to prove it with
/// @param chain the encryption of phase 1's own messages
record Phase1Keys(KeyMaterial material, Phase1Hashes hashes, CipherChain chain) {
    /// As at the start, before any message was encrypted.
    static Phase1Keys of(KeyMaterial material, Phase1Hashes hashes) {
        Bytes iv =
                IvDerivation.phase1(material.cipher(), material.hash(), hashes.gxi(), hashes.gxr());
        return new Phase1Keys(
                material, hashes, new CipherChain(material.cipher(), material.encryptionKey(), iv));
    }
}
