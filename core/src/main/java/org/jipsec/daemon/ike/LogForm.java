package org.jipsec.daemon.ike;

import org.jipsec.diag.JsonWriter;
import org.jipsec.ike.IkeReport;
import org.jipsec.wire.IpText;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// How a report becomes one line, without its end. Pure. What peers may have put into a text cannot
/// end the line or do something to a terminal: control characters are shown, not sent.
public sealed interface LogForm {
    String line(IkeReport report, Instant at);

    /// racoon's: `2026-11-23 08:18:53: [192.168.2.100] INFO: received INITIAL-CONTACT`.
    ///
    /// @param zone of the date; empty for a line without, as the system's log wants it
    /// @param named whether the name of the event stands before the text (`-L`), where it has one
    record Racoon(Optional<ZoneId> zone, boolean named) implements LogForm {
        private static final DateTimeFormatter DATE =
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

        @Override
        public String line(IkeReport report, Instant at) {
            StringBuilder line = new StringBuilder();
            zone.ifPresent(here -> line.append(DATE.format(at.atZone(here))).append(": "));
            report.peer()
                    .ifPresent(peer -> line.append('[').append(IpText.text(peer)).append("] "));
            line.append(report.level().name()).append(": ");
            String event = report.facts().get("event");
            if (named && event != null) {
                line.append(event).append(": ");
            }
            report.text()
                    .stripTrailing() // a vendor ID of a draft ends its line by itself
                    .codePoints()
                    .forEach(
                            point -> {
                                if (Character.isISOControl(point)) {
                                    line.append("\\x%02x".formatted(point));
                                } else {
                                    line.appendCodePoint(point);
                                }
                            });
            return line.toString();
        }
    }

    /// One JSON object: `time` in UTC, `level`, `peer` where there is one, the facts, `text`.
    record Json() implements LogForm {
        @Override
        public String line(IkeReport report, Instant at) {
            JsonWriter line = new JsonWriter().open('{');
            line.name("time").string(at.toString());
            line.name("level").string(report.level().name().toLowerCase(Locale.ROOT));
            report.peer().ifPresent(peer -> line.name("peer").string(IpText.text(peer)));
            report.facts().forEach((name, value) -> line.name(name).string(value));
            return line.name("text").string(report.text()).close('}').toString();
        }
    }
}
