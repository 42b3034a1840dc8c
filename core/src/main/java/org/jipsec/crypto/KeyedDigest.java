package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/// Keyed MD5 and SHA-1 of RFC 1828 and RFC 1852: `H(key, keyfill, text, key)`. The fill is what the
/// digest itself would end a message with that is as long as the key: `80`, zeros, the number of
/// bits.
///
/// KAME, the only one to call these `keyed-md5` and `keyed-sha1`, writes that number little-endian
/// for both digests; for SHA-1 RFC 1852 has it big-endian. We do as KAME: the name is its, and so
/// are the peers.
final class KeyedDigest extends TruncatedMac {
    private static final int BLOCK = 64;
    private static final int COUNT = 8;

    private final MessageDigest digest;
    private final byte[] filledKey;
    private final int keyLength;
    private boolean started;

    /// @param digest with blocks of 64 octets
    KeyedDigest(MessageDigest digest, Secret key, int icvLength) {
        super(digest.getDigestLength(), icvLength);
        this.digest = digest;
        keyLength = key.length();
        int filled = (keyLength + 1 + COUNT + BLOCK - 1) / BLOCK * BLOCK;
        byte[] octets = key.toArray();
        filledKey = Arrays.copyOf(octets, filled);
        Arrays.fill(octets, (byte) 0);
        filledKey[keyLength] = (byte) 0x80;
        int bits = keyLength * 8;
        for (int i = 0; i < Integer.BYTES; i++) {
            filledKey[filled - COUNT + i] = (byte) (bits >>> (8 * i));
        }
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
            digest.update(filledKey, 0, keyLength);
            digest.digest(tag, 0, tag.length);
        } catch (DigestException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void start() {
        if (!started) {
            started = true;
            digest.update(filledKey);
        }
    }
}
