package org.jipsec.dataplane;

import org.jipsec.crypto.PacketAead;
import org.jipsec.crypto.PacketCipher;
import org.jipsec.crypto.PacketMac;
import org.jipsec.sadb.SaFlags;
import org.jspecify.annotations.Nullable;

/// Wraps payloads in ESP (RFC 4303; RFC 1827 for SAs flagged old), in place:
/// ```
/// | SPI | sequence number | IV | payload | padding | pad length | next header | ICV |
///                              |<------------- encrypted --------------------->|
/// |<------------------------- integrity ------------------------------------->|
/// ```
final class EspSender {
    private final ActiveSa sa;
    private final Keys keys;
    private final byte[] additional = new byte[12];

    /// What the counted IVs are XORed with. With manual keys an SA of the same key may come back
    /// after a restart and count from 1 again: its IVs must be others.
    private final long ivMask;

    /// @param ivs of the thread that makes it
    EspSender(ActiveSa sa, Keys keys, IvSource ivs) {
        this.sa = sa;
        this.keys = keys;
        this.ivMask = ivs.nextLong();
    }

    /// By how many octets a payload of this length grows.
    int overhead(int payload) {
        return keys.header() + keys.iv() + padding(payload) + 2 + keys.icv();
    }

    private int padding(int payload) {
        return -(payload + 2) & keys.block() - 1; // a block is a power of two
    }

    /// Wraps what stands from `at` to the packet's end.
    ///
    /// @param nextHeader the protocol of that
    /// @param ivs of the thread that calls
    /// @return null, or why not; the packet is then as it was
    @Nullable DropReason protect(PacketBuffer packet, int at, int nextHeader, IvSource ivs) {
        int payload = packet.length() - at;
        int padding = padding(payload);
        int front = keys.header() + keys.iv();
        int back = padding + 2 + keys.icv();
        if (packet.headroom() < front || packet.tailroom() < back) {
            return DropReason.BUFFER_TOO_SMALL;
        }
        if (!sa.hasSequence()) {
            return DropReason.SEQUENCE_OVERFLOW;
        }
        long sequence = sa.takeSequence();
        packet.insert(at, front);
        packet.append(back);
        byte[] octets = packet.array();
        int esp = packet.offset() + at;
        int body = esp + front;
        int trailer = body + payload + padding;
        Octets.put32(octets, esp, sa.association().spi().value());
        if (keys.header() == 8) {
            Octets.put32(octets, esp + 4, (int) sequence);
        }
        pad(octets, body + payload, padding, ivs);
        octets[trailer] = (byte) padding;
        octets[trailer + 1] = (byte) nextHeader;
        int iv = writeIv(packet, esp + keys.header(), sequence, ivs);
        PacketAead aead = keys.aead();
        if (aead != null) {
            int length = Esp.additional(additional, octets, esp, sequence, extended());
            aead.seal(octets, iv, body, payload + padding + 2, additional, length);
        } else {
            sealApart(octets, esp, iv, body, payload + padding + 2, sequence);
        }
        return null;
    }

    private void sealApart(byte[] octets, int esp, int iv, int body, int length, long sequence) {
        PacketCipher cipher = keys.cipher();
        PacketMac mac = keys.mac();
        if (cipher == null || mac == null) {
            throw new IllegalStateException("ESP without AEAD has a cipher and a MAC");
        }
        cipher.encrypt(octets, iv, body, length);
        if (mac.icvLength() > 0) {
            mac.update(octets, esp, body + length - esp);
            if (extended()) {
                Octets.put32(additional, 0, (int) (sequence >>> 32));
                mac.update(additional, 0, 4);
            }
            mac.finish(octets, body + length);
        }
    }

    private boolean extended() {
        return sa.association().extendedSequence();
    }

    /// @return where the cipher's IV stands
    private int writeIv(PacketBuffer packet, int at, long sequence, IvSource ivs) {
        byte[] octets = packet.array();
        if (keys.derived()) {
            if (keys.iv() == 4) {
                ivs.write(octets, at, 4);
                return Esp.deriveIv(packet, at);
            }
            return Esp.deriveIv(packet, at - 4);
        }
        if (keys.counted()) {
            Octets.put64(octets, at, sequence ^ ivMask);
        } else if (keys.iv() > 0) {
            ivs.write(octets, at, keys.iv());
        }
        return at;
    }

    private void pad(byte[] octets, int at, int length, IvSource ivs) {
        switch (sa.association().flags().padding()) {
            case SaFlags.PAD_ZERO -> {
                for (int i = 0; i < length; i++) {
                    octets[at + i] = 0;
                }
            }
            case SaFlags.PAD_RANDOM -> {
                for (int i = 0; i < length; i++) {
                    octets[at + i] = (byte) ivs.nextLong();
                }
            }
            default -> {
                for (int i = 0; i < length; i++) {
                    octets[at + i] = (byte) (i + 1);
                }
            }
        }
    }
}
