package org.jipsec.sadb;

/// Security Parameter Index: 32 bits, unsigned, big-endian on the wire. 0..255 are reserved (RFC
/// 4303 2.1). For IPComp the low 16 bits are the CPI (RFC 3173 3.3).
public record Spi(int value) implements Comparable<Spi> {
    public static Spi of(long value) {
        return new Spi((int) value);
    }

    public boolean isReserved() {
        return Integer.compareUnsigned(value, 255) <= 0;
    }

    /// 0 to 2^32-1.
    public long unsigned() {
        return value & 0xffff_ffffL;
    }

    @Override
    public int compareTo(Spi other) {
        return Integer.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return "0x%08x".formatted(value);
    }
}
