package org.jipsec.ike;

import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.IdentityType;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.isakmp.Payload;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Identities between racoon.conf, payloads, and who is really there.
final class Identities {
    private static final int UDP = 17;
    private static final int IKE = 500;

    private Identities() {}

    static Payload.Identification payload(Identity identity) {
        return new Payload.Identification(
                identity.type().number(), identity.protocol(), identity.port(), identity.value());
    }

    /// Empty: of a type that nobody knows.
    static Optional<Identity> of(Payload.Identification payload) {
        return IdentityType.ofNumber(payload.kind())
                .map(
                        type ->
                                new Identity(
                                        type, payload.protocol(), payload.port(), payload.value()));
    }

    /// How we name ourselves to a peer; empty where that takes a certificate.
    static Optional<Identity> own(OwnIdentity own, InetSocketAddress local) {
        return switch (own) {
            case OwnIdentity.LocalAddress() ->
                    Optional.of(Identity.of(local.getAddress(), UDP, IKE));
            case OwnIdentity.Given(Identity given) when given.type().isAddress() ->
                    Optional.of(new Identity(given.type(), UDP, IKE, given.value()));
            case OwnIdentity.Given(Identity given) -> Optional.of(given);
            case OwnIdentity.NameOctets(var der) -> Optional.of(Identity.distinguishedName(der));
            case OwnIdentity.CertificateSubject(), OwnIdentity.NameText _ -> Optional.empty();
        };
    }

    /// Whether a peer that named itself `told` may be the one that is meant.
    ///
    /// @param from where it speaks from
    static boolean matches(PeerIdentity meant, Identity told, InetAddress from) {
        return switch (meant) {
            case PeerIdentity.AnyOf(IdentityType type) -> told.type() == type;
            case PeerIdentity.PeerAddress() -> sameName(told, Identity.of(from));
            case PeerIdentity.Given(Identity given) -> sameName(told, given);
            case PeerIdentity.NameOctets(var der) ->
                    sameName(told, Identity.distinguishedName(der));
            case PeerIdentity.NameText _ -> false;
        };
    }

    private static boolean sameName(Identity one, Identity other) {
        return one.type() == other.type() && one.value().equals(other.value());
    }
}
