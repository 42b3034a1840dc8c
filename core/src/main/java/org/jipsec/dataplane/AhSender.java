package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

/// Puts the authentication header (RFC 4302; RFC 1826 for SAs flagged old) into packets:
/// ```
/// | next header | length | reserved | SPI | sequence number | ICV | padding |
/// ```
/// In two steps, because the ICV covers the IP header too: [#insert], then, the header being
/// complete, [#seal].
final class AhSender {
    private final ActiveSa sa;
    private final Keys keys;
    private final Ah ah;
    private final long ivMask;
    private long sequence;

    AhSender(ActiveSa sa, Keys keys, IvSource ivs) {
        this.sa = sa;
        this.keys = keys;
        this.ah = new Ah(keys);
        this.ivMask = ivs.nextLong();
    }

    /// @param ipv4 of the header before it
    int overhead(boolean ipv4) {
        return Ah.length(keys, ipv4);
    }

    /// Makes room at `at` and writes all but the ICV.
    ///
    /// @param nextHeader the protocol of what stands at `at`
    /// @return null, or why not; the packet is then as it was
    @Nullable DropReason insert(PacketBuffer packet, boolean ipv4, int at, int nextHeader) {
        int length = Ah.length(keys, ipv4);
        if (packet.headroom() < length) {
            return DropReason.BUFFER_TOO_SMALL;
        }
        if (!sa.hasSequence()) {
            return DropReason.SEQUENCE_OVERFLOW;
        }
        sequence = sa.takeSequence();
        packet.insert(at, length);
        byte[] octets = packet.array();
        int header = packet.offset() + at;
        for (int i = 0; i < length; i++) {
            octets[header + i] = 0;
        }
        octets[header] = (byte) nextHeader;
        octets[header + 1] = (byte) (length / 4 - 2);
        Octets.put32(octets, header + 4, sa.association().spi().value());
        if (keys.header() == 12) {
            Octets.put32(octets, header + 8, (int) sequence);
        }
        if (keys.iv() > 0) {
            Octets.put64(octets, header + keys.header(), sequence ^ ivMask);
        }
        return null;
    }

    /// @param at where [#insert]'s header stands now
    @Nullable DropReason seal(PacketBuffer packet, boolean ipv4, int at) {
        boolean extended = sa.association().extendedSequence();
        return ah.seal(packet, ipv4, at, sequence, extended) ? null : DropReason.BAD_IP_OPTIONS;
    }
}
