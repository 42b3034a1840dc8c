package org.jipsec.diag;

import java.util.List;

/// Finds what of a text must not be shown.
@FunctionalInterface
public interface Redactor {
    /// Nothing is secret.
    Redactor NONE = (octets, from, to) -> List.of();

    /// The secrets that reach into octets `from` to `to` of `octets`: ascending, not overlapping.
    List<Hidden> secrets(byte[] octets, int from, int to);

    /// @param shown what is shown in its place
    record Hidden(Span span, String shown) {}
}
