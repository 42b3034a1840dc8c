package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

/// Checks and takes out the authentication header (RFC 4302 3.4).
final class AhReceiver {
    private final ActiveSa sa;
    private final Keys keys;
    private final Ah ah;
    private int nextHeader;

    AhReceiver(ActiveSa sa, Keys keys) {
        this.sa = sa;
        this.keys = keys;
        this.ah = new Ah(keys);
    }

    int nextHeader() {
        return nextHeader;
    }

    /// Takes out the header at `at`.
    ///
    /// @return null, or why the packet is to be dropped
    @Nullable DropReason open(PacketBuffer packet, boolean ipv4, int at) {
        int available = packet.length() - at;
        if (available < keys.header()) {
            return DropReason.TRUNCATED_AH;
        }
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        int length = (Octets.u8(octets, header + 1) + 2) * 4;
        // Linux pads to 8 octets on IPv4 too unless told otherwise
        if (length != Ah.length(keys, ipv4) && length != Ah.length(keys, !ipv4)) {
            return DropReason.AH_LENGTH;
        }
        if (available < length) {
            return DropReason.TRUNCATED_AH;
        }
        boolean numbered = keys.header() == 12;
        long sequence = numbered ? sa.window().infer(Octets.s32(octets, header + 8)) : 0;
        DropReason replay = numbered ? sa.window().check(sequence) : null;
        if (replay != null) {
            return replay;
        }
        boolean extended = sa.association().extendedSequence();
        if (!ah.verify(packet, ipv4, at, sequence, extended)) {
            return DropReason.BAD_ICV;
        }
        if (numbered) {
            sa.accepted(sequence);
        }
        nextHeader = Octets.u8(octets, header);
        packet.remove(at, length);
        return null;
    }
}
