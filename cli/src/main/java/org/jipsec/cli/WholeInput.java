package org.jipsec.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads a file or a stream to its end, but one of bounded size only: `/dev/zero` has none.
final class WholeInput {
    /// A text of a million commands has about half of it.
    static final int MAXIMUM_MIB = 256;

    private static final int MAXIMUM = MAXIMUM_MIB << 20;

    private WholeInput() {}

    /// @throws IOException it cannot be read or is too large
    static byte[] of(Path file) throws IOException {
        if (Files.isRegularFile(file) && Files.size(file) > MAXIMUM) {
            throw tooLarge();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    /// @param in is left open
    /// @throws IOException it cannot be read or is too large
    static byte[] of(InputStream in) throws IOException {
        return of(in, MAXIMUM);
    }

    /// @param maximum in octets
    static byte[] of(InputStream in, int maximum) throws IOException {
        byte[] octets = in.readNBytes(maximum);
        if (octets.length == maximum && in.read() >= 0) {
            throw tooLarge();
        }
        return octets;
    }

    private static IOException tooLarge() {
        return new IOException("more than %d MiB".formatted(MAXIMUM_MIB));
    }
}
