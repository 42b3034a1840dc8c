package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/// 3DES in CBC (RFC 2451).
final class TripleDesCbc implements PacketCipher {
    private static final VarHandle BLOCKS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final TripleDes encryptor;
    private final TripleDes decryptor;

    /// @param key 24 octets; not needed afterwards
    TripleDesCbc(Secret key) {
        encryptor = TripleDes.encrypting(key);
        decryptor = TripleDes.decrypting(key);
    }

    @Override
    public int ivLength() {
        return TripleDes.BLOCK;
    }

    @Override
    public int blockLength() {
        return TripleDes.BLOCK;
    }

    @Override
    public void encrypt(byte[] buffer, int iv, int offset, int length) {
        check(buffer, iv, offset, length);
        long chain = (long) BLOCKS.get(buffer, iv);
        for (int at = offset; at < offset + length; at += TripleDes.BLOCK) {
            chain = encryptor.apply((long) BLOCKS.get(buffer, at) ^ chain);
            BLOCKS.set(buffer, at, chain);
        }
    }

    @Override
    public void decrypt(byte[] buffer, int iv, int offset, int length) {
        check(buffer, iv, offset, length);
        long chain = (long) BLOCKS.get(buffer, iv);
        for (int at = offset; at < offset + length; at += TripleDes.BLOCK) {
            long block = (long) BLOCKS.get(buffer, at);
            BLOCKS.set(buffer, at, decryptor.apply(block) ^ chain);
            chain = block;
        }
    }

    private static void check(byte[] buffer, int iv, int offset, int length) {
        Objects.checkFromIndexSize(iv, TripleDes.BLOCK, buffer.length);
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length % TripleDes.BLOCK != 0) {
            throw new IllegalArgumentException(
                    length + " octets are not a multiple of the block of " + TripleDes.BLOCK);
        }
    }
}
