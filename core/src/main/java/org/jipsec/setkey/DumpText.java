package org.jipsec.setkey;

import org.jipsec.sadb.SecurityContext;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/// What the listings of SAs and of policies have in common.
final class DumpText {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final String NEVER = " ".repeat(20);
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private DumpText() {}

    /// `Nov  4 22:13:20 2023`, and 20 blanks for the second zero of the epoch: what ctime says
    /// without the weekday.
    static void appendTime(StringBuilder out, Instant time, ZoneId zone) {
        if (time.getEpochSecond() == 0) {
            out.append(NEVER);
            return;
        }
        ZonedDateTime local = time.atZone(zone);
        out.append(MONTHS[local.getMonthValue() - 1]);
        out.append(local.getDayOfMonth() < 10 ? "  " : " ").append(local.getDayOfMonth());
        appendTwoDigits(out.append(' '), local.getHour());
        appendTwoDigits(out.append(':'), local.getMinute());
        appendTwoDigits(out.append(':'), local.getSecond());
        out.append(' ').append(local.getYear());
    }

    static void appendTime(StringBuilder out, Optional<Instant> time, ZoneId zone) {
        appendTime(out, time.orElse(Instant.EPOCH), zone);
    }

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
