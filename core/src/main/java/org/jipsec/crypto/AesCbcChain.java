package org.jipsec.crypto;

import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;

/// The chain of CBC-MAC: what is absorbed goes through AES-CBC from an IV of zeros, and the last
/// ciphertext block is the state. Initialised once; how it starts over is told at [JceCbc].
final class AesCbcChain {
    static final int BLOCK = 16;

    private final Cipher cipher;
    private final byte[] state = new byte[BLOCK];
    private boolean fresh = true;

    AesCbcChain(SecretKey key) {
        cipher =
                Jce.cipher(
                        "AES/CBC/NoPadding",
                        Cipher.ENCRYPT_MODE,
                        key,
                        new IvParameterSpec(new byte[BLOCK]));
    }

    /// Forgets what was absorbed.
    void restart() {
        fresh = true;
    }

    /// @param length a multiple of 16
    void absorb(byte[] buffer, int offset, int length) {
        Scratch scratch = Scratch.ofThread();
        for (int done = 0; done < length; ) {
            int piece = Math.min(Scratch.PIECE, length - done);
            System.arraycopy(buffer, offset + done, scratch.input, 0, piece);
            if (fresh) {
                fresh = false;
                for (int i = 0; i < BLOCK; i++) {
                    scratch.input[i] ^= state[i];
                }
            }
            update(scratch, piece);
            System.arraycopy(scratch.output, piece - BLOCK, state, 0, BLOCK);
            done += piece;
        }
    }

    /// Absorbs what is left of a message, with zeros up to the end of its last block.
    void absorbPadded(byte[] buffer, int offset, int length, byte[] block) {
        int whole = length / BLOCK * BLOCK;
        absorb(buffer, offset, whole);
        if (whole < length) {
            System.arraycopy(buffer, offset + whole, block, 0, length - whole);
            Arrays.fill(block, length - whole, BLOCK, (byte) 0);
            absorb(block, 0, BLOCK);
        }
    }

    /// The last ciphertext block; 16 octets.
    void copyState(byte[] target) {
        System.arraycopy(state, 0, target, 0, BLOCK);
    }

    private void update(Scratch scratch, int length) {
        try {
            if (cipher.update(scratch.input, 0, length, scratch.output, 0) != length) {
                throw new IllegalStateException("CBC without padding held octets back");
            }
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
