package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaMode;

import java.util.List;
import java.util.Optional;

/// What stands behind `-P`.
///
/// @param span of the text with the blanks around it, as setkey's scanner takes it
/// @param action empty: the direction alone was written
public record PolicyText(
        Span span,
        Located<Direction> direction,
        Optional<Priority> priority,
        Optional<Located<PolicyAction>> action,
        List<Rule> rules) {
    /// `prio low + 5`: the sum that is sent is base - offset, see [org.jipsec.sadb.PolicyPriority].
    ///
    /// @param base empty: none was written, which is `def`
    /// @param negative whether a minus stands before the offset
    /// @param offset zero when none is written
    public record Priority(Span span, Optional<Base> base, boolean negative, Figure offset) {
        public enum Base {
            LOW,
            DEF,
            HIGH
        }
    }

    /// `esp/tunnel/10.0.0.1-10.0.0.2/require`
    public record Rule(
            Span span,
            Located<IpsecProtocol> protocol,
            Located<SaMode> mode,
            Optional<Ends> ends,
            Optional<Level> level) {}

    public sealed interface Ends {
        Span span();

        /// `A[port]-B[port]`
        record Pair(Span span, HostText source, HostText destination) implements Ends {}

        /// `me-any`: no addresses; only for out.
        record MeAny(Span span) implements Ends {}

        /// `any-me`: no addresses; only for in.
        record AnyMe(Span span) implements Ends {}
    }

    /// @param number behind `unique:`
    public record Level(Span span, PolicyLevel level, Optional<Figure> number) {}
}
