package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

/// What authenticates the messages after phase 1: the body of their first payload, HASH.
///
/// @param skeyidA of the ISAKMP SA
/// @param messageId of the exchange, as in the header
record Phase2Hashes(IkeHash hash, Secret skeyidA, int messageId) {
    /// Of quick mode's first message (RFC 2409 5.5), and of the only one of an informational
    /// exchange (5.7), mode configuration's and new group mode's: `HASH(1) = prf(SKEYID_a, M-ID |
    /// rest)`.
    ///
    /// @param rest all payloads behind HASH with their generic headers, without the padding
    Bytes hash1(Bytes rest) {
        return hash.prf(skeyidA).update(IvDerivation.octets(messageId), rest).finish();
    }

    /// Of quick mode's second message: `HASH(2) = prf(SKEYID_a, M-ID | Ni_b | rest)`. That of the
    /// fourth, which a commit bit asks for, is HASH(1) again.
    ///
    /// @param ni body of the initiator's nonce payload in this quick mode
    /// @param rest all payloads behind HASH with their generic headers, without the padding
    Bytes hash2(Bytes ni, Bytes rest) {
        return hash.prf(skeyidA).update(IvDerivation.octets(messageId), ni, rest).finish();
    }

    /// Of quick mode's third message: `HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)`.
    Bytes hash3(Bytes ni, Bytes nr) {
        return hash.prf(skeyidA)
                .update(Bytes.of((byte) 0), IvDerivation.octets(messageId), ni, nr)
                .finish();
    }
}
