package org.jipsec.crypto;

/// A peer's Diffie-Hellman public value is none: with it the shared secret would be known to
/// others, or tell of our private value.
public final class InvalidPublicValueException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param message what is wrong with it, lower case, without a full stop
    InvalidPublicValueException(String message) {
        super(message);
    }
}
