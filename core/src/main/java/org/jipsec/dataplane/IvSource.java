package org.jipsec.dataplane;

import org.jipsec.crypto.IvGenerator;

import java.util.random.RandomGenerator;

/// What the senders of a packet path need of chance. One thread. Not final: tests put in the IVs of
/// packets that others made.
class IvSource {
    private final IvGenerator generator;
    private final RandomGenerator random;

    /// @param random a `SecureRandom` but in tests
    IvSource(RandomGenerator random) {
        this.random = random;
        this.generator = new IvGenerator(random);
    }

    /// An IV that nobody can foresee.
    ///
    /// @param length 4, 8 or 16
    void write(byte[] octets, int at, int length) {
        generator.write(octets, at, length);
    }

    long nextLong() {
        return random.nextLong();
    }
}
