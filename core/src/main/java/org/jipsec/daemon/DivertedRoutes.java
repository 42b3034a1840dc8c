package org.jipsec.daemon;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkEvent;
import org.jipsec.os.NetworkRoute;
import org.jipsec.os.NetworkRule;
import org.jipsec.os.OsException;
import org.jipsec.os.RouteChange;
import org.jipsec.os.Rtnetlink;
import org.jipsec.wire.Prefix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The rule and the table of routes that lead into the TUN device. Beside each stands a guard, a
/// route to nowhere that is never taken as long as the first is there: should the device go, or
/// the process die, packets are refused and not sent in clear. For one thread.
final class DivertedRoutes {
    private final Rtnetlink rtnetlink;

    /// Those that the host has; without IPv6 there is nothing to divert.
    private final Set<IpFamily> families = EnumSet.allOf(IpFamily.class);

    /// What the table holds, or should.
    private final Map<Place, NetworkRoute> there = new HashMap<>();

    /// Where there can be one route.
    private record Place(Prefix destination, boolean guard) {
        static Place of(NetworkRoute route) {
            return new Place(route.destination(), route.metric() == WireNames.GUARD_METRIC);
        }
    }

    DivertedRoutes(Rtnetlink rtnetlink) {
        this.rtnetlink = rtnetlink;
    }

    /// Takes away all that is marked as jipsec's, whoever has left it.
    void remove() throws OsException {
        for (IpFamily family : IpFamily.values()) {
            for (NetworkRule rule : rtnetlink.rules(family)) {
                if (isOurs(rule)) {
                    rtnetlink.deleteRule(rule);
                }
            }
            List<RouteChange> changes = new ArrayList<>();
            for (NetworkRoute route : rtnetlink.routes(family, WireNames.TABLE)) {
                changes.add(new RouteChange(RouteChange.Kind.DELETE, route));
            }
            rtnetlink.apply(changes); // one that is gone meanwhile is no loss
        }
        there.clear();
    }

    /// Sees to it that the rules are there.
    ///
    /// @return whether one was not
    boolean establishRules() throws OsException {
        boolean isMended = false;
        for (IpFamily family : List.copyOf(families)) {
            NetworkRule rule = rule(family);
            if (!rtnetlink.rules(family).contains(rule)) {
                isMended |= add(rule);
            }
        }
        return isMended;
    }

    private boolean add(NetworkRule rule) throws OsException {
        try {
            rtnetlink.addRule(rule);
            return true;
        } catch (OsException refused) {
            if (refused.is(ErrorNumber.EAFNOSUPPORT) || refused.is(ErrorNumber.EOPNOTSUPP)) {
                families.remove(rule.family());
                return false;
            }
            if (refused.is(ErrorNumber.EEXIST)) {
                return false;
            }
            throw refused;
        }
    }

    private static NetworkRule rule(IpFamily family) {
        return NetworkRule.unlessMarked(
                family,
                WireNames.RULE_PRIORITY,
                WireNames.MARK,
                WireNames.TABLE,
                WireNames.PROTOCOL);
    }

    private static boolean isOurs(NetworkRule rule) {
        return rule.table() == WireNames.TABLE && rule.protocol() == WireNames.PROTOCOL;
    }

    /// Makes the table hold these and no others.
    ///
    /// @param device index of TUN
    /// @return what the kernel did not take: it is tried again the next time
    List<RouteChange.Refusal> apply(Collection<DivertedRoute> wanted, int device)
            throws OsException {
        Map<Place, NetworkRoute> target = target(wanted, device);
        List<NetworkRoute> gone =
                there.entrySet().stream()
                        .filter(each -> !target.containsKey(each.getKey()))
                        .map(Map.Entry::getValue)
                        .toList();
        return apply(target, gone);
    }

    /// Changes some of what the table holds.
    ///
    /// @param device index of TUN
    /// @return as of the whole
    List<RouteChange.Refusal> apply(DiversionPlanner.Changes some, int device) throws OsException {
        List<NetworkRoute> gone = new ArrayList<>();
        for (Prefix prefix : some.removed()) {
            addIfThere(new Place(prefix, false), gone);
            addIfThere(new Place(prefix, true), gone);
        }
        Map<Place, NetworkRoute> target = target(some.put(), device);
        for (DivertedRoute route : some.put()) {
            Place guard = new Place(route.destination(), true);
            if (!target.containsKey(guard)) {
                addIfThere(guard, gone);
            }
        }
        return apply(target, gone);
    }

    private void addIfThere(Place place, List<NetworkRoute> routes) {
        NetworkRoute route = there.get(place);
        if (route != null) {
            routes.add(route);
        }
    }

    private Map<Place, NetworkRoute> target(Collection<DivertedRoute> wanted, int device) {
        Map<Place, NetworkRoute> target = new LinkedHashMap<>();
        for (DivertedRoute route : wanted) {
            if (families.contains(IpFamily.of(route.destination().address()))) {
                routes(route, device).forEach(each -> target.put(Place.of(each), each));
            }
        }
        return target;
    }

    private List<RouteChange.Refusal> apply(
            Map<Place, NetworkRoute> target, List<NetworkRoute> gone) throws OsException {
        List<RouteChange> changes = new ArrayList<>();
        target.forEach(
                (place, route) -> {
                    if (!route.equals(there.put(place, route))) {
                        changes.add(new RouteChange(RouteChange.Kind.REPLACE, route));
                    }
                });
        for (NetworkRoute route : gone) {
            there.remove(Place.of(route));
            changes.add(new RouteChange(RouteChange.Kind.DELETE, route));
        }
        List<RouteChange.Refusal> refusals = new ArrayList<>();
        for (RouteChange.Refusal refusal : rtnetlink.apply(changes)) {
            if (refusal.change().kind() == RouteChange.Kind.REPLACE) {
                there.remove(Place.of(refusal.change().route()));
                refusals.add(refusal);
            }
        }
        return refusals;
    }

    /// Looks what the table really holds; the next [#apply] mends it.
    ///
    /// @return whether something is missing or was added
    boolean look() throws OsException {
        Map<Place, NetworkRoute> found = new HashMap<>();
        for (IpFamily family : families) {
            for (NetworkRoute route : rtnetlink.routes(family, WireNames.TABLE)) {
                found.put(Place.of(route), route);
            }
        }
        boolean differs = !found.equals(there);
        there.clear();
        there.putAll(found);
        return differs;
    }

    private static List<NetworkRoute> routes(DivertedRoute route, int device) {
        if (!route.diverts()) {
            return List.of(nowhere(route, NetworkRoute.Type.THROW, 0));
        }
        return List.of(
                NetworkRoute.device(
                                route.destination(), WireNames.TABLE, WireNames.PROTOCOL, device)
                        .withSource(route.source())
                        .withMtu(route.mtu()),
                nowhere(route, NetworkRoute.Type.UNREACHABLE, WireNames.GUARD_METRIC));
    }

    private static NetworkRoute nowhere(DivertedRoute route, NetworkRoute.Type type, long metric) {
        return new NetworkRoute(
                route.destination(),
                type,
                WireNames.TABLE,
                WireNames.PROTOCOL,
                0,
                Optional.empty(),
                Optional.empty(),
                0,
                metric);
    }

    /// Whether news of the network bears on what is planned, or on what is there of it. Of our own
    /// doing, it does not.
    boolean isConcernedBy(NetworkEvent event) {
        return switch (event) {
            case NetworkEvent.RouteChanged(var route) ->
                    route.table() != WireNames.TABLE || !isExpected(route);
            case NetworkEvent.RouteGone(var route) ->
                    route.table() != WireNames.TABLE || isExpected(route);
            case NetworkEvent.RuleAdded(var rule) -> !isOurs(rule);
            case NetworkEvent.RuleGone _,
                    NetworkEvent.LinkChanged _,
                    NetworkEvent.LinkGone _,
                    NetworkEvent.AddressChanged _,
                    NetworkEvent.AddressGone _,
                    NetworkEvent.Resync _ ->
                    true; // routes go with devices and addresses, often unsaid
        };
    }

    private boolean isExpected(NetworkRoute route) {
        return route.equals(there.get(Place.of(route)));
    }
}
