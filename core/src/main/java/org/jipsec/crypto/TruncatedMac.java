package org.jipsec.crypto;

import java.util.Objects;

/// A MAC of which the first octets are sent.
abstract class TruncatedMac implements PacketMac {
    private final int icvLength;
    private final byte[] full;

    TruncatedMac(int fullLength, int icvLength) {
        if (icvLength > fullLength) {
            throw new IllegalArgumentException(
                    "an ICV of %d octets from a MAC of %d".formatted(icvLength, fullLength));
        }
        this.icvLength = icvLength;
        this.full = new byte[fullLength];
    }

    /// Writes the whole MAC into `tag` and makes ready for the next packet.
    abstract void complete(byte[] tag);

    @Override
    public final int icvLength() {
        return icvLength;
    }

    @Override
    public final void finish(byte[] buffer, int offset) {
        Objects.checkFromIndexSize(offset, icvLength, buffer.length);
        complete(full);
        System.arraycopy(full, 0, buffer, offset, icvLength);
    }

    @Override
    public final boolean finishAndVerify(byte[] buffer, int offset) {
        Objects.checkFromIndexSize(offset, icvLength, buffer.length);
        complete(full);
        return equal(full, buffer, offset, icvLength);
    }

    /// Whether `expected` starts with the `length` octets at `offset`, in a time that does not tell
    /// where they differ.
    static boolean equal(byte[] expected, byte[] buffer, int offset, int length) {
        int difference = 0;
        for (int i = 0; i < length; i++) {
            difference |= expected[i] ^ buffer[offset + i];
        }
        return difference == 0;
    }
}
