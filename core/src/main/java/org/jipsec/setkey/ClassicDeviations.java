package org.jipsec.setkey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Where `--classic` is not the original's likeness, and why: `classic-deviations.tsv`. The golden
/// tests let these through and no others, setkey.conf(5) prints them.
public final class ClassicDeviations {
    /// @param id stable
    /// @param original what ipsec-tools 0.8.2 does
    /// @param ours what we do
    public record Deviation(String id, String original, String ours, String reason) {}

    private ClassicDeviations() {}

    /// In the order of the table.
    public static List<Deviation> all() {
        try (InputStream in =
                ClassicDeviations.class.getResourceAsStream("classic-deviations.tsv")) {
            if (in == null) {
                throw new IllegalStateException("classic-deviations.tsv is missing");
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(cell -> new Deviation(cell[0], cell[1], cell[2], cell[3]))
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
