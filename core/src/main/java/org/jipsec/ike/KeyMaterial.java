package org.jipsec.ike;

import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.crypto.Prf;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

/// The keys of an ISAKMP SA (RFC 2409 section 5):
/// ```
/// SKEYID_d = prf(SKEYID, g^xy | CKY-I | CKY-R | 0)
/// SKEYID_a = prf(SKEYID, SKEYID_d | g^xy | CKY-I | CKY-R | 1)
/// SKEYID_e = prf(SKEYID, SKEYID_a | g^xy | CKY-I | CKY-R | 2)
/// ```
///
/// @param skeyid known only to who can authenticate; in HASH_I and HASH_R
/// @param skeyidD the keys of IPsec's SAs are made of it
/// @param skeyidA authenticates the messages after phase 1
/// @param skeyidE the encryption key is made of it
/// @param encryptionKey of the messages, as long as `cipher` was agreed on with
record KeyMaterial(
        IkeCipher cipher,
        IkeHash hash,
        Secret skeyid,
        Secret skeyidD,
        Secret skeyidA,
        Secret skeyidE,
        Secret encryptionKey)
        implements AutoCloseable {
    /// SKEYID of a pre-shared key: `prf(pre-shared-key, Ni_b | Nr_b)`.
    static Secret skeyidOfPresharedKey(IkeHash hash, Secret key, Bytes ni, Bytes nr) {
        return hash.prf(key).update(ni, nr).finishSecret();
    }

    /// SKEYID of signatures: `prf(Ni_b | Nr_b, g^xy)`.
    static Secret skeyidOfSignatures(IkeHash hash, Bytes ni, Bytes nr, Secret sharedSecret) {
        byte[] both = new byte[ni.length() + nr.length()];
        ni.buffer().get(both, 0, ni.length());
        nr.buffer().get(both, ni.length(), nr.length());
        return hash.prf(Secret.of(both)).update(sharedSecret).finishSecret();
    }

    /// @param keyBits agreed on, or the cipher's default
    /// @param sharedSecret `g^xy`, as long as the group's prime
    static KeyMaterial derive(
            IkeCipher cipher,
            int keyBits,
            IkeHash hash,
            Secret skeyid,
            Secret sharedSecret,
            Cookies cookies) {
        Secret skeyidD = derived(hash, skeyid, Secret.EMPTY, sharedSecret, cookies, 0);
        Secret skeyidA = derived(hash, skeyid, skeyidD, sharedSecret, cookies, 1);
        Secret skeyidE = derived(hash, skeyid, skeyidA, sharedSecret, cookies, 2);
        Secret encryptionKey = encryptionKey(hash, skeyidE, keyBits / Byte.SIZE);
        return new KeyMaterial(cipher, hash, skeyid, skeyidD, skeyidA, skeyidE, encryptionKey);
    }

    private static Secret derived(
            IkeHash hash,
            Secret skeyid,
            Secret previous,
            Secret sharedSecret,
            Cookies cookies,
            int number) {
        return hash.prf(skeyid)
                .update(previous)
                .update(sharedSecret)
                .update(
                        cookies.initiator().octets(),
                        cookies.responder().octets(),
                        Bytes.of((byte) number))
                .finishSecret();
    }

    /// The first octets of SKEYID_e or, when it has too few (RFC 2409 appendix B), of
    /// ```
    /// Ka = K1 | K2 | ...    K1 = prf(SKEYID_e, 0)    K2 = prf(SKEYID_e, K1)    ...
    /// ```
    private static Secret encryptionKey(IkeHash hash, Secret skeyidE, int length) {
        if (length <= skeyidE.length()) {
            return skeyidE.slice(0, length);
        }
        Prf prf = hash.prf(skeyidE);
        return Expansion.of(
                length,
                previous ->
                        previous.length() == 0
                                ? prf.update(Bytes.of((byte) 0)).finishSecret()
                                : prf.update(previous).finishSecret());
    }

    /// Whether [#encryptionKey] is one under which DES does not encrypt: the negotiation fails, as
    /// racoon's does, rather than take later octets of the key (RFC 2409 appendix B), which the
    /// peer may not do.
    boolean isWeak() {
        return cipher.isWeak(encryptionKey);
    }

    @Override
    public void close() {
        skeyid.close();
        skeyidD.close();
        skeyidA.close();
        skeyidE.close();
        encryptionKey.close();
    }
}
