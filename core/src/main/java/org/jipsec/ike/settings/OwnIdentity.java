package org.jipsec.ike.settings;

import org.jipsec.wire.Bytes;

/// How we name ourselves in phase 1 (`my_identifier`).
public sealed interface OwnIdentity {
    /// By the address that the exchange runs from.
    record LocalAddress() implements OwnIdentity {}

    /// By the subject of our certificate.
    record CertificateSubject() implements OwnIdentity {}

    /// By this one.
    record Given(Identity identity) implements OwnIdentity {}

    /// By a name as it was written, `C=XX, O=Y, CN=Z`: whoever has a library for it encodes it.
    ///
    /// @param text as written
    record NameText(String text) implements OwnIdentity {}

    /// By the octets of a name that was written in DER.
    record NameOctets(Bytes der) implements OwnIdentity {}
}
