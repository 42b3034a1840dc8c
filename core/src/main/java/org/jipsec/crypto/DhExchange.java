package org.jipsec.crypto;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.random.RandomGenerator;

/// Diffie-Hellman in the groups of IKE. A private value is for one exchange: nothing here hides
/// from a stop watch held to many uses of the same one.
public final class DhExchange {
    /// @param privateValue big-endian
    /// @param publicValue as the key exchange payload carries it: [DhGroup#publicLength] octets
    public record KeyPair(DhGroup group, Secret privateValue, Bytes publicValue) {
        /// Shared secret with `peer`.
        ///
        /// @see DhExchange#agree
        public Secret agree(Bytes peer) throws InvalidPublicValueException {
            return DhExchange.agree(group, privateValue, peer);
        }
    }

    private DhExchange() {}

    /// A fresh private value and what the peer gets of it.
    ///
    /// @param random of cryptographic quality
    public static KeyPair generate(DhGroup group, RandomGenerator random) {
        return group.isElliptic()
                ? EllipticExchange.of(group).generate(random)
                : ModularExchange.of(group).generate(random);
    }

    /// The pair that belongs to a private value, of a recorded exchange or a vector.
    ///
    /// @throws IllegalArgumentException when it is zero or not below the order of the group
    public static KeyPair ofPrivate(DhGroup group, Secret privateValue) {
        return group.isElliptic()
                ? EllipticExchange.of(group).pair(privateValue)
                : ModularExchange.of(group).pair(privateValue);
    }

    /// `g^xy`, or the x of that point: [DhGroup#sharedLength] octets, padded on the left.
    ///
    /// @param peer the peer's public value as it came, checked here: as long as the group's, a
    /// number from 2 to p-2 or a point on the curve
    public static Secret agree(DhGroup group, Secret privateValue, Bytes peer)
            throws InvalidPublicValueException {
        if (peer.length() != group.publicLength()) {
            throw new InvalidPublicValueException(
                    "a public value of %s has %d octets, this one has %d"
                            .formatted(group.word(), group.publicLength(), peer.length()));
        }
        return group.isElliptic()
                ? EllipticExchange.of(group).agree(privateValue, peer)
                : ModularExchange.of(group).agree(privateValue, peer);
    }
}
