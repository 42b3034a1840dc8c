package org.jipsec.sadb;

import java.util.List;

/// What the packet path has counted since it started.
///
/// @param counters in a fixed order
/// @param drops every reason there is, the zero ones too, in a fixed order
public record Statistics(List<Counter> counters, List<Drop> drops) {
    public Statistics {
        counters = List.copyOf(counters);
        drops = List.copyOf(drops);
    }

    /// @param name lower case with hyphens
    public record Counter(String name, long value) {}

    /// @param name lower case with hyphens, stable
    /// @param sentence what it means
    public record Drop(String name, String sentence, long packets) {}
}
