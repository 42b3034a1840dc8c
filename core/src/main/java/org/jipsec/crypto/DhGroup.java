package org.jipsec.crypto;

import java.util.Arrays;
import java.util.Optional;

/// The Diffie-Hellman groups of IKE (RFC 2409 6, RFC 3526, RFC 5903), by IANA's "Group
/// Description".
///
/// The public value of a MODP group is a number as long as the prime, that of an ECP group the two
/// coordinates `x | y`; the shared secret is the number, or `x` alone. All big-endian, padded with
/// zeros on the left. The groups over binary curves, 3 and 4, are not here.
public enum DhGroup {
    MODP_768(1, "modp768", 768),
    MODP_1024(2, "modp1024", 1024),
    MODP_1536(5, "modp1536", 1536),
    MODP_2048(14, "modp2048", 2048),
    MODP_3072(15, "modp3072", 3072),
    MODP_4096(16, "modp4096", 4096),
    MODP_6144(17, "modp6144", 6144),
    MODP_8192(18, "modp8192", 8192),
    ECP_256(19, "ecp256", 256),
    ECP_384(20, "ecp384", 384),
    ECP_521(21, "ecp521", 521);

    private final int number;
    private final String word;
    private final int bits;

    DhGroup(int number, String word, int bits) {
        this.number = number;
        this.word = word;
        this.bits = bits;
    }

    /// On the wire.
    public int number() {
        return number;
    }

    /// As racoon.conf names it; those of the ECP groups, which racoon lacks, are strongSwan's.
    public String word() {
        return word;
    }

    /// Of the prime.
    public int bits() {
        return bits;
    }

    /// Whether it is a group of points, not of numbers.
    public boolean isElliptic() {
        return switch (this) {
            case ECP_256, ECP_384, ECP_521 -> true;
            case MODP_768,
                    MODP_1024,
                    MODP_1536,
                    MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192 ->
                    false;
        };
    }

    /// Of the key exchange payload's body, in octets.
    public int publicLength() {
        return isElliptic() ? 2 * sharedLength() : sharedLength();
    }

    /// Of the shared secret `g^xy`, in octets.
    public int sharedLength() {
        return (bits + 7) / 8;
    }

    /// The one that the wire calls `number`.
    public static Optional<DhGroup> ofNumber(int number) {
        return Arrays.stream(values()).filter(group -> group.number == number).findFirst();
    }

    /// The one that racoon.conf calls `word`; a bare number, which it also takes, is no word.
    public static Optional<DhGroup> ofWord(String word) {
        return Arrays.stream(values()).filter(group -> group.word.equals(word)).findFirst();
    }
}
