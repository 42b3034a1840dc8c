package org.jipsec.crypto;

/// ESP without encryption (RFC 2410).
final class NullCipher implements PacketCipher {
    @Override
    public int ivLength() {
        return 0;
    }

    @Override
    public int blockLength() {
        return 1;
    }

    @Override
    public void encrypt(byte[] buffer, int iv, int offset, int length) {}

    @Override
    public void decrypt(byte[] buffer, int iv, int offset, int length) {}
}
