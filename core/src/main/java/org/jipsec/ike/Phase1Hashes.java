package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

/// What authenticates phase 1, in the hash payload itself or signed (RFC 2409 section 5):
/// ```
/// HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b)
/// HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b)
/// ```
///
/// @param gxi the initiator's public value, the body of its key exchange payload
/// @param gxr the responder's
/// @param sa `SAi_b`, body of the initiator's SA payload exactly as it was sent
record Phase1Hashes(IkeHash hash, Bytes gxi, Bytes gxr, Cookies cookies, Bytes sa) {
    /// @param idii body of the initiator's identification payload exactly as it was sent
    Bytes hashI(Secret skeyid, Bytes idii) {
        return hash.prf(skeyid)
                .update(
                        gxi,
                        gxr,
                        cookies.initiator().octets(),
                        cookies.responder().octets(),
                        sa,
                        idii)
                .finish();
    }

    /// @param idir body of the responder's identification payload exactly as it was sent
    Bytes hashR(Secret skeyid, Bytes idir) {
        return hash.prf(skeyid)
                .update(
                        gxr,
                        gxi,
                        cookies.responder().octets(),
                        cookies.initiator().octets(),
                        sa,
                        idir)
                .finish();
    }

    /// HASH_I of base mode with a pre-shared key: its sender has no `g^xr` yet. HASH_R is the
    /// ordinary one there.
    /// ```
    /// HASH_I = prf(SKEYID, g^xi | CKY-I | CKY-R | SAi_b | IDii_b)
    /// ```
    Bytes baseHashI(Secret skeyid, Bytes idii) {
        return hash.prf(skeyid)
                .update(gxi, cookies.initiator().octets(), cookies.responder().octets(), sa, idii)
                .finish();
    }

    /// What the initiator of base mode signs: he has no SKEYID yet.
    /// ```
    /// HASH_I = prf(hash(Nr_b | Ni_b), g^xi | CKY-I | CKY-R | SAi_b | IDii_b)
    /// ```
    /// The draft (draft-ietf-ipsec-ike-base-mode) has the nonces the other way round; racoon on
    /// both sides has them so, and there is nobody else to talk base mode with.
    Bytes baseSignedHashI(Bytes ni, Bytes nr, Bytes idii) {
        return baseHashI(Secret.of(hash.digest(nr, ni).toArray()), idii);
    }

    /// What the responder of base mode signs, over the initiator's identity, not his own.
    /// ```
    /// HASH_R = prf(hash(Ni_b | Nr_b), g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b)
    /// ```
    Bytes baseSignedHashR(Bytes ni, Bytes nr, Bytes idii) {
        return hashI(Secret.of(hash.digest(ni, nr).toArray()), idii);
    }
}
