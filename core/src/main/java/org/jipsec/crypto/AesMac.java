package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/// AES-XCBC-MAC (RFC 3566) and AES-CMAC (RFC 4493): CBC-MAC whose last block is masked by one
/// subkey when it is whole and by another when it had to be padded. They differ only in where the
/// subkeys come from.
final class AesMac extends TruncatedMac {
    private static final int BLOCK = AesCbcChain.BLOCK;

    private final AesCbcChain chain;
    private final byte[] wholeMask;
    private final byte[] paddedMask;
    private final byte[] pending = new byte[BLOCK];
    private int pendingLength;

    private AesMac(SecretKey key, byte[] wholeMask, byte[] paddedMask, int icvLength) {
        super(BLOCK, icvLength);
        this.chain = new AesCbcChain(key);
        this.wholeMask = wholeMask;
        this.paddedMask = paddedMask;
    }

    /// RFC 3566 4: the chain's key is `E(K, 01..01)`, the masks are `E(K, 02..02)` and `E(K,
    /// 03..03)`.
    static AesMac xcbc(Secret key, int icvLength) {
        SecretKey outer = Jce.key("AES", key);
        SecretKey chained = new SecretKeySpec(encrypt(outer, 1), "AES");
        return new AesMac(chained, encrypt(outer, 2), encrypt(outer, 3), icvLength);
    }

    /// RFC 4493 2.3: the masks are `E(K, 0)` times x and times x^2 in GF(2^128).
    static AesMac cmac(Secret key, int icvLength) {
        SecretKey aes = Jce.key("AES", key);
        byte[] whole = timesX(encrypt(aes, 0));
        return new AesMac(aes, whole, timesX(whole), icvLength);
    }

    private static byte[] encrypt(SecretKey key, int octet) {
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) octet);
        byte[] result = new byte[BLOCK];
        try {
            Jce.cipher("AES/ECB/NoPadding", Cipher.ENCRYPT_MODE, key, null)
                    .update(block, 0, BLOCK, result, 0);
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
        return result;
    }

    private static byte[] timesX(byte[] value) {
        byte[] product = new byte[BLOCK];
        int carry = 0;
        for (int i = BLOCK - 1; i >= 0; i--) {
            product[i] = (byte) (value[i] << 1 | carry);
            carry = value[i] >>> 7 & 1;
        }
        product[BLOCK - 1] ^= (byte) (carry * 0x87);
        return product;
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
        int at = offset;
        int left = length;
        while (left > 0) {
            if (pendingLength == BLOCK) { // more follows, so it was not the last block
                chain.absorb(pending, 0, BLOCK);
                pendingLength = 0;
            }
            if (pendingLength == 0 && left > BLOCK) {
                int whole = (left - 1) / BLOCK * BLOCK;
                chain.absorb(buffer, at, whole);
                at += whole;
                left -= whole;
            }
            int taken = Math.min(BLOCK - pendingLength, left);
            System.arraycopy(buffer, at, pending, pendingLength, taken);
            pendingLength += taken;
            at += taken;
            left -= taken;
        }
    }

    @Override
    void complete(byte[] tag) {
        byte[] mask = wholeMask;
        if (pendingLength < BLOCK) {
            pending[pendingLength] = (byte) 0x80;
            Arrays.fill(pending, pendingLength + 1, BLOCK, (byte) 0);
            mask = paddedMask;
        }
        for (int i = 0; i < BLOCK; i++) {
            pending[i] ^= mask[i];
        }
        chain.absorb(pending, 0, BLOCK);
        chain.copyState(tag);
        chain.restart();
        pendingLength = 0;
    }
}
