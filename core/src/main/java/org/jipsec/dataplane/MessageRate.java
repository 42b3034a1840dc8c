package org.jipsec.dataplane;

/// How many ICMP errors a gateway may send: a token bucket, as RFC 4443 2.4 f advises and RFC 1812
/// 4.3.2.8 allows. In whole milliseconds of the clock that is handed in. One thread.
final class MessageRate {
    /// At once, after a rest.
    static final int BURST = 100;

    /// In the long run one message in so many milliseconds.
    static final int MILLIS_EACH = 10;

    private static final int FULL = BURST * MILLIS_EACH;

    private long filledMillis;
    private int level = FULL;

    /// Takes a token.
    ///
    /// @param nowMillis a clock that is set back fills nothing
    /// @return false when there is none left
    boolean admits(long nowMillis) {
        long passed = Math.max(nowMillis - filledMillis, 0);
        level = (int) Math.min(FULL, level + Math.min(passed, FULL));
        filledMillis = nowMillis;
        if (level < MILLIS_EACH) {
            return false;
        }
        level -= MILLIS_EACH;
        return true;
    }
}
