package org.jipsec.trace;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.PacketFacts;
import org.jipsec.dataplane.Verdict;
import org.jipsec.sadb.Direction;
import org.jipsec.wire.Prefix;

import java.util.Optional;

/// Which packets somebody wants to see. A condition on a packet holds when it holds for what came
/// or for what it became: the inner or the outer one.
public sealed interface TraceFilter {
    /// Which end a condition is for.
    enum End {
        SOURCE,
        DESTINATION,
        EITHER
    }

    record Everything() implements TraceFilter {}

    record And(TraceFilter left, TraceFilter right) implements TraceFilter {}

    record Or(TraceFilter left, TraceFilter right) implements TraceFilter {}

    record Not(TraceFilter operand) implements TraceFilter {}

    record Network(End end, Prefix prefix) implements TraceFilter {}

    record Port(End end, int number) implements TraceFilter {}

    /// Of the packet, or of an SA that was applied to it; of IPsec's protocols also when an SA of
    /// that protocol was, or failed.
    record Protocol(int number) implements TraceFilter {}

    /// Likewise.
    record SpiIs(int spi) implements TraceFilter {}

    record PolicyIs(int id) implements TraceFilter {}

    record Way(Direction direction) implements TraceFilter {}

    /// @param only empty for any reason
    record Dropped(Optional<DropReason> only) implements TraceFilter {}

    /// Let through with no SA applied.
    record Clear() implements TraceFilter {}

    /// @throws FilterException what is wrong with `text`
    static TraceFilter parse(String text) throws FilterException {
        return FilterParser.parse(text);
    }

    /// A condition of what came and what it became.
    private static boolean any(Sighting sighting, java.util.function.Predicate<PacketFacts> test) {
        return sighting.facts().stream().anyMatch(test);
    }

    private static boolean matches(Network network, PacketFacts facts) {
        boolean source =
                network.end() != End.DESTINATION && network.prefix().contains(facts.source());
        return source
                || (network.end() != End.SOURCE && network.prefix().contains(facts.destination()));
    }

    private static boolean matches(Port port, PacketFacts facts) {
        boolean hasPorts = facts.ports() && FilterWords.hasPorts(facts.protocol());
        boolean source = port.end() != End.DESTINATION && facts.sourcePort() == port.number();
        return hasPorts
                && (source
                        || (port.end() != End.SOURCE && facts.destinationPort() == port.number()));
    }

    private static boolean matches(SpiIs wanted, Sighting sighting) {
        return any(
                        sighting,
                        facts -> facts.spi().isPresent() && facts.spi().getAsInt() == wanted.spi())
                || sighting.associations().stream()
                        .anyMatch(sa -> sa.spi().value() == wanted.spi());
    }

    private static boolean matches(Protocol protocol, Sighting sighting) {
        return any(sighting, facts -> facts.protocol() == protocol.number())
                || sighting.associations().stream()
                        .anyMatch(sa -> sa.protocol().ipNumber() == protocol.number());
    }

    /// Whether the packet is wanted.
    default boolean matches(Sighting sighting) {
        return switch (this) {
            case Everything() -> true;
            case And(var left, var right) -> left.matches(sighting) && right.matches(sighting);
            case Or(var left, var right) -> left.matches(sighting) || right.matches(sighting);
            case Not(var operand) -> !operand.matches(sighting);
            case Network network -> any(sighting, facts -> matches(network, facts));
            case Port port -> any(sighting, facts -> matches(port, facts));
            case Protocol protocol -> matches(protocol, sighting);
            case SpiIs wanted -> matches(wanted, sighting);
            case PolicyIs(int id) ->
                    sighting.policy().filter(policy -> policy.id() == id).isPresent();
            case Way(var direction) -> sighting.way() == direction;
            case Dropped(var only) ->
                    sighting.kind() == Verdict.Kind.DROP
                            && (only.isEmpty() || only.equals(sighting.reason()));
            case Clear() -> sighting.isClear();
        };
    }
}
