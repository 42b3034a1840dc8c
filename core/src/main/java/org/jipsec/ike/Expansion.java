package org.jipsec.ike;

import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/// Key material longer than a result of the PRF: `K1 | K2 | ...`, cut where it is enough.
final class Expansion {
    private Expansion() {}

    /// @param length wanted, in octets
    /// @param next the block after a given one; the first comes after [Secret#EMPTY]
    static Secret of(int length, UnaryOperator<Secret> next) {
        byte[] material = new byte[length];
        Secret block = Secret.EMPTY;
        for (int filled = 0; filled < length; ) {
            try (Secret previous = block) {
                block = next.apply(previous);
            }
            byte[] octets = block.toArray();
            int used = Math.min(octets.length, length - filled);
            System.arraycopy(octets, 0, material, filled, used);
            Arrays.fill(octets, (byte) 0);
            filled += used;
        }
        block.close();
        Secret secret = Secret.of(material);
        Arrays.fill(material, (byte) 0);
        return secret;
    }
}
