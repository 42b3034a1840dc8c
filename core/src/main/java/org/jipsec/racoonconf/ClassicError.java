package org.jipsec.racoonconf;

import java.util.List;

/// What racoon would say at one place of a configuration.
///
/// @param place in reading order: see `SourceFile`
/// @param text without time and level
record ClassicError(List<Integer> place, Kind kind, String text)
        implements Comparable<ClassicError> {
    enum Kind {
        /// Ends the parse and is counted.
        FATAL,
        /// Ends the parse, and racoon has forgotten to count it.
        FATAL_BARE,
        /// Is counted; the parse goes on.
        COUNTED,
        /// An error that neither ends the parse nor is counted: another line follows.
        LINE,
        WARNING
    }

    @Override
    public int compareTo(ClassicError other) {
        for (int i = 0; i < Math.min(place.size(), other.place.size()); i++) {
            int order = Integer.compare(place.get(i), other.place.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(place.size(), other.place.size());
    }
}
