package org.jipsec.setkey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Names of upper-layer protocols, as Linux distributions have them in `/etc/protocols`.
///
/// A copy of our own, so that `-DP` prints the same on every host and a file means the same
/// everywhere: on the BSDs `ipv4` would be known and `ipencap` would not.
public final class ProtocolNames {
    private static final Map<String, Integer> NUMBERS = new HashMap<>();
    private static final Map<Integer, String> NAMES = new HashMap<>();

    static {
        read();
    }

    private ProtocolNames() {}

    /// What getprotobyname knows; case matters.
    public static OptionalInt number(String name) {
        Integer number = NUMBERS.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /// What setkey takes as an upper-layer protocol: the database, `icmp6` and `ip4`.
    public static OptionalInt upperLayer(String name) {
        OptionalInt known = number(name);
        if (known.isPresent()) {
            return known;
        }
        return switch (name) {
            case "icmp6" -> OptionalInt.of(58);
            case "ip4" -> OptionalInt.of(4);
            default -> OptionalInt.empty();
        };
    }

    /// What getprotobynumber says.
    public static Optional<String> name(int number) {
        return Optional.ofNullable(NAMES.get(number));
    }

    private static void read() {
        try (InputStream in = ProtocolNames.class.getResourceAsStream("protocols")) {
            if (in == null) {
                throw new IllegalStateException("the resource `protocols` is missing");
            }
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(ProtocolNames::enter);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void enter(String line) {
        String[] words = line.split(" ", -1);
        Integer number = Integer.valueOf(words[0]);
        NAMES.putIfAbsent(number, words[1]);
        for (int i = 1; i < words.length; i++) {
            NUMBERS.putIfAbsent(words[i], number);
        }
    }
}
