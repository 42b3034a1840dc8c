package org.jipsec.crypto;

/// GMAC in ESP (RFC 4543 3): nothing is encrypted; SPI and sequence number, IV, and payload are
/// what the ICV covers.
final class GmacAead implements PacketAead {
    private final Gmac gmac;

    GmacAead(Gmac gmac) {
        this.gmac = gmac;
    }

    @Override
    public int ivLength() {
        return gmac.ivLength();
    }

    @Override
    public int icvLength() {
        return gmac.icvLength();
    }

    @Override
    public void seal(
            byte[] buffer,
            int iv,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        gmac.startMac(buffer, iv);
        cover(buffer, iv, offset, length, additional, additionalLength);
        gmac.finish(buffer, offset + length);
    }

    @Override
    public boolean open(
            byte[] buffer,
            int iv,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        gmac.startVerify(buffer, iv);
        cover(buffer, iv, offset, length, additional, additionalLength);
        return gmac.finishAndVerify(buffer, offset + length);
    }

    private void cover(
            byte[] buffer,
            int iv,
            int offset,
            int length,
            byte[] additional,
            int additionalLength) {
        gmac.update(additional, 0, additionalLength);
        gmac.update(buffer, iv, gmac.ivLength());
        gmac.update(buffer, offset, length);
    }
}
