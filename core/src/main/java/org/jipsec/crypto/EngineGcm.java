package org.jipsec.crypto;

import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jipsec.wire.Secret;

import java.util.Arrays;

/// AES-GCM by BouncyCastle, for the ICV of 8 octets that the JDK does not know. Each packet costs a
/// parameter object and what `init` makes of it.
///
/// As with the JDK, sealing twice in a row under one nonce is an [IllegalStateException].
final class EngineGcm implements NonceAead {
    private final GCMModeCipher gcm = GCMBlockCipher.newInstance(AESEngine.newInstance());
    private final KeyParameter key;
    private final int icvLength;

    EngineGcm(Secret key, int icvLength) {
        this.key = new KeyParameter(key.toArray());
        this.icvLength = icvLength;
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
        byte[] copy = copy(buffer, offset, length);
        try {
            start(true, nonce, additional, additionalLength);
            int done = gcm.processBytes(copy, 0, length, buffer, offset);
            gcm.doFinal(buffer, offset + done);
        } catch (IllegalArgumentException | InvalidCipherTextException refused) {
            throw new IllegalStateException("a packet cannot be sealed", refused);
        }
    }

    @Override
    public boolean open(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        byte[] copy = copy(buffer, offset, length + icvLength);
        start(false, nonce, additional, additionalLength);
        try {
            int done = gcm.processBytes(copy, 0, length + icvLength, buffer, offset);
            gcm.doFinal(buffer, offset + done);
            return true;
        } catch (InvalidCipherTextException forged) {
            Arrays.fill(buffer, offset, offset + length, (byte) 0);
            return false;
        }
    }

    private void start(boolean encrypting, byte[] nonce, byte[] additional, int additionalLength) {
        gcm.init(encrypting, new AEADParameters(key, icvLength * 8, nonce));
        gcm.processAADBytes(additional, 0, additionalLength);
    }

    private static byte[] copy(byte[] buffer, int offset, int length) {
        byte[] copy = Scratch.ofThread().packet(length);
        System.arraycopy(buffer, offset, copy, 0, length);
        return copy;
    }
}
