package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;

import java.util.Optional;

/// `host/prefix[port]`, one side of a policy's selector.
///
/// @param prefix empty: the whole address
public record RangeText(
        Span span, Located<String> name, Optional<Figure> prefix, Optional<Located<String>> port) {}
