package org.jipsec.crypto;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;

/// The key stream of AES in counter mode, for CTR and CCM. By ECB over counter blocks that we write
/// ourselves: the JDK's own CTR would have to be initialised anew for each packet.
final class AesCounter {
    static final int BLOCK = 16;

    private final Cipher ecb;

    AesCounter(SecretKey key) {
        ecb = Jce.cipher("AES/ECB/NoPadding", Cipher.ENCRYPT_MODE, key, null);
    }

    /// XORs the key stream that starts at `counterBlock` over `length` octets; the last four octets
    /// of the block count up, big-endian.
    void apply(byte[] counterBlock, byte[] buffer, int offset, int length) {
        Scratch scratch = Scratch.ofThread();
        int counter = counterOf(counterBlock);
        for (int done = 0; done < length; ) {
            int piece = Math.min(Scratch.PIECE, length - done);
            int blocks = (piece + BLOCK - 1) / BLOCK;
            for (int block = 0; block < blocks; block++) {
                int at = block * BLOCK;
                System.arraycopy(counterBlock, 0, scratch.input, at, 12);
                scratch.input[at + 12] = (byte) (counter >>> 24);
                scratch.input[at + 13] = (byte) (counter >>> 16);
                scratch.input[at + 14] = (byte) (counter >>> 8);
                scratch.input[at + 15] = (byte) counter;
                counter++;
            }
            update(scratch.input, blocks * BLOCK, scratch.output);
            for (int i = 0; i < piece; i++) {
                buffer[offset + done + i] ^= scratch.output[i];
            }
            done += piece;
        }
    }

    private static int counterOf(byte[] block) {
        return block[12] << 24
                | (block[13] & 0xff) << 16
                | (block[14] & 0xff) << 8
                | (block[15] & 0xff);
    }

    private void update(byte[] input, int length, byte[] output) {
        try {
            if (ecb.update(input, 0, length, output, 0) != length) {
                throw new IllegalStateException("ECB without padding held octets back");
            }
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
