package org.jipsec.sadb;

/// `sadb_sa_flags` as KAME has them.
///
/// @param bits the field as it is on the wire
public record SaFlags(int bits) {
    /// RFC 1826/1827 processing: no sequence number.
    public static final int OLD = 0x0001;

    /// ESP with a 4-octet IV (`des-32iv`).
    public static final int IV_4_OCTETS = 0x0010;

    /// ESP with an IV derived from the sequence number (`des-deriv`).
    public static final int DERIVED_IV = 0x0020;

    /// The sequence number may wrap: no replay protection beyond.
    public static final int CYCLIC_SEQUENCE = 0x0040;

    /// IPComp: the SPI is the CPI on the wire. KAME sends the algorithm's well-known number without
    /// it; Linux and the userspace stack send the SPI with and without.
    public static final int RAW_CPI = 0x0080;

    /// Two bits: how ESP fills its padding. Sequential 1,2,3… is what RFC 4303 2.4 wants.
    public static final int PAD_MASK = 0x0300;

    public static final int PAD_SEQUENTIAL = 0x0000;
    public static final int PAD_RANDOM = 0x0100;
    public static final int PAD_ZERO = 0x0200;

    public static final SaFlags NONE = new SaFlags(0);

    public boolean has(int flag) {
        return (bits & flag) != 0;
    }

    public int padding() {
        return bits & PAD_MASK;
    }

    public SaFlags with(int flag) {
        return new SaFlags(bits | flag);
    }

    public SaFlags without(int flag) {
        return new SaFlags(bits & ~flag);
    }
}
