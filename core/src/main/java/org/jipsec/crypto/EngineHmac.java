package org.jipsec.crypto;

import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jipsec.wire.Secret;

import java.util.Arrays;

/// HMAC over a digest of BouncyCastle, for what the JDK lacks.
final class EngineHmac extends TruncatedMac {
    private final HMac hmac;

    EngineHmac(Digest digest, Secret key, int icvLength) {
        super(digest.getDigestSize(), icvLength);
        hmac = new HMac(digest);
        byte[] octets = key.toArray();
        hmac.init(new KeyParameter(octets));
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
        hmac.update(buffer, offset, length);
    }

    @Override
    void complete(byte[] tag) {
        hmac.doFinal(tag, 0);
    }
}
