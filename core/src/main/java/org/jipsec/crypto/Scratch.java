package org.jipsec.crypto;

/// Two arrays of the calling thread, for work that cannot be done in place. Not of the SA: a
/// hundred thousand of them may be loaded, and one packet at a time is worked on. Their content
/// means nothing between two calls.
final class Scratch {
    /// Work of any length is done in pieces of this size, a multiple of every cipher's block.
    static final int PIECE = 4096;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final byte[] input = new byte[PIECE];
    final byte[] output = new byte[PIECE];
    private byte[] packet = new byte[PIECE];

    private Scratch() {}

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /// At least `length` octets; grows to the largest packet seen.
    byte[] packet(int length) {
        if (packet.length < length) {
            packet = new byte[Math.max(length, 2 * packet.length)];
        }
        return packet;
    }
}
