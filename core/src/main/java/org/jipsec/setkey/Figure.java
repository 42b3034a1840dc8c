package org.jipsec.setkey;

import org.jipsec.diag.Span;

/// A number as it is written.
///
/// @param value unsigned 64 bits; what is greater is 2^64-1
public record Figure(Span span, long value) {
    private static final long TENTH_OF_MAXIMUM = Long.divideUnsigned(-1, 10);

    /// Whether it is at most `maximum`, taken as unsigned.
    public boolean isAtMost(long maximum) {
        return Long.compareUnsigned(value, maximum) <= 0;
    }

    /// Whether it is 2^64-1 or would have been more.
    public boolean isSaturated() {
        return value == -1;
    }

    /// @param digits decimal ones, at least one
    static long decimal(CharSequence digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (Long.compareUnsigned(value, TENTH_OF_MAXIMUM) > 0
                    || Long.compareUnsigned(value * 10, -1 - digit) > 0) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /// @param text `0x` and hexadecimal digits, at least one
    static long hexadecimal(CharSequence text) {
        long value = 0;
        for (int i = 2; i < text.length(); i++) {
            if (value >>> 60 != 0) {
                return -1;
            }
            value = value << 4 | Character.digit(text.charAt(i), 16);
        }
        return value;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(value);
    }
}
