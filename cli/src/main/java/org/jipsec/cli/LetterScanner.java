package org.jipsec.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads command lines that use nothing but the original's letters, which is nearly all of them.
///
/// It exists for start-up: Picocli costs twice what an empty JVM does. It takes only what it is
/// sure of and leaves the rest, errors too, to [CommandLines]; a test holds both to the same
/// answers.
final class LetterScanner {
    /// Letters without an argument.
    static final String FLAGS = "cDPFapnlvxHrkVh?";

    private LetterScanner() {}

    static Optional<GivenOptions> scan(String... arguments) {
        Map<String, List<String>> named = new HashMap<>();
        List<String> positionals = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.length() < 2 || argument.charAt(0) != '-') {
                positionals.add(argument);
                continue;
            }
            for (int at = 1; at < argument.length(); at++) {
                char letter = argument.charAt(at);
                if (FLAGS.indexOf(letter) >= 0) {
                    add(named, letter, "");
                } else if (letter == 'f' && at + 1 == argument.length()) {
                    if (i + 1 == arguments.length || arguments[i + 1].startsWith("-")) {
                        return Optional.empty();
                    }
                    add(named, letter, arguments[++i]);
                } else {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new GivenOptions(named, positionals));
    }

    private static void add(Map<String, List<String>> named, char letter, String value) {
        String name = letter == '?' ? "-h" : "-" + letter;
        List<String> values = named.get(name);
        if (values == null) {
            values = new ArrayList<>();
            named.put(name, values);
        }
        values.add(value);
    }
}
