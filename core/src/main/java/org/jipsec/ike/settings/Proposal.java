package org.jipsec.ike.settings;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;

import java.time.Duration;
import java.util.Optional;

/// One transform of phase 1.
///
/// @param keyBits of the cipher; sent as an attribute only where [IkeCipher#hasVariableKey]
/// @param lifetime in whole seconds
/// @param gssId what to call ourselves with [AuthenticationMethod#GSSAPI_KERBEROS]
public record Proposal(
        AuthenticationMethod authentication,
        IkeCipher cipher,
        int keyBits,
        IkeHash hash,
        DhGroup group,
        Duration lifetime,
        Optional<String> gssId) {
    public Proposal {
        if (!cipher.allowsKeyBits(keyBits)) {
            throw new IllegalArgumentException(
                    "no key of %s has %d bits".formatted(cipher.word(), keyBits));
        }
    }

    /// Without a GSS id.
    public Proposal(
            AuthenticationMethod authentication,
            IkeCipher cipher,
            int keyBits,
            IkeHash hash,
            DhGroup group,
            Duration lifetime) {
        this(authentication, cipher, keyBits, hash, group, lifetime, Optional.empty());
    }

    /// `aes 128, sha1, modp1024, pre_shared_key`
    @Override
    public String toString() {
        return cipher.word()
                + (cipher.hasVariableKey() ? " " + keyBits : "")
                + ", "
                + hash.word()
                + ", "
                + group.word()
                + ", "
                + authentication.word();
    }
}
