package org.jipsec.ike;

import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A debug log of the original racoon: the octets that it prints, each with the line they belong
/// to.
final class RecordedLog {
    /// @param label the last message before that is not empty, nor the name of an algorithm
    record Dump(String label, Bytes octets) {}

    private static final Pattern STAMPED =
            Pattern.compile("(.*?)\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: .*?[A-Z]+2?: ?");
    private static final Pattern ALGORITHM = Pattern.compile("(hmac|hash|encryption)\\(.*\\)");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{2,16}( [0-9a-f]{2,8})* ?");

    private RecordedLog() {}

    static List<Dump> read(String resource) {
        List<Dump> dumps = new ArrayList<>();
        String label = "";
        StringBuilder digits = new StringBuilder();
        for (String line : lines(resource)) {
            if (HEX.matcher(line).matches()) {
                digits.append(line.replace(" ", ""));
                continue;
            }
            if (!digits.isEmpty()) {
                dumps.add(new Dump(label, Bytes.ofHex(digits.toString())));
                digits.setLength(0);
            }
            label = label(line).orElse(label);
        }
        return dumps;
    }

    /// What a line says, if anything: some hold two messages, the second of them empty.
    private static Optional<String> label(String line) {
        Matcher stamp = STAMPED.matcher(line);
        String last = line;
        while (stamp.find()) {
            String before = stamp.group(1).strip();
            if (!before.isEmpty()) {
                return Optional.of(before);
            }
            last = line.substring(stamp.end());
            int next = last.indexOf(": 20");
            if (next >= 0) {
                last = last.substring(0, next + 1);
                break;
            }
        }
        String said = last.strip();
        return said.isEmpty() || ALGORITHM.matcher(said).matches()
                ? Optional.empty()
                : Optional.of(said);
    }

    private static List<String> lines(String resource) {
        try (InputStream in = RecordedLog.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
