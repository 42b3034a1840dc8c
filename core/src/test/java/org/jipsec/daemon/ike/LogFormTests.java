package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.IkeReport;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class LogFormTests {
    private static final Instant NOW = Instant.parse("2026-11-23T08:18:53.123456Z");
    private static final LogForm FOREGROUND =
            new LogForm.Racoon(Optional.of(ZoneId.of("UTC")), false);
    private static final LogForm SYSTEM = new LogForm.Racoon(Optional.empty(), false);
    private static final LogForm NAMED = new LogForm.Racoon(Optional.of(ZoneId.of("UTC")), true);

    /// Lines of golden/racoon.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INFO||begin Identity Protection mode."
                        + "|2026-11-23 08:18:53: INFO: begin Identity Protection mode.",
                "INFO|192.168.2.100|received INITIAL-CONTACT"
                        + "|2026-11-23 08:18:53: [192.168.2.100] INFO: received INITIAL-CONTACT",
                "DEBUG2||lifetime = 28800|2026-11-23 08:18:53: DEBUG2: lifetime = 28800",
                "INFO||'received Vendor ID: draft-ietf-ipsec-nat-t-ike-02\n'"
                        + "|2026-11-23 08:18:53: INFO: received Vendor ID:"
                        + " draft-ietf-ipsec-nat-t-ike-02",
                "DEBUG||call pfkey_send_register for AH"
                        + "|2026-11-23 08:18:53: DEBUG: call pfkey_send_register for AH"
            })
    void writesLinesAsRacoonDoes(IkeReport.Level level, String peer, String text, String line) {
        assertThat(FOREGROUND.line(report(level, peer, text, Map.of()), NOW)).isEqualTo(line);
    }

    @Test
    void leavesTheDateToTheSystemsLog() {
        assertThat(SYSTEM.line(report(IkeReport.Level.INFO, "2001:db8::1", "x", Map.of()), NOW))
                .isEqualTo("[2001:db8::1] INFO: x");
    }

    @Test
    void namesTheEventWhenAsked() {
        Map<String, String> facts = Map.of("event", "phase1_established");

        assertThat(NAMED.line(report(IkeReport.Level.INFO, null, "up", facts), NOW))
                .isEqualTo("2026-11-23 08:18:53: INFO: phase1_established: up");
        assertThat(NAMED.line(report(IkeReport.Level.INFO, null, "up", Map.of()), NOW))
                .isEqualTo("2026-11-23 08:18:53: INFO: up");
        assertThat(FOREGROUND.line(report(IkeReport.Level.INFO, null, "up", facts), NOW))
                .isEqualTo("2026-11-23 08:18:53: INFO: up");
    }

    @Test
    void letsNobodyForgeALine() {
        String forged = "id evil\n2026-11-23 08:18:53: INFO: all is well\u001b[2J\u009b";

        assertThat(FOREGROUND.line(report(IkeReport.Level.INFO, null, forged, Map.of()), NOW))
                .isEqualTo(
                        "2026-11-23 08:18:53: INFO: id evil\\x0a2026-11-23 08:18:53: INFO: all is"
                                + " well\\x1b[2J\\x9b");
        assertThat(
                        new LogForm.Json()
                                .line(report(IkeReport.Level.INFO, null, forged, Map.of()), NOW))
                .isPrintable()
                .doesNotContain("\n");
    }

    @Test
    void writesOneObjectForPrograms() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("event", "phase1_established");
        facts.put("identity", "a \"quoted\"\nline");
        String line =
                new LogForm.Json()
                        .line(report(IkeReport.Level.NOTIFY, "192.0.2.1", "up", facts), NOW);

        assertThat(members(line))
                .containsExactly(
                        "time=2026-11-23T08:18:53.123456Z",
                        "level=notify",
                        "peer=192.0.2.1",
                        "event=phase1_established",
                        "identity=a \"quoted\"\nline",
                        "text=up");
    }

    private static List<String> members(String json) {
        List<String> members = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            String name = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    name = parser.currentName();
                } else if (token == JsonToken.VALUE_STRING) {
                    members.add(name + "=" + parser.getString());
                }
            }
        }
        return members;
    }

    private static IkeReport report(
            IkeReport.Level level, String peer, String text, Map<String, String> facts) {
        return new IkeReport(
                level,
                Optional.ofNullable(peer).map(each -> IpText.parse(each).orElseThrow()),
                text,
                facts);
    }
}
