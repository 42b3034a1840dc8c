package org.jipsec.racoonconf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// A page for each [Code]: what it means, a text that has the problem and the same text mended.
public final class Explanations {
    private static final String RESOURCE = "explanations.txt";

    private Explanations() {}

    /// @param title a line, lower case, no full stop
    /// @param text some lines
    /// @param wrong a racoon.conf that yields the code; empty for those that take a long one
    /// @param right the same without the problem
    public record Page(
            Code code, String title, String text, Optional<String> wrong, Optional<String> right) {
        /// As `jracoon explain` prints it; ends in a newline.
        public String shown() {
            StringBuilder page = new StringBuilder();
            page.append(
                    "%s[%s]: %s\n\n%s\n".formatted(code.severity().word(), code.id(), title, text));
            wrong.ifPresent(example -> page.append("\nWrong:\n").append(indented(example)));
            right.ifPresent(example -> page.append("\nRight:\n").append(indented(example)));
            return page.toString();
        }

        private static String indented(String example) {
            return example.replace("\r", "\\r").indent(4);
        }
    }

    public static Page of(Code code) {
        Page page = all().get(code);
        if (page == null) {
            throw new IllegalStateException("no page for " + code);
        }
        return page;
    }

    /// All pages, by number.
    public static Map<Code, Page> all() {
        Map<Code, Page> pages = new EnumMap<>(Code.class);
        for (String block : read().split("(?m)^@ ")) {
            if (!block.isBlank()) {
                Page page = page(block);
                pages.put(page.code(), page);
            }
        }
        return pages;
    }

    private static Page page(String block) {
        String[] parts = block.split("(?m)^- (wrong|right)\n");
        int line = parts[0].indexOf('\n');
        String head = parts[0].substring(0, line);
        int blank = head.indexOf(' ');
        Code code =
                Code.of(head.substring(0, blank))
                        .orElseThrow(() -> new IllegalStateException("no code for " + head));
        return new Page(
                code,
                head.substring(blank + 1),
                parts[0].substring(line + 1).strip(),
                parts.length > 1 ? Optional.of(example(parts[1])) : Optional.empty(),
                parts.length > 2 ? Optional.of(example(parts[2])) : Optional.empty());
    }

    private static String example(String text) {
        return text.stripTrailing().replace("\\r", "\r") + "\n";
    }

    private static String read() {
        try (InputStream in = Explanations.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("not in this jar: " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
