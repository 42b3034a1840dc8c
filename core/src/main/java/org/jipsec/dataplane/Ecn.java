package org.jipsec.dataplane;

/// Explicit congestion notification through tunnels (RFC 6040). Codepoints are the low two bits of
/// the type of service or traffic class.
final class Ecn {
    static final int NOT_ECT = 0;
    static final int ECT_1 = 1;
    static final int ECT_0 = 2;
    static final int CE = 3;

    /// The packet must not be let through.
    static final int DROP = -1;

    private Ecn() {}

    /// What the inner header gets when the outer one is taken off (RFC 6040 4.2), or [#DROP].
    static int decapsulated(int inner, int outer) {
        return switch (inner) {
            case NOT_ECT -> outer == CE ? DROP : NOT_ECT;
            case ECT_0 -> outer == NOT_ECT ? ECT_0 : outer;
            case ECT_1 -> outer == CE ? CE : ECT_1;
            case CE -> CE;
            default -> throw new IllegalArgumentException("two bits, not " + inner);
        };
    }
}
