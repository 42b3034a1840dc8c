package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Selector;

import java.util.ArrayList;
import java.util.List;

/// A set of the filter: what one of its rules looks up.
///
/// @param level of [FilterLevels]: which says the verdict too
/// @param service what stands at the beginning of the upper layer
/// @param fragmentsOnly asked only for fragments that are not the first
record FilterSet(
        Direction direction,
        int level,
        SelectorShape shape,
        Service service,
        boolean fragmentsOnly) {
    /// Where the two numbers are that selectors call ports.
    enum Service {
        /// Wherever: nobody looks.
        ANY,
        /// TCP, UDP, UDP-Lite, DCCP, SCTP: two ports.
        PORTS,
        /// ICMP on IPv4, ICMPv6 on IPv6: type and code.
        ICMP,
        /// ICMP on IPv6, ICMPv6 on IPv4, which nobody sends: type and code.
        STRAY_ICMP,
        /// The mobility header: its type, and 0.
        MOBILITY,
        /// GRE: the halves of the key, if it has one.
        GRE;

        /// Whether nft has no name for what is to be compared, so that there is a rule for each
        /// selector instead of a set. All of these are rare.
        boolean isInline() {
            return switch (this) {
                case ANY, PORTS, ICMP -> false;
                case STRAY_ICMP, MOBILITY, GRE -> true;
            };
        }

        /// The service of a protocol.
        static Service of(int protocol, boolean ipv4) {
            return switch (protocol) {
                case 6, 17, 33, 132, 136 -> PORTS;
                case 1 -> ipv4 ? ICMP : STRAY_ICMP;
                case 58 -> ipv4 ? STRAY_ICMP : ICMP;
                case 135 -> MOBILITY;
                case 47 -> GRE;
                default -> ANY;
            };
        }

        /// Whether a packet can have these numbers.
        private boolean has(int sourcePort, int destinationPort) {
            return switch (this) {
                case ANY -> sourcePort == 0 && destinationPort == 0;
                case PORTS, GRE -> true;
                case ICMP, STRAY_ICMP -> sourcePort <= 0xff && destinationPort <= 0xff;
                case MOBILITY -> sourcePort <= 0xff && destinationPort == 0;
            };
        }
    }

    /// In which sets a policy stands.
    ///
    /// A fragment that is not the first has no ports, and may belong to a packet that a policy of
    /// some port forbids; it is then as forbidden as its first.
    static List<FilterSet> of(Direction direction, int level, Selector selector) {
        SelectorShape shape = SelectorShape.of(selector);
        if (!shape.looksAtPorts()) {
            return List.of(new FilterSet(direction, level, shape, Service.ANY, false));
        }
        List<FilterSet> sets = new ArrayList<>();
        for (Service service : Service.values()) {
            boolean isMeant =
                    service != Service.ANY
                            && (!shape.protocol()
                                    || Service.of(selector.protocol(), shape.ipv4()) == service);
            if (isMeant && service.has(selector.sourcePort(), selector.destinationPort())) {
                SelectorShape looked = service == Service.PORTS ? shape : shape.withoutProtocol();
                sets.add(new FilterSet(direction, level, looked, service, false));
            }
        }
        if (!sets.isEmpty() && FilterLevels.verdict(level) == FilterVerdict.DROP) {
            sets.add(new FilterSet(direction, level, shape.withoutPorts(), Service.ANY, true));
        }
        return sets;
    }

    FilterVerdict verdict() {
        return FilterLevels.verdict(level);
    }

    PolicyTurns.Side side() {
        return new PolicyTurns.Side(direction, shape.ipv4());
    }

    /// Whether fragments that are not the first are looked up here.
    boolean servesFragments() {
        return service == Service.ANY;
    }
}
