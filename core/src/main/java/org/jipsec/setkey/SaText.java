package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.wire.Secret;

import java.util.List;
import java.util.Optional;

/// What `add`, `update`, `get` and `delete` say of an SA.
///
/// @param protocol may be left out; the backend then decides, and refuses
/// @param encryption empty with `get` and `delete`, like the two below
public record SaText(
        AddressOptions options,
        HostText source,
        HostText destination,
        Optional<ProtocolText> protocol,
        Figure spi,
        List<Extension> extensions,
        Optional<Algorithm> encryption,
        Optional<Algorithm> authentication,
        Optional<Compression> compression) {
    /// `-E` or `-A`, a name that may be unknown, and the key if there is one.
    public record Algorithm(Span span, Located<String> name, Optional<Key> key) {}

    /// @param form how it is written
    public record Key(Span span, Form form, Secret octets) {
        public enum Form {
            /// `"…"`: the octets between the quotes.
            QUOTED,
            /// `0x…` with an even number of digits.
            HEXADECIMAL,
            /// `0x…` with an odd number of digits: setkey puts a zero digit in front.
            ODD_HEXADECIMAL
        }
    }

    /// @param rawCpi `-R`
    public record Compression(Span span, Located<CompressionAlgorithm> algorithm, boolean rawCpi) {}
}
