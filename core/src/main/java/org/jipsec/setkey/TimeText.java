package org.jipsec.setkey;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/// Times as the listings have them. The last text is kept: what was loaded together was made in
/// the same second, and taking a time apart costs more than all else in a line.
final class TimeText {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final String NEVER = " ".repeat(20);

    private final ZoneId zone;
    private long second;
    private String text = NEVER;

    TimeText(ZoneId zone) {
        this.zone = zone;
    }

    /// `Nov  4 22:13:20 2023`, and 20 blanks for the second zero of the epoch: what ctime says
    /// without the weekday.
    void append(StringBuilder out, Instant time) {
        if (time.getEpochSecond() != second) {
            second = time.getEpochSecond();
            text = second == 0 ? NEVER : text(time.atZone(zone));
        }
        out.append(text);
    }

    void append(StringBuilder out, Optional<Instant> time) {
        append(out, time.orElse(Instant.EPOCH));
    }

    private static String text(ZonedDateTime local) {
        StringBuilder out = new StringBuilder(20);
        out.append(MONTHS[local.getMonthValue() - 1]);
        out.append(local.getDayOfMonth() < 10 ? "  " : " ").append(local.getDayOfMonth());
        DumpText.appendTwoDigits(out.append(' '), local.getHour());
        DumpText.appendTwoDigits(out.append(':'), local.getMinute());
        DumpText.appendTwoDigits(out.append(':'), local.getSecond());
        return out.append(' ').append(local.getYear()).toString();
    }
}
