package org.jipsec.sadb;

import java.util.Optional;

/// `SADB_X_CALG_*`, the transforms of IPComp; the numbers are also the well-known CPIs (RFC 3173
/// 3.3).
public enum CompressionAlgorithm {
    NONE(0, "none"),
    /// Reserved for private schemes; can be written, not run.
    OUI(1, "oui"),
    /// RFC 2394
    DEFLATE(2, "deflate"),
    /// RFC 2395; can be written, not run.
    LZS(3, "lzs");

    private final int number;
    private final String word;

    CompressionAlgorithm(int number, String word) {
        this.number = number;
        this.word = word;
    }

    public static Optional<CompressionAlgorithm> numbered(int number) {
        return number < 0 || number >= values().length
                ? Optional.empty()
                : Optional.of(values()[number]);
    }

    public int number() {
        return number;
    }

    public String word() {
        return word;
    }
}
