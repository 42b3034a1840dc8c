package org.jipsec.ike.settings;

import org.jipsec.wire.Bytes;

/// Who a peer may be (`peers_identifier`, `sainfo ... from`).
public sealed interface PeerIdentity {
    /// Whoever names himself by a type, with any value (`fqdn` without a name is not this: it is an
    /// error).
    record AnyOf(IdentityType type) implements PeerIdentity {}

    /// The address that the exchange comes from.
    record PeerAddress() implements PeerIdentity {}

    record Given(Identity identity) implements PeerIdentity {}

    /// @param text a distinguished name as written; a field `*` matches any
    record NameText(String text) implements PeerIdentity {}

    /// @param der a distinguished name
    record NameOctets(Bytes der) implements PeerIdentity {}
}
