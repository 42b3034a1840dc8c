package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;

import java.util.Optional;

/// `host[port]`.
///
/// @param name numeric or a name to be looked up
/// @param port what is between the brackets: `any`, digits or the name of a UDP service
public record HostText(Span span, Located<String> name, Optional<Located<String>> port) {}
