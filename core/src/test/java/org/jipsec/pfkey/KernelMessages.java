package org.jipsec.pfkey;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Messages of a real kernel with the text that the original `setkey -H -x` printed for them: the
/// golden monitor-H.out.txt.
public final class KernelMessages {
    private KernelMessages() {}

    /// @param hex the lines of the hex dump
    /// @param text what followed it; empty for X_PROMISC, which setkey does not print
    public record Seen(String hex, byte[] octets, String text) {
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(octets);
        }

        @Override
        public String toString() {
            return "type " + octets[1] + ", " + octets.length + " octets";
        }
    }

    public static List<Seen> all() {
        List<Seen> messages = new ArrayList<>();
        StringBuilder hex = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (String line : resource("monitor-H.out.txt").split("\n", -1)) {
            if (line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{6} ")) {
                add(messages, hex, text);
            } else if (line.matches("[0-9a-f]{8}: .*")) {
                hex.append(line).append('\n');
            } else if (!line.isEmpty()) {
                text.append(line).append('\n');
            }
        }
        add(messages, hex, text);
        return messages;
    }

    public static String resource(String name) {
        return text("/golden/cli/" + name);
    }

    static String text(String name) {
        try (InputStream in = KernelMessages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void add(List<Seen> messages, StringBuilder hex, StringBuilder text) {
        if (!hex.isEmpty()) {
            String digits =
                    hex.toString().replaceAll("(?m)^[0-9a-f]{8}: ", "").replaceAll("\\s", "");
            messages.add(
                    new Seen(hex.toString(), HexFormat.of().parseHex(digits), text.toString()));
        }
        hex.setLength(0);
        text.setLength(0);
    }
}
