package org.jipsec.crypto;

import java.util.Objects;

/// An AEAD as ESP has it: the nonce is the SA's salt and the packet's IV (RFC 4106 4, RFC 4309 4,
/// RFC 7634 2).
final class SaltedAead implements PacketAead {
    static final int IV = 8;

    private final NonceAead aead;
    private final byte[] nonce;
    private final int saltLength;

    SaltedAead(NonceAead aead, byte[] salt) {
        this.aead = aead;
        this.saltLength = salt.length;
        this.nonce = new byte[salt.length + IV];
        System.arraycopy(salt, 0, nonce, 0, salt.length);
    }

    @Override
    public int ivLength() {
        return IV;
    }

    @Override
    public int icvLength() {
        return aead.icvLength();
    }

    @Override
    public void seal(
            byte[] buffer,
            int iv,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        take(buffer, iv, offset, length);
        aead.seal(nonce, buffer, offset, length, additional, additionalLength);
    }

    @Override
    public boolean open(
            byte[] buffer,
            int iv,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        take(buffer, iv, offset, length);
        return aead.open(nonce, buffer, offset, length, additional, additionalLength);
    }

    private void take(byte[] buffer, int iv, int offset, int length) {
        Objects.checkFromIndexSize(offset, length + aead.icvLength(), buffer.length);
        System.arraycopy(buffer, iv, nonce, saltLength, IV);
    }
}
