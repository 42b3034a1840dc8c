package org.jipsec.wire;

/// Octets are not the message they claim to be.
public final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int offset;

    /// @param offset of the octet that is wrong, from the start of the message
    /// @param message what is wrong with it, lower case, without a full stop
    public WireException(int offset, String message) {
        super(message);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }

    @Override
    public String getMessage() {
        return "octet " + offset + ": " + super.getMessage();
    }
}
