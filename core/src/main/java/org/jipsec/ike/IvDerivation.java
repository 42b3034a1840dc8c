package org.jipsec.ike;

import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;

/// Under which IV a message of IKE is encrypted (RFC 2409 section 5 and appendix B): the first of
/// an exchange under a hash, each further one of it under the last block of ciphertext of the one
/// before, whoever sent that.
final class IvDerivation {
    private IvDerivation() {}

    /// The first IV of phase 1: `hash(g^xi | g^xr)`.
    static Bytes phase1(IkeCipher cipher, IkeHash hash, Bytes gxi, Bytes gxr) {
        return cut(cipher, hash.digest(gxi, gxr));
    }

    /// The first IV of any exchange after phase 1: quick mode, an informational one, mode
    /// configuration, new group mode: `hash(last block of phase 1 | M-ID)`.
    ///
    /// @param lastBlock of ciphertext in phase 1, or its first IV when nothing was encrypted there
    /// @param messageId of the exchange, as in the header
    static Bytes phase2(IkeCipher cipher, IkeHash hash, Bytes lastBlock, int messageId) {
        return cut(cipher, hash.digest(lastBlock, octets(messageId)));
    }

    /// The IV of the message after the one with `ciphertext`.
    ///
    /// @param ciphertext at least one block
    static Bytes following(IkeCipher cipher, Bytes ciphertext) {
        return Bytes.of(
                ciphertext.toArray(),
                ciphertext.length() - cipher.blockLength(),
                cipher.blockLength());
    }

    static Bytes octets(int messageId) {
        return Bytes.of(ByteBuffer.allocate(Integer.BYTES).putInt(messageId).array());
    }

    private static Bytes cut(IkeCipher cipher, Bytes digest) {
        return Bytes.of(digest.toArray(), 0, cipher.blockLength());
    }
}
