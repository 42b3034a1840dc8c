package org.jipsec.crypto;

import java.security.GeneralSecurityException;
import java.util.Objects;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// GMAC by the JDK: GCM with additional data only. Costs garbage, as [JceAead] does.
final class Gmac implements PacketIvMac {
    static final int ICV = 16;
    private static final int IV = SaltedAead.IV;
    private static final byte[] NOTHING = new byte[0];

    private final SecretKey key;
    private final Cipher cipher = Jce.cipher("AES/GCM/NoPadding");
    private final byte[] nonce;
    private final int saltLength;

    Gmac(SecretKey key, byte[] salt) {
        this.key = key;
        this.saltLength = salt.length;
        this.nonce = new byte[salt.length + IV];
        System.arraycopy(salt, 0, nonce, 0, salt.length);
    }

    @Override
    public int ivLength() {
        return IV;
    }

    @Override
    public int icvLength() {
        return ICV;
    }

    @Override
    public void startMac(byte[] buffer, int iv) {
        start(Cipher.ENCRYPT_MODE, buffer, iv);
    }

    @Override
    public void startVerify(byte[] buffer, int iv) {
        start(Cipher.DECRYPT_MODE, buffer, iv);
    }

    private void start(int mode, byte[] buffer, int iv) {
        System.arraycopy(buffer, iv, nonce, saltLength, IV);
        try {
            cipher.init(mode, key, new GCMParameterSpec(ICV * 8, nonce));
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException("a MAC cannot be started", refused);
        }
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
        cipher.updateAAD(buffer, offset, length);
    }

    @Override
    public void finish(byte[] buffer, int offset) {
        try {
            cipher.doFinal(NOTHING, 0, 0, buffer, offset);
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException("a MAC cannot be finished", refused);
        }
    }

    @Override
    public boolean finishAndVerify(byte[] buffer, int offset) {
        Objects.checkFromIndexSize(offset, ICV, buffer.length);
        try {
            cipher.doFinal(buffer, offset, ICV, NOTHING, 0);
            return true;
        } catch (AEADBadTagException forged) {
            return false;
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException("a MAC cannot be verified", refused);
        }
    }
}
