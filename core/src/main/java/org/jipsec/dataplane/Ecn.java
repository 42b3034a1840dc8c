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

    /// What a packet gets that was put together from fragments (RFC 3168 5.3), or [#DROP].
    ///
    /// @param first of the first fragment
    /// @param seen of all of them: bit 0 for [#NOT_ECT] to bit 3 for [#CE]
    static int reassembled(int first, int seen) {
        if ((seen & 1 << CE) == 0) {
            return first;
        }
        return (seen & 1 << NOT_ECT) == 0 ? CE : DROP;
    }

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
