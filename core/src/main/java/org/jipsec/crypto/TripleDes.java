package org.jipsec.crypto;

import org.jipsec.wire.Secret;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Triple DES (FIPS 46-3) on blocks of 64 bits, with one key, in one direction: EDE, no allocation.
///
/// It is here because the JDK's takes nearly twice as long: that one passes each block through
/// arrays, and through the initial permutation and its inverse three times. Like all DES that
/// software does fast it looks its S-boxes up in tables, so it is no more constant in time than any
/// other.
///
/// Between the two permutations both halves are kept rotated left by one bit. Then the six bits
/// that each S-box takes of a half, after the expansion, are six neighbours of the half itself (for
/// S2, S4, S6, S8) or of the half rotated right by four (S1, S3, S5, S7), with two bits between
/// them.
final class TripleDes {
    static final int BLOCK = 8;
    static final int KEY = 24;

    private static final int ROUNDS = 16;

    /// The S-boxes of FIPS 46-3, each as four rows of 16 hexadecimal digits.
    private static final String[] BOXES = {
        "e4d12fb83a6c5907" + "0f74e2d1a6cb9538" + "41e8d62bfc973a50" + "fc8249175b3ea06d",
        "f18e6b34972dc05a" + "3d47f28ec01a69b5" + "0e7ba4d158c6932f" + "d8a13f42b67c05e9",
        "a09e63f51dc7b428" + "d709346a285ecbf1" + "d6498f30b12c5ae7" + "1ad069874fe3b52c",
        "7de3069a1285bc4f" + "d8b56f03472c1ae9" + "a690cb7df13e5284" + "3f06a1d8945bc72e",
        "2c417ab6853fd0e9" + "eb2c47d150fa3986" + "421bad78f9c5630e" + "b8c71e2d6f09a453",
        "c1af92680d34e75b" + "af427c9561de0b38" + "9ef528c3704a1db6" + "432c95fabe17608d",
        "4b2ef08d3c975a61" + "d0b7491ae35c2f86" + "14bdc37eaf680592" + "6bd814a7950fe23c",
        "d2846fb1a93e50c7" + "1fd8a374c56b0e92" + "7b419ce206adf358" + "21e74a8dfc90356b"
    };

    /// The tables of FIPS 46-3 count bits from 1, the most significant.
    private static final byte[] P = {
        16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, //
        2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25
    };

    private static final byte[] PERMUTED_CHOICE_1 = {
        57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, //
        10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, //
        63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, //
        14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4
    };

    private static final byte[] PERMUTED_CHOICE_2 = {
        14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, //
        26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30, 40, //
        51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32
    };

    /// The rounds, from bit 0, before which the halves of the key are rotated by one bit only.
    private static final int SINGLE_SHIFTS = 0b1000_0001_0000_0011;

    private static final int HALF = (1 << 28) - 1;

    /// What each S-box adds to a half of the block: the box, then P. Its six bits are the index, S1
    /// from 0 on, S2 from 64 on, and so forth.
    private static final int[] BOXES_AND_P = boxesAndP();

    /// Two numbers for each of the 48 rounds: the six bits for S1, S3, S5, S7, one box to an octet,
    /// then those for S2, S4, S6, S8.
    private final int[] keys;

    private TripleDes(int[] first, int[] second, int[] third) {
        keys = new int[3 * first.length];
        System.arraycopy(first, 0, keys, 0, first.length);
        System.arraycopy(second, 0, keys, first.length, first.length);
        System.arraycopy(third, 0, keys, 2 * first.length, first.length);
    }

    /// @param key 24 octets; their parity is not looked at
    static TripleDes encrypting(Secret key) {
        int[][] of = schedules(key);
        return new TripleDes(of[0], reversed(of[1]), of[2]);
    }

    /// @param key 24 octets; their parity is not looked at
    static TripleDes decrypting(Secret key) {
        int[][] of = schedules(key);
        return new TripleDes(reversed(of[2]), of[1], reversed(of[0]));
    }

    /// Encrypts or decrypts one block, big-endian.
    long apply(long block) {
        int[] of = keys;
        int left = (int) (block >>> 32);
        int right = (int) block;
        int swap;

        // the initial permutation, as exchanges of bits between the halves
        swap = (left >>> 4 ^ right) & 0x0f0f0f0f;
        right ^= swap;
        left ^= swap << 4;
        swap = (left >>> 16 ^ right) & 0x0000ffff;
        right ^= swap;
        left ^= swap << 16;
        swap = (right >>> 2 ^ left) & 0x33333333;
        left ^= swap;
        right ^= swap << 2;
        swap = (right >>> 8 ^ left) & 0x00ff00ff;
        left ^= swap;
        right ^= swap << 8;
        right = Integer.rotateLeft(right, 1);
        swap = (left ^ right) & 0xaaaaaaaa;
        left ^= swap;
        right ^= swap;
        left = Integer.rotateLeft(left, 1);

        // DES ends with its halves exchanged: the second one begins with the other half
        for (int i = 0; i < 2 * ROUNDS; i += 4) {
            left ^= f(right, of[i], of[i + 1]);
            right ^= f(left, of[i + 2], of[i + 3]);
        }
        for (int i = 2 * ROUNDS; i < 4 * ROUNDS; i += 4) {
            right ^= f(left, of[i], of[i + 1]);
            left ^= f(right, of[i + 2], of[i + 3]);
        }
        for (int i = 4 * ROUNDS; i < 6 * ROUNDS; i += 4) {
            left ^= f(right, of[i], of[i + 1]);
            right ^= f(left, of[i + 2], of[i + 3]);
        }

        // the same exchanges backwards
        right = Integer.rotateRight(right, 1);
        swap = (left ^ right) & 0xaaaaaaaa;
        left ^= swap;
        right ^= swap;
        left = Integer.rotateRight(left, 1);
        swap = (left >>> 8 ^ right) & 0x00ff00ff;
        right ^= swap;
        left ^= swap << 8;
        swap = (left >>> 2 ^ right) & 0x33333333;
        right ^= swap;
        left ^= swap << 2;
        swap = (right >>> 16 ^ left) & 0x0000ffff;
        left ^= swap;
        right ^= swap << 16;
        swap = (right >>> 4 ^ left) & 0x0f0f0f0f;
        left ^= swap;
        right ^= swap << 4;
        return (long) right << 32 | Integer.toUnsignedLong(left);
    }

    private static int f(int half, int oddKey, int evenKey) {
        int odd = Integer.rotateRight(half, 4) ^ oddKey;
        int even = half ^ evenKey;
        return BOXES_AND_P[odd >>> 24 & 63]
                ^ BOXES_AND_P[64 + (even >>> 24 & 63)]
                ^ BOXES_AND_P[128 + (odd >>> 16 & 63)]
                ^ BOXES_AND_P[192 + (even >>> 16 & 63)]
                ^ BOXES_AND_P[256 + (odd >>> 8 & 63)]
                ^ BOXES_AND_P[320 + (even >>> 8 & 63)]
                ^ BOXES_AND_P[384 + (odd & 63)]
                ^ BOXES_AND_P[448 + (even & 63)];
    }

    private static int[] boxesAndP() {
        int[] all = new int[64 * BOXES.length];
        for (int box = 0; box < BOXES.length; box++) {
            for (int bits = 0; bits < 64; bits++) {
                int row = bits >>> 4 & 2 | bits & 1;
                int column = bits >>> 1 & 15;
                long found = Character.digit(BOXES[box].charAt(16 * row + column), 16);
                int permuted = (int) permute(found << 28 - 4 * box, 32, P);
                all[64 * box + bits] = Integer.rotateLeft(permuted, 1);
            }
        }
        return all;
    }

    /// @param width of `value`, in bits
    private static long permute(long value, int width, byte[] table) {
        long permuted = 0;
        for (byte from : table) {
            permuted = permuted << 1 | value >>> width - from & 1;
        }
        return permuted;
    }

    private static int[][] schedules(Secret key) {
        byte[] octets = key.toArray();
        if (octets.length != KEY) {
            throw new IllegalArgumentException("a key of " + octets.length + " octets");
        }
        ByteBuffer in = ByteBuffer.wrap(octets);
        int[][] all = {schedule(in.getLong()), schedule(in.getLong()), schedule(in.getLong())};
        Arrays.fill(octets, (byte) 0);
        return all;
    }

    private static int[] schedule(long key) {
        long chosen = permute(key, 64, PERMUTED_CHOICE_1);
        int c = (int) (chosen >>> 28);
        int d = (int) chosen & HALF;
        int[] keys = new int[2 * ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            int shift = (SINGLE_SHIFTS >>> round & 1) != 0 ? 1 : 2;
            c = (c << shift | c >>> 28 - shift) & HALF;
            d = (d << shift | d >>> 28 - shift) & HALF;
            long bits = permute((long) c << 28 | d, 56, PERMUTED_CHOICE_2);
            for (int box = 0; box < BOXES.length; box++) {
                int six = (int) (bits >>> 42 - 6 * box) & 63;
                keys[2 * round + (box & 1)] |= six << 24 - 8 * (box >>> 1);
            }
        }
        return keys;
    }

    /// For the other direction: the last round first.
    private static int[] reversed(int[] keys) {
        int[] reversed = new int[keys.length];
        for (int i = 0; i < keys.length; i += 2) {
            reversed[i] = keys[keys.length - 2 - i];
            reversed[i + 1] = keys[keys.length - 1 - i];
        }
        return reversed;
    }
}
