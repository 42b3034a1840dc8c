package org.jipsec.crypto;

import java.util.Arrays;

import javax.crypto.SecretKey;

/// AES-CCM (RFC 3610): CBC-MAC over a first block, the additional data and the plaintext, then
/// counter mode over plaintext and MAC. With the nonce of `15 - L` octets, `L` octets are left for
/// the length and for the count.
final class AesCcm implements NonceAead {
    private static final int BLOCK = AesCbcChain.BLOCK;

    /// From here on RFC 3610 2.2 wants a longer length field; ESP's additional data has 8 or 12
    /// octets.
    private static final int MAXIMUM_ADDITIONAL = 0xff00 - 1;

    private final AesCbcChain chain;
    private final AesCounter counter;
    private final int icvLength;
    private final byte[] block = new byte[BLOCK];
    private final byte[] counterBlock = new byte[BLOCK];
    private final byte[] tag = new byte[BLOCK];

    /// @param icvLength 4 to 16, even
    AesCcm(SecretKey key, int icvLength) {
        if (icvLength < 4 || icvLength > BLOCK || icvLength % 2 != 0) {
            throw new IllegalArgumentException("an ICV of " + icvLength + " octets");
        }
        this.chain = new AesCbcChain(key);
        this.counter = new AesCounter(key);
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
        check(nonce);
        authenticate(nonce, buffer, offset, length, additional, additionalLength);
        startCounter(nonce, 1);
        counter.apply(counterBlock, buffer, offset, length);
        startCounter(nonce, 0);
        counter.apply(counterBlock, tag, 0, BLOCK);
        System.arraycopy(tag, 0, buffer, offset + length, icvLength);
    }

    @Override
    public boolean open(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        check(nonce);
        startCounter(nonce, 1);
        counter.apply(counterBlock, buffer, offset, length);
        authenticate(nonce, buffer, offset, length, additional, additionalLength);
        startCounter(nonce, 0);
        counter.apply(counterBlock, tag, 0, BLOCK);
        if (TruncatedMac.equal(tag, buffer, offset + length, icvLength)) {
            return true;
        }
        Arrays.fill(buffer, offset, offset + length, (byte) 0);
        return false;
    }

    /// Leaves the MAC, not yet encrypted, in [#tag].
    private void authenticate(
            byte[] nonce,
            byte[] buffer,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        if (additionalLength > MAXIMUM_ADDITIONAL) {
            throw new IllegalArgumentException(additionalLength + " octets of additional data");
        }
        int lengthOctets = BLOCK - 1 - nonce.length;
        Arrays.fill(block, (byte) 0);
        block[0] =
                (byte)
                        ((additionalLength > 0 ? 0x40 : 0)
                                | (icvLength - 2) / 2 << 3
                                | lengthOctets - 1);
        System.arraycopy(nonce, 0, block, 1, nonce.length);
        for (int i = 0; i < Math.min(lengthOctets, Integer.BYTES); i++) {
            block[BLOCK - 1 - i] = (byte) (length >>> (8 * i));
        }
        chain.restart();
        chain.absorb(block, 0, BLOCK);
        if (additionalLength > 0) {
            int first = Math.min(additionalLength, BLOCK - 2);
            Arrays.fill(block, (byte) 0);
            block[0] = (byte) (additionalLength >>> 8);
            block[1] = (byte) additionalLength;
            System.arraycopy(additional, 0, block, 2, first);
            chain.absorb(block, 0, BLOCK);
            chain.absorbPadded(additional, first, additionalLength - first, block);
        }
        chain.absorbPadded(buffer, offset, length, block);
        chain.copyState(tag);
    }

    private static void check(byte[] nonce) {
        if (nonce.length < 7 || nonce.length > 13) {
            throw new IllegalArgumentException("a nonce of " + nonce.length + " octets");
        }
    }

    /// The plaintext goes under the counts from 1 on, the MAC under 0.
    private void startCounter(byte[] nonce, int count) {
        Arrays.fill(counterBlock, (byte) 0);
        counterBlock[0] = (byte) (BLOCK - 2 - nonce.length);
        System.arraycopy(nonce, 0, counterBlock, 1, nonce.length);
        counterBlock[BLOCK - 1] = (byte) count;
    }
}
