package org.jipsec.pfkey;

import org.jipsec.sadb.Errno;

/// A message is well formed, and yet nothing that can be asked or answered: something is missing,
/// twice there, or has a number without meaning.
public final class RefusalException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /// @param why lower case, without a full stop, no key in it
    RefusalException(Errno errno, String why) {
        super(why, null, false, false);
        this.errno = errno;
    }

    public static RefusalException invalid(String why) {
        return new RefusalException(Errno.EINVAL, why);
    }

    /// What the sender is to be told.
    public Errno errno() {
        return errno;
    }

    public String why() {
        return String.valueOf(getMessage());
    }
}
