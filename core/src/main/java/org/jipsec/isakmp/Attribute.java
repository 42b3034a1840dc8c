package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// A data attribute (RFC 2408 3.3). In which of the two forms it came is kept: the chosen transform
/// goes back as it was received.
public sealed interface Attribute {
    /// The number of its type, 0..32767; which registry it is of follows from where it stands.
    int type();

    /// Its value's octets, big-endian.
    Bytes octets();

    /// "Type/value": two octets of value.
    ///
    /// @param value 0..65535
    record Basic(int type, int value) implements Attribute {
        public Basic {
            checkType(type);
            if (value < 0 || value > 0xffff) {
                throw new IllegalArgumentException("value " + value + " does not fit 16 bits");
            }
        }

        @Override
        public Bytes octets() {
            return Bytes.of((byte) (value >> 8), (byte) value);
        }
    }

    /// "Type/length/value".
    record Variable(int type, Bytes octets) implements Attribute {
        public Variable {
            checkType(type);
            if (octets.length() > 0xffff) {
                throw new IllegalArgumentException("value of " + octets.length() + " octets");
            }
        }
    }

    static Attribute of(Numbered type, int value) {
        return new Basic(type.number(), value);
    }

    static Attribute of(Numbered type, Bytes value) {
        return new Variable(type.number(), value);
    }

    /// As racoon writes a number: in the short form when 16 bits are enough, else in four octets.
    ///
    /// @param value 0..2^32-1
    static Attribute ofNumber(Numbered type, long value) {
        if (value < 0 || value > 0xffff_ffffL) {
            throw new IllegalArgumentException("value " + value + " does not fit 32 bits");
        }
        return value <= 0xffff
                ? new Basic(type.number(), (int) value)
                : new Variable(
                        type.number(),
                        Bytes.of(ByteBuffer.allocate(4).putInt((int) value).array()));
    }

    /// The value as an unsigned number, whichever form it has; empty when it has no octets or needs
    /// more than 63 bits. Leading zeros do not count.
    default OptionalLong number() {
        byte[] octets = octets().toArray();
        long value = 0;
        for (byte octet : octets) {
            if (value >> 55 != 0) {
                return OptionalLong.empty();
            }
            value = value << 8 | octet & 0xff;
        }
        return octets.length == 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    default boolean is(Numbered registered) {
        return type() == registered.number();
    }

    private static void checkType(int type) {
        if (type < 0 || type > 0x7fff) {
            throw new IllegalArgumentException("attribute type " + type + " does not fit 15 bits");
        }
    }
}
