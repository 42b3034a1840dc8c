package org.jipsec.racoonconf;

import org.jipsec.diag.Span;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// A word of a statement behind its first.
sealed interface Argument {
    Span span();

    /// A keyword, or `[any]`.
    record Word(Span span, String text) implements Argument {}

    /// @param value the largest long where it is larger
    /// @param glue what racoon does not know and stands before the first digit, or empty
    record Number(Span span, long value, String glue) implements Argument {}

    /// @param text one octet a character, without the quotes
    record Quoted(Span span, String text) implements Argument {
        /// As a name of a file or a user has it: UTF-8, or where it is none, one octet a character.
        String name() {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(octets))
                        .toString();
            } catch (CharacterCodingException notUtf8) {
                return text;
            }
        }
    }

    /// What looks like an address: a run of hex digits, colons and dots.
    record Address(Span span, String text) implements Argument {}

    /// The last address of a range, without the hyphen.
    record RangeEnd(Span span, String text) implements Argument {}

    record PrefixLength(Span span, int bits) implements Argument {}

    record Port(Span span, long number) implements Argument {}
}
