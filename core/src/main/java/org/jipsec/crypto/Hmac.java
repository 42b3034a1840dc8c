package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/// HMAC (RFC 2104) over a [MessageDigest]: `H(K ^ opad, H(K ^ ipad, text))`. Not
/// [javax.crypto.Mac], which allocates its result for every packet.
final class Hmac extends TruncatedMac {
    private final MessageDigest digest;
    private final byte[] innerKey;
    private final byte[] outerKey;
    private boolean started;

    /// @param blockLength of the digest, in octets
    Hmac(MessageDigest digest, int blockLength, Secret key, int icvLength) {
        super(digest.getDigestLength(), icvLength);
        this.digest = digest;
        byte[] octets = key.toArray();
        if (octets.length > blockLength) {
            byte[] longKey = octets;
            octets = digest.digest(longKey);
            Arrays.fill(longKey, (byte) 0);
        }
        innerKey = masked(octets, blockLength, 0x36);
        outerKey = masked(octets, blockLength, 0x5c);
        Arrays.fill(octets, (byte) 0);
    }

    private static byte[] masked(byte[] key, int length, int mask) {
        byte[] block = Arrays.copyOf(key, length);
        for (int i = 0; i < length; i++) {
            block[i] ^= (byte) mask;
        }
        return block;
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
        start();
        digest.update(buffer, offset, length);
    }

    @Override
    void complete(byte[] tag) {
        start();
        started = false;
        try {
            digest.digest(tag, 0, tag.length);
            digest.update(outerKey);
            digest.update(tag);
            digest.digest(tag, 0, tag.length);
        } catch (DigestException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void start() {
        if (!started) {
            started = true;
            digest.update(innerKey);
        }
    }
}
