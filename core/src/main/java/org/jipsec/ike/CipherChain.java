package org.jipsec.ike;

import org.jipsec.crypto.IkeCipher;
import org.jipsec.ike.settings.Padding;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;

import java.util.random.RandomGenerator;

/// The encryption of one exchange's messages: each under the last block of the one before, whoever
/// sent it (RFC 2409 appendix B). What was received moves the chain only when it is believed, so a
/// forged message does no harm.
final class CipherChain {
    private final IkeCipher cipher;
    private final Secret key;
    private Bytes iv;

    CipherChain(IkeCipher cipher, Secret key, Bytes iv) {
        this.cipher = cipher;
        this.key = key;
        this.iv = iv;
    }

    /// A message decrypted, not yet believed.
    ///
    /// @param next the IV of the message after it
    record Opened(PayloadChain payloads, Bytes next) {}

    /// The IV of the next message; behind the last one of phase 1 its last block.
    Bytes iv() {
        return iv;
    }

    /// @throws WireException when it is no whole number of blocks, or not payloads: the key is
    /// another one, or it was garbled
    Opened open(EncryptedMessage message, Padding padding) throws WireException {
        int length = message.body().length();
        if (length == 0 || length % cipher.blockLength() != 0) {
            throw new WireException(
                    Header.LENGTH,
                    "encrypted octets: %d, not a number of blocks of %d"
                            .formatted(length, cipher.blockLength()));
        }
        Bytes plain = Bytes.of(cipher.decrypt(key, iv.toArray(), message.body().toArray()));
        PayloadChain chain = MessageCodec.decodeBody(message.first(), plain);
        if (padding.strictCheck()) {
            checkPadding(chain.padding(), padding.exclusiveTail());
        }
        return new Opened(chain, IvDerivation.following(cipher, message.body()));
    }

    private static void checkPadding(Bytes octets, boolean exclusiveTail) throws WireException {
        int length = octets.length();
        int said = length == 0 ? 0 : octets.u8(length - 1) + (exclusiveTail ? 1 : 0);
        if (said != length) {
            throw new WireException(
                    Header.LENGTH, "invalied padding len=%d, buflen=%d.".formatted(said, length));
        }
    }

    /// From now on after this message.
    void believe(Opened opened) {
        iv = opened.next();
    }

    /// Back to where it was: what was believed was wrong.
    void resume(Bytes before) {
        iv = before;
    }

    /// Encrypts, and moves the chain.
    EncryptedMessage seal(
            Header header, PayloadChain chain, Padding padding, RandomGenerator random) {
        byte[] plain = padded(chain.octets(), padding, random);
        Bytes body = Bytes.of(cipher.encrypt(key, iv.toArray(), plain));
        iv = IvDerivation.following(cipher, body);
        return new EncryptedMessage(
                header.withFlags(header.flags() | Header.ENCRYPTED), chain.first(), body);
    }

    private byte[] padded(Bytes octets, Padding padding, RandomGenerator random) {
        int block = cipher.blockLength();
        int pad = block - octets.length() % block;
        if (padding.randomizeLength()) {
            int more = 1 + random.nextInt(padding.maximumLength() + 1);
            pad += Math.min(more, (255 - pad) / block) * block;
        }
        byte[] plain = new byte[octets.length() + pad];
        octets.buffer().get(plain, 0, octets.length());
        if (padding.randomize()) {
            byte[] chance = new byte[pad];
            random.nextBytes(chance);
            System.arraycopy(chance, 0, plain, octets.length(), pad);
        }
        plain[plain.length - 1] = (byte) (padding.exclusiveTail() ? pad - 1 : pad);
        return plain;
    }
}
