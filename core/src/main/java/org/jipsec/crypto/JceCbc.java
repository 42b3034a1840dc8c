package org.jipsec.crypto;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;

/// CBC by the JDK, initialised once for the life of the SA.
///
/// To give a [Cipher] a new IV one has to `init` it, which allocates and expands the key again. But
/// CBC is a chain that never ends as long as only `update` is called: the cipher holds the last
/// ciphertext block `L` it has seen, as the IV of what comes. So a packet under another IV needs
/// its first block corrected, outside of the cipher:
/// ```
/// encrypt:  C1 = E(P1 ^ IV) = E((P1 ^ IV ^ L) ^ L)     hand in  P1 ^ IV ^ L
/// decrypt:  P1 = D(C1) ^ IV = (D(C1) ^ L) ^ L ^ IV     what comes out, ^ L ^ IV
/// ```
/// The JDK copies its input whenever it is also the output, so the input goes through the thread's
/// [Scratch].
final class JceCbc implements PacketCipher {
    private final String transformation;
    private final SecretKey key;
    private final int blockLength;
    private final byte[] last;
    private @Nullable Cipher encryptor;
    private @Nullable Cipher decryptor;

    /// @param algorithm the JDK's name of the block cipher
    JceCbc(String algorithm, SecretKey key, int blockLength) {
        this.transformation = algorithm + "/CBC/NoPadding";
        this.key = key;
        this.blockLength = blockLength;
        this.last = new byte[blockLength];
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
        check(buffer, iv, offset, length);
        Cipher cipher = encryptor;
        if (cipher == null) {
            cipher = start(Cipher.ENCRYPT_MODE);
            encryptor = cipher;
        }
        byte[] plain = Scratch.ofThread().input;
        for (int done = 0; done < length; ) {
            int piece = Math.min(plain.length, length - done);
            System.arraycopy(buffer, offset + done, plain, 0, piece);
            if (done == 0) {
                for (int i = 0; i < blockLength; i++) {
                    plain[i] ^= (byte) (buffer[iv + i] ^ last[i]);
                }
            }
            update(cipher, plain, piece, buffer, offset + done);
            done += piece;
            System.arraycopy(buffer, offset + done - blockLength, last, 0, blockLength);
        }
    }

    @Override
    public void decrypt(byte[] buffer, int iv, int offset, int length) {
        check(buffer, iv, offset, length);
        Cipher cipher = decryptor;
        if (cipher == null) {
            cipher = start(Cipher.DECRYPT_MODE);
            decryptor = cipher;
        }
        byte[] secret = Scratch.ofThread().input;
        for (int done = 0; done < length; ) {
            int piece = Math.min(secret.length, length - done);
            System.arraycopy(buffer, offset + done, secret, 0, piece);
            update(cipher, secret, piece, buffer, offset + done);
            if (done == 0) {
                for (int i = 0; i < blockLength; i++) {
                    buffer[offset + i] ^= (byte) (buffer[iv + i] ^ last[i]);
                }
            }
            done += piece;
            System.arraycopy(secret, piece - blockLength, last, 0, blockLength);
        }
    }

    private void check(byte[] buffer, int iv, int offset, int length) {
        Objects.checkFromIndexSize(iv, blockLength, buffer.length);
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length % blockLength != 0) {
            throw new IllegalArgumentException(
                    length + " octets are not a multiple of the block of " + blockLength);
        }
    }

    /// With an IV of zeros, which is what [#last] holds now: the other direction is never used with
    /// this one.
    private Cipher start(int mode) {
        if (encryptor != null || decryptor != null) {
            throw new IllegalStateException("a cipher is for one direction of an SA");
        }
        return Jce.cipher(transformation, mode, key, new IvParameterSpec(new byte[blockLength]));
    }

    private static void update(Cipher cipher, byte[] input, int length, byte[] output, int at) {
        try {
            if (cipher.update(input, 0, length, output, at) != length) {
                throw new IllegalStateException("CBC without padding held octets back");
            }
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
