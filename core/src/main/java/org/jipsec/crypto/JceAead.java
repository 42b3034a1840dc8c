package org.jipsec.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/// AES-GCM and ChaCha20-Poly1305 by the JDK. The one place where a packet costs garbage: a [Cipher]
/// takes a nonce only by `init` with a parameter object, and builds its tables anew for it.
/// `PacketGarbageTests` holds the amounts.
///
/// The JDK refuses to encrypt twice in a row under one nonce; so do we, by an
/// [IllegalStateException]: whoever numbers the packets is wrong then, and what he asks for would
/// give the key stream away.
final class JceAead implements NonceAead {
    private final boolean gcm;
    private final int icvLength;
    private final SecretKey key;
    private final Cipher cipher;

    private JceAead(String transformation, boolean gcm, int icvLength, SecretKey key) {
        this.gcm = gcm;
        this.icvLength = icvLength;
        this.key = key;
        this.cipher = Jce.cipher(transformation);
    }

    /// @param icvLength 12 to 16: the JDK has no shorter one
    static JceAead gcm(SecretKey key, int icvLength) {
        return new JceAead("AES/GCM/NoPadding", true, icvLength, key);
    }

    static JceAead chacha20Poly1305(SecretKey key) {
        return new JceAead("ChaCha20-Poly1305", false, 16, key);
    }

    @Override
    public int icvLength() {
        return icvLength;
    }

    @Override
    public void seal(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
            cipher.updateAAD(additional, 0, additionalLength);
            cipher.doFinal(buffer, offset, length, buffer, offset);
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException("a packet cannot be sealed", refused);
        }
    }

    /// From a copy of the ciphertext: in place the JDK would make one itself, a fresh one for every
    /// packet.
    @Override
    public boolean open(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        int sealed = length + icvLength;
        byte[] copy = Scratch.ofThread().packet(sealed);
        System.arraycopy(buffer, offset, copy, 0, sealed);
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
            cipher.updateAAD(additional, 0, additionalLength);
            cipher.doFinal(copy, 0, sealed, buffer, offset);
            return true;
        } catch (AEADBadTagException forged) {
            return false;
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException("a packet cannot be opened", refused);
        }
    }

    private AlgorithmParameterSpec parameters(byte[] nonce) {
        return gcm ? new GCMParameterSpec(icvLength * 8, nonce) : new IvParameterSpec(nonce);
    }
}
