package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;

/// One half of the SPI of an ISAKMP SA (RFC 2408 2.5.3): eight octets that only their maker
/// understands. All zero means "not known yet".
///
/// @param value big-endian
public record Cookie(long value) {
    public static final int LENGTH = 8;
    public static final Cookie ZERO = new Cookie(0);

    public boolean isZero() {
        return value == 0;
    }

    /// Its eight octets, as hashes and SPI fields want them.
    public Bytes octets() {
        return Bytes.of(ByteBuffer.allocate(LENGTH).putLong(value).array());
    }

    /// Sixteen hex digits: each half of what racoon prints as `spi:INITIATOR:RESPONDER`.
    @Override
    public String toString() {
        return "%016x".formatted(value);
    }
}
