package org.jipsec.sadb;

import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.Set;

/// The DES keys that do not encrypt: under a weak one, encrypting twice gives the plaintext back;
/// of a semi-weak pair, one undoes the other (FIPS 74 3.6; RFC 2409 appendix A has the list).
/// Parity bits, the lowest of each octet, do not count.
public final class DesKeys {
    private static final int LENGTH = 8;

    /// Without their parity bits.
    private static final Set<Long> WEAK =
            Set.of(
                    0x0000000000000000L,
                    0xfefefefefefefefeL,
                    0xe0e0e0e0f0f0f0f0L,
                    0x1e1e1e1e0e0e0e0eL,
                    // in pairs
                    0x00fe00fe00fe00feL,
                    0xfe00fe00fe00fe00L,
                    0x1ee01ee00ef00ef0L,
                    0xe01ee01ef00ef00eL,
                    0x00e000e000f000f0L,
                    0xe000e000f000f000L,
                    0x1efe1efe0efe0efeL,
                    0xfe1efe1efe0efe0eL,
                    0x001e001e000e000eL,
                    0x1e001e000e000e00L,
                    0xe0fee0fef0fef0feL,
                    0xfee0fee0fef0fef0L);

    private DesKeys() {}

    /// Whether it, or any of the DES keys that it consists of, is weak or semi-weak.
    ///
    /// @param key of DES (8 octets) or Triple DES (24 octets); of another length never weak
    public static boolean isWeak(Secret key) {
        long[] parts = parts(key);
        return Arrays.stream(parts).anyMatch(WEAK::contains);
    }

    /// What the parts of a key of Triple DES make of it.
    public enum Strength {
        /// No better than DES: the first and second, or the second and third part, undo each other.
        ONE_KEY,
        /// The first and third part are the same: Triple DES with two keys.
        TWO_KEYS,
        THREE_KEYS
    }

    /// @param key of Triple DES, 24 octets
    public static Strength strength(Secret key) {
        long[] parts = parts(key);
        if (parts.length != 3) {
            throw new IllegalArgumentException("no key of Triple DES: " + key.length() + " octets");
        }
        if (parts[0] == parts[1] || parts[1] == parts[2]) {
            return Strength.ONE_KEY;
        }
        return parts[0] == parts[2] ? Strength.TWO_KEYS : Strength.THREE_KEYS;
    }

    private static long[] parts(Secret key) {
        if (key.length() != LENGTH && key.length() != 3 * LENGTH) {
            return new long[0];
        }
        byte[] octets = key.toArray();
        long[] parts = new long[octets.length / LENGTH];
        for (int i = 0; i < octets.length; i++) {
            parts[i / LENGTH] = parts[i / LENGTH] << 8 | (octets[i] & 0xfe);
        }
        Arrays.fill(octets, (byte) 0);
        return parts;
    }
}
