package org.jipsec.crypto;

import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jipsec.wire.Secret;

import java.util.Objects;

/// CBC over a block cipher of BouncyCastle, for what the JDK lacks.
final class EngineCbc implements PacketCipher {
    private enum Use {
        NONE,
        ENCRYPT,
        DECRYPT
    }

    private final BlockCipher engine;
    private final KeyParameter key;
    private final int blockLength;
    private final byte[] chain;
    private final byte[] next;
    private Use use = Use.NONE;

    EngineCbc(BlockCipher engine, Secret key) {
        this.engine = engine;
        this.key = new KeyParameter(key.toArray());
        this.blockLength = engine.getBlockSize();
        this.chain = new byte[blockLength];
        this.next = new byte[blockLength];
    }

    @Override
    public int ivLength() {
        return blockLength;
    }

    @Override
    public int blockLength() {
        return blockLength;
    }

    @Override
    public void encrypt(byte[] buffer, int iv, int offset, int length) {
        start(Use.ENCRYPT, buffer, iv, offset, length);
        for (int at = offset; at < offset + length; at += blockLength) {
            for (int i = 0; i < blockLength; i++) {
                buffer[at + i] ^= chain[i];
            }
            engine.processBlock(buffer, at, buffer, at);
            System.arraycopy(buffer, at, chain, 0, blockLength);
        }
    }

    @Override
    public void decrypt(byte[] buffer, int iv, int offset, int length) {
        start(Use.DECRYPT, buffer, iv, offset, length);
        for (int at = offset; at < offset + length; at += blockLength) {
            System.arraycopy(buffer, at, next, 0, blockLength);
            engine.processBlock(buffer, at, buffer, at);
            for (int i = 0; i < blockLength; i++) {
                buffer[at + i] ^= chain[i];
            }
            System.arraycopy(next, 0, chain, 0, blockLength);
        }
    }

    private void start(Use wanted, byte[] buffer, int iv, int offset, int length) {
        Objects.checkFromIndexSize(iv, blockLength, buffer.length);
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length % blockLength != 0) {
            throw new IllegalArgumentException(
                    length + " octets are not a multiple of the block of " + blockLength);
        }
        if (use == Use.NONE) {
            engine.init(wanted == Use.ENCRYPT, key);
            use = wanted;
        } else if (use != wanted) {
            throw new IllegalStateException("a cipher is for one direction of an SA");
        }
        System.arraycopy(buffer, iv, chain, 0, blockLength);
    }
}
