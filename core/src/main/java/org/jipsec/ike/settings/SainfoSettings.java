package org.jipsec.ike.settings;

import org.jipsec.crypto.DhGroup;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What to negotiate in phase 2 for some traffic (`sainfo`).
///
/// @param local our side of the identities
/// @param remote the peer's side
/// @param peer only for a peer that was so named in phase 1 (`from`)
/// @param group only for XAUTH users of it
/// @param pfsGroup empty: no PFS is asked for
/// @param encryption in order of preference; not empty
/// @param authentication in order of preference; not empty
/// @param compression in order of preference; not empty
/// @param remoteId only behind a remote whose `ph1id` is equal, 0 included
public record SainfoSettings(
        Side local,
        Side remote,
        Optional<PeerIdentity> peer,
        Optional<String> group,
        Optional<DhGroup> pfsGroup,
        Duration lifetime,
        List<Cipher> encryption,
        List<AuthAlgorithm> authentication,
        List<CompressionAlgorithm> compression,
        long remoteId) {
    public SainfoSettings {
        encryption = List.copyOf(encryption);
        authentication = List.copyOf(authentication);
        compression = List.copyOf(compression);
    }

    /// One side of the traffic.
    public sealed interface Side {
        record Anonymous() implements Side {}

        /// The address that mode config gave to the client, or the tunnel's.
        record ClientAddress() implements Side {}

        record Of(Identity identity) implements Side {}
    }

    /// @param keyBits as written, or 128 where racoon takes that; 0 where the cipher has one length
    /// @param plainDerived the old DES whose IV is derived (`des_iv64`, `des_iv32`): the transform
    /// id is 1 or 8 then, not 2
    public record Cipher(
            EncryptionAlgorithm algorithm, int keyBits, Optional<Integer> plainDerived) {
        public Cipher(EncryptionAlgorithm algorithm, int keyBits) {
            this(algorithm, keyBits, Optional.empty());
        }
    }

    /// How special it is: a list is searched from the highest weight down, equal ones in the order
    /// of the file.
    public int weight() {
        return (remoteId != 0 ? 3 : 0)
                + (peer.isPresent() ? 3 : 0)
                + (local instanceof Side.Anonymous ? 0 : 1)
                + (remote instanceof Side.Anonymous ? 0 : 1);
    }
}
