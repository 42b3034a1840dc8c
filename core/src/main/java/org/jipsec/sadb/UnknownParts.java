package org.jipsec.sadb;

/// What an SA of a kernel has that [SecurityAssociation] has no value for, because another program
/// made it: in the kernel's words, each empty where there is nothing of the kind. The key of such
/// an algorithm stands in the SA, its algorithm there is none.
///
/// @param encryption as `cbc(serpent)`
/// @param authentication as `hmac(sm3)`, or `hmac(sha1) cut to 160 bits`
/// @param compression as `lzjh`
/// @param mode as `beet`; the SA's is then [SaMode#ANY]
public record UnknownParts(
        String encryption, String authentication, String compression, String mode) {
    public static final UnknownParts NONE = new UnknownParts("", "", "", "");

    public boolean isEmpty() {
        return equals(NONE);
    }
}
