package org.jipsec.cli;

/// The command line makes no sense; the message is for the user, lower case, no full stop.
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
