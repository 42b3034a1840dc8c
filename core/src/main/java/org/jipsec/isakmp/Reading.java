package org.jipsec.isakmp;

import java.util.Optional;

/// A value that was read, or why it cannot be. A transform that cannot be read is passed over as if
/// the peer had not offered it; the others still count.
public sealed interface Reading<T> {
    record Read<T>(T value) implements Reading<T> {}

    /// @param text racoon's line for its log where racoon has one
    record Refused<T>(String text) implements Reading<T> {}

    /// The value, if it could be read.
    default Optional<T> asOptional() {
        return switch (this) {
            case Read<T>(T read) -> Optional.of(read);
            case Refused<T> _ -> Optional.empty();
        };
    }

    /// Why not, if it could not.
    default Optional<String> refusal() {
        return switch (this) {
            case Read<T> _ -> Optional.empty();
            case Refused<T>(String text) -> Optional.of(text);
        };
    }
}
