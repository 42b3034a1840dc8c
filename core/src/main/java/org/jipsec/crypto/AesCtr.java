package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.util.Objects;

/// AES-CTR as ESP has it (RFC 3686 4): the counter block is nonce, IV, and a count that starts at
/// 1.
final class AesCtr implements PacketCipher {
    private static final int NONCE = 4;
    private static final int IV = 8;

    private final AesCounter counter;
    private final byte[] counterBlock = new byte[AesCounter.BLOCK];

    /// @param keyAndNonce ends in the four octets of nonce
    AesCtr(Secret keyAndNonce) {
        int split = keyAndNonce.length() - NONCE;
        try (Secret key = keyAndNonce.slice(0, split);
                Secret nonce = keyAndNonce.slice(split, keyAndNonce.length())) {
            counter = new AesCounter(Jce.key("AES", key));
            System.arraycopy(nonce.toArray(), 0, counterBlock, 0, NONCE);
        }
        counterBlock[15] = 1;
    }

    @Override
    public int ivLength() {
        return IV;
    }

    @Override
    public int blockLength() {
        return 1;
    }

    @Override
    public void encrypt(byte[] buffer, int iv, int offset, int length) {
        Objects.checkFromIndexSize(iv, IV, buffer.length);
        Objects.checkFromIndexSize(offset, length, buffer.length);
        System.arraycopy(buffer, iv, counterBlock, NONCE, IV);
        counter.apply(counterBlock, buffer, offset, length);
    }

    @Override
    public void decrypt(byte[] buffer, int iv, int offset, int length) {
        encrypt(buffer, iv, offset, length);
    }
}
