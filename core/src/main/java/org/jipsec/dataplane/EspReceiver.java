package org.jipsec.dataplane;

import org.jipsec.crypto.PacketAead;
import org.jipsec.crypto.PacketCipher;
import org.jipsec.crypto.PacketMac;
import org.jipsec.sadb.SaFlags;
import org.jspecify.annotations.Nullable;

/// Unwraps ESP (RFC 4303 3.4; RFC 1827 for SAs flagged old), in place.
final class EspReceiver {
    private final ActiveSa sa;
    private final Keys keys;
    private final byte[] additional = new byte[12];
    private int nextHeader;

    EspReceiver(ActiveSa sa, Keys keys) {
        this.sa = sa;
        this.keys = keys;
    }

    /// Of the payload that [#open] took out.
    int nextHeader() {
        return nextHeader;
    }

    /// Whether what [#open] accepts has proved genuine.
    boolean checksIntegrity() {
        return keys.icv() > 0;
    }

    /// Replaces ESP, which stands from `at` to the packet's end, by its payload.
    ///
    /// @return null, or why the packet is to be dropped; its octets are then undefined
    @Nullable DropReason open(PacketBuffer packet, int at) {
        int front = keys.header() + keys.iv();
        int length = packet.length() - at - front - keys.icv();
        if (length < 2) {
            return DropReason.TRUNCATED_ESP;
        }
        if (length % keys.block() != 0) {
            return DropReason.ESP_LENGTH;
        }
        byte[] octets = packet.array();
        int esp = packet.offset() + at;
        int body = esp + front;
        boolean numbered = keys.header() == 8;
        long sequence = numbered ? sa.window().infer(Octets.s32(octets, esp + 4)) : 0;
        // without integrity anyone could push the window on: RFC 4303 3.4.3 has none then
        DropReason replay = numbered && keys.icv() > 0 ? sa.window().check(sequence) : null;
        if (replay != null) {
            return replay;
        }
        if (!openBody(packet, esp, body, length, sequence)) {
            return DropReason.BAD_ICV;
        }
        if (numbered) {
            sa.accepted(sequence);
        }
        int padding = Octets.u8(octets, body + length - 2);
        nextHeader = Octets.u8(octets, body + length - 1);
        if (padding + 2 > length) {
            return DropReason.ESP_PAD_LENGTH;
        }
        if (!paddingIsRight(octets, body + length - 2 - padding, padding)) {
            return DropReason.ESP_PADDING;
        }
        packet.trimEnd(padding + 2 + keys.icv());
        packet.remove(at, front);
        return null;
    }

    /// Checks integrity and decrypts.
    private boolean openBody(PacketBuffer packet, int esp, int body, int length, long sequence) {
        byte[] octets = packet.array();
        boolean extended = sa.association().extendedSequence();
        PacketAead aead = keys.aead();
        if (aead != null) {
            int size = Esp.additional(additional, octets, esp, sequence, extended);
            return aead.open(octets, esp + keys.header(), body, length, additional, size);
        }
        PacketCipher cipher = keys.cipher();
        PacketMac mac = keys.mac();
        if (cipher == null || mac == null) {
            throw new IllegalStateException("ESP without AEAD has a cipher and a MAC");
        }
        if (mac.icvLength() > 0) {
            mac.update(octets, esp, body + length - esp);
            if (extended) {
                Octets.put32(additional, 0, (int) (sequence >>> 32));
                mac.update(additional, 0, 4);
            }
            if (!mac.finishAndVerify(octets, body + length)) {
                return false;
            }
        }
        int iv = esp + keys.header();
        if (keys.derived()) {
            iv = Esp.deriveIv(packet, keys.iv() == 4 ? iv : iv - 4);
        }
        cipher.decrypt(octets, iv, body, length);
        return true;
    }

    /// RFC 4303 2.4: a receiver should look, where nothing else was agreed. RFC 1829 padded with
    /// whatever there was.
    private boolean paddingIsRight(byte[] octets, int at, int length) {
        if (keys.header() == 4) {
            return true;
        }
        return switch (sa.association().flags().padding()) {
            case SaFlags.PAD_SEQUENTIAL -> {
                boolean right = true;
                for (int i = 0; i < length; i++) {
                    right &= octets[at + i] == (byte) (i + 1);
                }
                yield right;
            }
            case SaFlags.PAD_ZERO -> {
                boolean right = true;
                for (int i = 0; i < length; i++) {
                    right &= octets[at + i] == 0;
                }
                yield right;
            }
            default -> true;
        };
    }
}
