package org.jipsec.cli;

import java.util.List;
import java.util.Map;

/// A command line taken apart, before anything is made of it.
///
/// @param named what was given for each option, in order; an empty text for a flag
/// @param positionals the other arguments
record GivenOptions(Map<String, List<String>> named, List<String> positionals) {
    boolean has(String option) {
        return named.containsKey(option);
    }

    int count(String option) {
        return named.getOrDefault(option, List.of()).size();
    }

    /// @param what the options would be for
    /// @throws UsageException one was given that is not among `options`
    void requireOnly(String what, String... options) throws UsageException {
        for (String option : named.keySet()) {
            if (!List.of(options).contains(option)) {
                throw new UsageException(option + " does not go with " + what);
            }
        }
    }

    /// The last one given.
    String value(String option, String otherwise) {
        List<String> values = named.getOrDefault(option, List.of());
        return values.isEmpty() ? otherwise : values.getLast();
    }
}
