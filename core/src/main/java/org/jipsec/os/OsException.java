package org.jipsec.os;

import java.io.IOException;

/// A system call was refused: `TUNSETIFF(jipsec0): EBUSY (device or resource busy)`.
public final class OsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String arguments;
    private final int errno;
    private final String detail;

    /// @param call name of the system call, or of its request or option where that tells more
    /// @param arguments as a person would write them, without brackets; may be empty
    public OsException(String call, String arguments, int errno) {
        this(call, arguments, errno, "");
    }

    /// @param detail what else the kernel said, or empty
    public OsException(String call, String arguments, int errno, String detail) {
        super(
                "%s(%s): %s%s%s"
                        .formatted(
                                call,
                                arguments,
                                ErrorNumber.describe(errno),
                                detail.isEmpty() ? "" : ": ",
                                detail));
        this.call = call;
        this.arguments = arguments;
        this.errno = errno;
        this.detail = detail;
    }

    OsException(String call, String arguments, ErrorNumber error, String detail) {
        this(call, arguments, error.number(), detail);
    }

    public String call() {
        return call;
    }

    public String arguments() {
        return arguments;
    }

    /// As in errno(3).
    public int errno() {
        return errno;
    }

    /// `EBUSY`, or the number where it has no name.
    public String errnoName() {
        return ErrorNumber.numbered(errno).map(Enum::name).orElse(Integer.toString(errno));
    }

    /// What else the kernel said, or empty.
    public String detail() {
        return detail;
    }

    public boolean is(ErrorNumber error) {
        return errno == error.number();
    }
}
