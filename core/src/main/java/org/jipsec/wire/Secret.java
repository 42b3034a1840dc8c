package org.jipsec.wire;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// Key material. Prints only its size, compares in constant time, is wiped by [#close].
///
/// Immutable but for the wiping; may be read from any thread. A [#close]d secret reads as zeros.
public final class Secret implements AutoCloseable {
    public static final Secret EMPTY = new Secret(new byte[0]);

    private final byte[] octets;

    private Secret(byte[] octets) {
        this.octets = octets;
    }

    /// @param octets copied; the caller wipes his own
    public static Secret of(byte... octets) {
        return octets.length == 0 ? EMPTY : new Secret(octets.clone());
    }

    public static Secret of(byte[] source, int offset, int length) {
        return length == 0
                ? EMPTY
                : new Secret(Arrays.copyOfRange(source, offset, offset + length));
    }

    /// @param hex digits without prefix or separators
    /// @throws IllegalArgumentException when it is not an even number of hex digits; the digits are
    /// not in the message
    public static Secret ofHex(String hex) {
        try {
            return new Secret(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException notHex) {
            throw new IllegalArgumentException(
                    "not an even number of hex digits: " + hex.length() + " characters");
        }
    }

    /// In octets.
    public int length() {
        return octets.length;
    }

    public int bits() {
        return octets.length * 8;
    }

    /// A fresh copy, for the caller to wipe.
    public byte[] toArray() {
        return octets.clone();
    }

    /// Octets `from` (inclusive) to `to` (exclusive) as a secret of their own.
    public Secret slice(int from, int to) {
        return of(octets, from, to - from);
    }

    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(octets, that.octets);
    }

    /// Of the length only: a hash of the content would leak into logs and dumps of hash tables.
    @Override
    public int hashCode() {
        return octets.length;
    }

    @Override
    public String toString() {
        return "Secret[" + octets.length + " octets]";
    }
}
