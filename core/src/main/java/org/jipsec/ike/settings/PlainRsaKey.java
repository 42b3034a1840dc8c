package org.jipsec.ike.settings;

import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.math.BigInteger;
import java.util.Optional;

/// An RSA key without a certificate, and whom it is for.
///
/// @param local our own addresses that it is for; empty: any
/// @param remote the peers that it is for; empty: any
/// @param privateExponent empty of a public key
public record PlainRsaKey(
        Optional<Prefix> local,
        Optional<Prefix> remote,
        BigInteger modulus,
        BigInteger publicExponent,
        Optional<Secret> privateExponent) {
    public boolean isPrivate() {
        return privateExponent.isPresent();
    }
}
