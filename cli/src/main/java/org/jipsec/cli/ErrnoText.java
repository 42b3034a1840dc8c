package org.jipsec.cli;

import org.jipsec.setkey.ClassicSession;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// What strerror says on Linux to any number, those included that no backend of ours answers: the
/// octets of a file may be anything.
final class ErrnoText {
    private ErrnoText() {}

    static String of(int errno) {
        try (BufferedReader table =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        ClassicSession.class.getResourceAsStream("errno.tsv")),
                                StandardCharsets.UTF_8))) {
            String wanted = errno + "\t";
            for (String line = table.readLine(); line != null; line = table.readLine()) {
                if (line.startsWith(wanted)) {
                    return line.substring(wanted.length());
                }
            }
            return "Unknown error " + errno;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
