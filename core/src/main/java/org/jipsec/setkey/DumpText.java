package org.jipsec.setkey;

import org.jipsec.sadb.SecurityContext;

import java.math.BigDecimal;

/// What the listings of SAs and of policies have in common.
final class DumpText {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private DumpText() {}

    static void appendTwoDigits(StringBuilder out, int number) {
        if (number < 10) {
            out.append('0');
        }
        out.append(number);
    }

    /// `0x` is not written.
    static void appendHex8(StringBuilder out, int value) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            out.append(HEX[value >>> shift & 0xf]);
        }
    }

    /// Groups of four octets, a blank before each, a new line after every 32.
    static void appendKey(StringBuilder out, byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (i != 0 && i % 32 == 0) {
                out.append('\n');
            }
            if (i % 4 == 0) {
                out.append(' ');
            }
            out.append(HEX[octets[i] >>> 4 & 0xf]).append(HEX[octets[i] & 0xf]);
        }
    }

    /// Unsigned 64 bits by way of a double, as the original prints octets: exact up to 2^53.
    static void appendDouble(StringBuilder out, long unsigned) {
        if (unsigned >= 0 && unsigned < 1L << 53) {
            out.append(unsigned);
        } else {
            double value = (unsigned >>> 1) * 2.0 + (unsigned & 1);
            out.append(new BigDecimal(value).toPlainString());
        }
    }

    static void appendContext(StringBuilder out, SecurityContext context) {
        out.append("\tsecurity context doi: ").append(context.doi());
        out.append("\n\tsecurity context algorithm: ").append(context.algorithm());
        out.append("\n\tsecurity context length: ").append(context.context().length() + 1);
        out.append("\n\tsecurity context: ").append(context.context()).append('\n');
    }
}
