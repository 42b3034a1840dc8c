package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;

import java.util.Optional;

/// What a policy is for.
public sealed interface Target {
    Span span();

    /// @param upper number or name of a protocol, `any`
    /// @param detail `type,code` of ICMP, the key of GRE
    record Packets(
            Span span,
            AddressOptions options,
            RangeText source,
            RangeText destination,
            Located<String> upper,
            Optional<Located<String>> detail,
            Optional<Extension.Context> context)
            implements Target {}

    /// Packets that pf has tagged, on KAME.
    record Tagged(Span span, Located<String> tag) implements Target {}
}
