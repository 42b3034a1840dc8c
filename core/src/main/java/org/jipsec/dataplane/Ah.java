package org.jipsec.dataplane;

import org.jipsec.crypto.PacketIvMac;
import org.jipsec.crypto.PacketMac;

/// What sender and receiver of AH have in common: the computation of the ICV over a whole packet.
///
/// GMAC (RFC 4543) has its ICV preceded by an IV in the field that other algorithms fill with the
/// ICV alone; the IV is covered, the ICV counts as zero.
final class Ah {
    private final PacketMac mac;
    private final int header;
    private final int iv;
    private final AhCoverage coverage = new AhCoverage();
    private final byte[] received = new byte[64];
    private final byte[] extension = new byte[4];

    Ah(Keys keys) {
        PacketMac integrity = keys.mac();
        if (integrity == null) {
            throw new IllegalStateException("AH has a MAC");
        }
        mac = integrity;
        header = keys.header();
        iv = keys.iv();
    }

    /// The length of the header: a multiple of 4, on IPv6 of 8 (RFC 4302 2.6).
    static int length(Keys keys, boolean ipv4) {
        int unit = ipv4 ? 4 : 8;
        return (keys.header() + keys.iv() + keys.icv() + unit - 1) / unit * unit;
    }

    /// Writes the ICV into the header that stands at `at`; all else is in its place.
    ///
    /// @return false when the headers before it are malformed
    boolean seal(PacketBuffer packet, boolean ipv4, int at, long sequence, boolean extended) {
        if (!coverage.cover(packet, ipv4, at)) {
            return false;
        }
        byte[] octets = packet.array();
        int icv = packet.offset() + at + header + iv;
        clear(octets, icv);
        if (mac instanceof PacketIvMac gmac) {
            gmac.startMac(octets, icv - iv);
        }
        update(packet, at, sequence, extended);
        mac.finish(octets, icv);
        return true;
    }

    /// Whether the ICV in the header at `at` is right. Leaves zeros in its place.
    ///
    /// @return also false when the headers before it are malformed
    boolean verify(PacketBuffer packet, boolean ipv4, int at, long sequence, boolean extended) {
        if (!coverage.cover(packet, ipv4, at)) {
            return false;
        }
        byte[] octets = packet.array();
        int icv = packet.offset() + at + header + iv;
        System.arraycopy(octets, icv, received, 0, mac.icvLength());
        clear(octets, icv);
        if (mac instanceof PacketIvMac gmac) {
            gmac.startVerify(octets, icv - iv);
        }
        update(packet, at, sequence, extended);
        return mac.finishAndVerify(received, 0);
    }

    private void update(PacketBuffer packet, int at, long sequence, boolean extended) {
        mac.update(coverage.copy(), 0, at);
        mac.update(packet.array(), packet.offset() + at, packet.length() - at);
        if (extended) {
            Octets.put32(extension, 0, (int) (sequence >>> 32));
            mac.update(extension, 0, 4);
        }
    }

    private void clear(byte[] octets, int icv) {
        for (int i = 0; i < mac.icvLength(); i++) {
            octets[icv + i] = 0;
        }
    }
}
