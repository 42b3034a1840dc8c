package org.jipsec.dataplane;

/// What sender and receiver of ESP have in common.
final class Esp {
    private Esp() {}

    /// Writes the additional data of a combined mode: SPI and sequence number, the latter whole
    /// (RFC 4106 5).
    ///
    /// @return how many octets
    static int additional(
            byte[] additional, byte[] octets, int esp, long sequence, boolean extended) {
        Octets.put32(additional, 0, Octets.s32(octets, esp));
        if (extended) {
            Octets.put64(additional, 4, sequence);
            return 12;
        }
        Octets.put32(additional, 4, (int) sequence);
        return 8;
    }

    /// Writes the IV that 32 bits at `seed` stand for, themselves and their complement, outside
    /// the packet.
    ///
    /// @return where
    static int deriveIv(PacketBuffer packet, int seed) {
        byte[] octets = packet.array();
        int iv = packet.scratch();
        int bits = Octets.s32(octets, seed);
        Octets.put32(octets, iv, bits);
        Octets.put32(octets, iv + 4, ~bits);
        return iv;
    }
}
