package org.jipsec.daemon;

import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which routes bring a host's packets into the TUN device: one for each destination of a policy
/// `out` that is not `none`. Whether a packet there really is a policy's, the SPD decides.
///
/// A route says from where the host sends, so that it is the address that would be taken without
/// IPsec; where that differs within a policy's destination, because the host has several ways
/// there, these have routes of their own. And it says how long packets may be.
///
/// The plan is kept as a whole, and taken as differences ([#takeChanges]): a change of a policy
/// costs what is planned for its destination and within it, whatever else there is. Pure; for one
/// thread.
final class DiversionPlanner {
    /// What is not for one host elsewhere, and stays what it is when it was not named by a policy
    /// but is only within what one named; discovery of neighbours and of addresses lives there.
    private static final List<Prefix> LEFT_ALONE =
            List.of(
                    prefix("224.0.0.0", 4),
                    prefix("255.255.255.255", 32),
                    prefix("fe80::", 10),
                    prefix("ff00::", 8));

    /// Outer before inner, then by address.
    private static final Comparator<Prefix> ORDER =
            Comparator.comparing(Prefix::isIpv4)
                    .thenComparing(prefix -> prefix.address().getAddress(), Arrays::compareUnsigned)
                    .thenComparingInt(Prefix::length);

    /// The policies for each destination as a whole, by id.
    private final NavigableMap<Prefix, Map<Integer, Policy>> wanted = new TreeMap<>(ORDER);

    /// What wants routes: the destinations above, and the host's ways to parts of them.
    private final NavigableMap<Prefix, DivertedRegion> regions = new TreeMap<>(ORDER);

    /// How many regions there are with prefixes of a length.
    private final Map<Integer, Integer> lengths = new HashMap<>();

    /// What came and went at a destination since the plan was last made.
    private final NavigableMap<Prefix, List<Change>> pending = new TreeMap<>(ORDER);

    /// Where the host has ways to.
    private final NavigableMap<Prefix, Prefix> ways = new TreeMap<>(ORDER);

    /// What was planned last.
    private final NavigableMap<Prefix, DivertedRoute> routes = new TreeMap<>(ORDER);

    private boolean isForgotten = true;
    private long planned;

    /// @param present whether it came; else it went
    private record Change(Policy policy, boolean present) {}

    /// What is to be done to the routes since they were last asked for.
    record Changes(Collection<DivertedRoute> put, Collection<Prefix> removed) {}

    /// @param policy `out`
    void added(Policy policy) {
        change(policy, true);
    }

    /// @param policy as it was added
    void removed(Policy policy) {
        change(policy, false);
    }

    /// All policies are gone.
    void cleared() {
        wanted.clear();
        forget();
    }

    /// The host's network, or SAs, are others than before: anything of the plan may have changed.
    void forget() {
        pending.clear();
        isForgotten = true;
    }

    /// Whether the next plan may differ from the last one.
    boolean isStale() {
        return isForgotten || !pending.isEmpty();
    }

    /// The whole plan, as it was made last.
    Collection<DivertedRoute> routes() {
        return routes.values();
    }

    /// How many routes were planned so far: what planning has cost.
    long planned() {
        return planned;
    }

    /// Makes the plan.
    ///
    /// @param facts the same each time, but after [#forget]
    Changes takeChanges(DivertedRegion.Facts facts) {
        boolean everything = isForgotten;
        isForgotten = true; // should what follows fail
        Map<Prefix, DivertedRoute> before = new LinkedHashMap<>();
        Map<Prefix, DivertedRoute> after = new LinkedHashMap<>();
        if (everything) {
            ways.clear();
            facts.host().destinations().forEach(way -> ways.put(way, way));
            regions.clear();
            lengths.clear();
            before.putAll(routes);
            routes.clear();
            plan(wanted, ways, new ArrayDeque<>(), facts);
            leaveAlone();
            after.putAll(routes);
        } else {
            pending.forEach((prefix, changes) -> heed(prefix, changes, facts));
            for (Prefix special : LEFT_ALONE) {
                if (isBack(special)) {
                    before.put(special, Objects.requireNonNull(routes.remove(special)));
                }
            }
            List<Prefix> tops = outermost(pending.keySet());
            for (Prefix top : tops) {
                NavigableMap<Prefix, DivertedRoute> old = within(routes, top);
                before.putAll(old);
                old.clear();
                plan(within(wanted, top), within(ways, top), around(top), facts);
            }
            leaveAlone();
            tops.forEach(top -> after.putAll(within(routes, top)));
            LEFT_ALONE.stream()
                    .filter(this::isBack)
                    .forEach(special -> after.put(special, DivertedRoute.back(special)));
        }
        pending.clear();
        isForgotten = false;
        return differences(before, after);
    }

    private static Changes differences(
            Map<Prefix, DivertedRoute> before, Map<Prefix, DivertedRoute> after) {
        List<DivertedRoute> put = new ArrayList<>();
        after.forEach(
                (prefix, route) -> {
                    if (!route.equals(before.remove(prefix))) {
                        put.add(route);
                    }
                });
        return new Changes(put, before.keySet());
    }

    private void change(Policy policy, boolean present) {
        if (policy.action() == PolicyAction.NONE) {
            return;
        }
        Prefix prefix = policy.selector().destination().network();
        Map<Integer, Policy> policies = wanted.computeIfAbsent(prefix, _ -> new LinkedHashMap<>(2));
        if (present) {
            policies.put(policy.id(), policy);
        } else {
            policies.remove(policy.id());
        }
        if (policies.isEmpty()) {
            wanted.remove(prefix);
        }
        if (!isForgotten) {
            pending.computeIfAbsent(prefix, _ -> new ArrayList<>(1))
                    .add(new Change(policy, present));
        }
    }

    /// Tells the regions that a destination's policies are for. Those that were not there, or
    /// should not be, are left to be made when they are met.
    private void heed(Prefix prefix, List<Change> changes, DivertedRegion.Facts facts) {
        DivertedRegion region = regions.get(prefix);
        boolean stays = region != null && !region.isWay() && wanted.containsKey(prefix);
        for (Prefix place : within(ways, prefix).keySet()) {
            DivertedRegion way = regions.get(place);
            if (way != null && way.isWay()) {
                tellOrDrop(stays, place, changes, facts);
            }
        }
        tellOrDrop(stays, prefix, changes, facts);
    }

    private void tellOrDrop(
            boolean stays, Prefix place, List<Change> changes, DivertedRegion.Facts facts) {
        DivertedRegion region = regions.get(place);
        if (region == null) {
            return;
        }
        if (!stays) {
            regions.remove(place);
            lengths.merge(place.length(), -1, Integer::sum);
            return;
        }
        for (Change change : changes) {
            if (change.present()) {
                region.add(change.policy(), facts);
            } else {
                region.remove(change.policy(), facts);
            }
        }
    }

    /// Plans some destinations and the host's ways within them.
    ///
    /// @param around regions that hold all of them, the innermost first
    private void plan(
            NavigableMap<Prefix, Map<Integer, Policy>> destinations,
            NavigableMap<Prefix, Prefix> someWays,
            Deque<Prefix> around,
            DivertedRegion.Facts facts) {
        Set<Prefix> places = new TreeSet<>(ORDER);
        places.addAll(destinations.keySet());
        places.addAll(someWays.keySet());
        for (Prefix place : places) {
            while (!around.isEmpty() && !around.peek().contains(place)) {
                around.pop();
            }
            boolean isWay = !destinations.containsKey(place);
            if (isWay && around.isEmpty()) {
                continue; // in no policy's destination
            }
            DivertedRegion region = regions.get(place);
            if (region == null) {
                region = region(place, isWay, around, facts);
                regions.put(place, region);
                lengths.merge(place.length(), 1, Integer::sum);
            }
            DivertedRoute outer =
                    around.isEmpty()
                            ? null
                            : Objects.requireNonNull(regions.get(around.peek())).route();
            DivertedRoute route = region.plan(place, outer);
            planned++;
            boolean isNews =
                    !isWay
                            || outer == null
                            || !outer.source().equals(route.source())
                            || outer.mtu() != route.mtu();
            if (isNews) {
                routes.put(place, route);
            }
            around.push(place);
        }
    }

    private DivertedRegion region(
            Prefix place, boolean isWay, Deque<Prefix> around, DivertedRegion.Facts facts) {
        List<Policy> policies = new ArrayList<>(policies(place));
        if (isWay) {
            around.forEach(each -> policies.addAll(policies(each)));
        }
        List<Prefix> parts =
                within(ways, place).keySet().stream().filter(way -> !way.equals(place)).toList();
        return new DivertedRegion(isWay, ExampleAddress.of(place, parts), policies, facts);
    }

    private Collection<Policy> policies(Prefix prefix) {
        return wanted.getOrDefault(prefix, Map.of()).values();
    }

    /// The regions around a prefix, the innermost first.
    private Deque<Prefix> around(Prefix inner) {
        Deque<Prefix> around = new ArrayDeque<>();
        for (int length = 0; length < inner.length(); length++) {
            if (lengths.getOrDefault(length, 0) > 0) {
                Prefix outer = new Prefix(inner.address(), length).network();
                if (regions.containsKey(outer)) {
                    around.push(outer);
                }
            }
        }
        return around;
    }

    private static List<Prefix> outermost(Collection<Prefix> inOrder) {
        List<Prefix> tops = new ArrayList<>();
        for (Prefix prefix : inOrder) {
            if (tops.isEmpty() || !tops.getLast().contains(prefix)) {
                tops.add(prefix);
            }
        }
        return tops;
    }

    /// A view of what is at a prefix and within it.
    private static <T> NavigableMap<Prefix, T> within(NavigableMap<Prefix, T> all, Prefix prefix) {
        return all.subMap(prefix, true, Prefix.host(ExampleAddress.last(prefix)), true);
    }

    /// Discarding what nobody named is what a wide policy of discard is for; to protect it, there
    /// is nobody to do it with.
    private void leaveAlone() {
        for (Prefix special : LEFT_ALONE) {
            List<Prefix> covering = around(special).stream().filter(wanted::containsKey).toList();
            boolean isDiscarded =
                    covering.stream()
                            .flatMap(outer -> policies(outer).stream())
                            .anyMatch(policy -> policy.action() == PolicyAction.DISCARD);
            if (!covering.isEmpty() && !isDiscarded) {
                routes.putIfAbsent(special, DivertedRoute.back(special));
            }
        }
    }

    private boolean isBack(Prefix special) {
        DivertedRoute route = routes.get(special);
        return route != null && !route.diverts();
    }

    private static Prefix prefix(String address, int length) {
        return new Prefix(IpText.parse(address).orElseThrow(), length);
    }
}
