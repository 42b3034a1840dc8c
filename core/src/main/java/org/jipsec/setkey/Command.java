package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;

import java.util.List;
import java.util.Optional;

/// One command of a setkey.conf as it is written: nothing is resolved, no range is checked.
public sealed interface Command {
    /// From the command's word to its semicolon.
    Span span();

    record Add(Span span, SaText association) implements Command {}

    record Update(Span span, SaText association) implements Command {}

    record Get(Span span, SaText association) implements Command {}

    record Delete(Span span, SaText association) implements Command {}

    /// @param minimum the SPI wanted, or the least of them; empty: any
    /// @param maximum with a minimum: the greatest; empty: only the minimum will do
    record GetSpi(
            Span span,
            AddressOptions options,
            HostText source,
            HostText destination,
            Optional<ProtocolText> protocol,
            Optional<Figure> minimum,
            Optional<Figure> maximum,
            List<Extension> extensions)
            implements Command {}

    record DeleteAll(
            Span span,
            AddressOptions options,
            Located<String> source,
            Located<String> destination,
            Optional<ProtocolText> protocol)
            implements Command {}

    record Flush(Span span, Optional<ProtocolText> protocol) implements Command {}

    record Dump(Span span, Optional<ProtocolText> protocol) implements Command {}

    /// What follows it in the text is not looked at.
    record Exit(Span span) implements Command {}

    record SpdAdd(Span span, Target target, PolicyText policy) implements Command {}

    record SpdUpdate(Span span, Target target, PolicyText policy) implements Command {}

    record SpdDelete(Span span, Target.Packets target, PolicyText policy) implements Command {}

    record SpdDump(Span span) implements Command {}

    record SpdFlush(Span span) implements Command {}
}
