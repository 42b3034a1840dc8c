package org.jipsec.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable string of octets, equal by content. Not for keys: those are [Secret]s.
public final class Bytes {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] octets;

    private Bytes(byte[] octets) {
        this.octets = octets;
    }

    /// @param octets copied
    public static Bytes of(byte... octets) {
        return octets.length == 0 ? EMPTY : new Bytes(octets.clone());
    }

    /// The `length` octets of `source` from `offset` on, copied.
    public static Bytes of(byte[] source, int offset, int length) {
        return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(source, offset, offset + length));
    }

    /// What `buffer` has left; leaves it exhausted.
    public static Bytes rest(ByteBuffer buffer) {
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        return octets.length == 0 ? EMPTY : new Bytes(octets);
    }

    /// @param hex digits without prefix or separators
    /// @throws IllegalArgumentException when it is not an even number of hex digits
    public static Bytes ofHex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return octets.length;
    }

    public boolean isEmpty() {
        return octets.length == 0;
    }

    /// The octet at `index` as 0..255.
    public int u8(int index) {
        return octets[index] & 0xff;
    }

    /// A fresh copy.
    public byte[] toArray() {
        return octets.clone();
    }

    /// A read-only view, big-endian, position 0.
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    }

    public String hex() {
        return HexFormat.of().formatHex(octets);
    }

    /// Whether both are equal, found out in a time that does not tell where they differ: for what a
    /// peer proves that it knows a key with.
    public boolean matches(Bytes other) {
        return MessageDigest.isEqual(octets, other.octets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return hex();
    }
}
