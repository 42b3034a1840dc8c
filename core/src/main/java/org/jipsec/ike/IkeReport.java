package org.jipsec.ike;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Something for the log, in racoon's words where racoon has some.
///
/// @param peer that racoon names before the level; empty for most
/// @param text without secrets
/// @param facts the same for programs, in the order of importance: `event` is first, in lower case
/// with underscores; empty where the text is all
public record IkeReport(
        Level level, Optional<InetAddress> peer, String text, Map<String, String> facts) {
    public enum Level {
        ERROR,
        WARNING,
        NOTIFY,
        INFO,
        DEBUG,
        DEBUG2
    }

    static IkeReport of(Level level, String text) {
        return new IkeReport(level, Optional.empty(), text, Map.of());
    }

    static IkeReport of(Level level, InetAddress peer, String text) {
        return new IkeReport(level, Optional.of(peer), text, Map.of());
    }

    /// @param namesAndValues by turns
    static Map<String, String> facts(String... namesAndValues) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
            facts.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(facts);
    }
}
