package org.jipsec.trace;

import org.jipsec.diag.Diagnostic;

/// A filter is wrong.
public final class FilterException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Diagnostic diagnostic;

    FilterException(Diagnostic diagnostic) {
        super(diagnostic.message());
        this.diagnostic = diagnostic;
    }

    /// Its places are those of the filter's text.
    public Diagnostic diagnostic() {
        return diagnostic;
    }
}
