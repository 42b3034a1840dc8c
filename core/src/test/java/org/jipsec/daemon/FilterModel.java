package org.jipsec.daemon;

import org.jipsec.dataplane.FlowKey;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What nftables does with a plan, without nftables: sets that are changed by differences, and
/// packets that are looked up in them.
final class FilterModel {
    private static final Set<Integer> HIDING = Set.of(0, 43, 44, 51, 60);

    private final Map<FilterSet, Set<SelectorKey>> sets = new HashMap<>();
    private final Map<PolicyTurns.Side, List<FilterSet>> rules = new HashMap<>();

    /// Takes over a difference; what would be an error of nft's is one here.
    void apply(FilterPlanner planner, FilterPlanner.Changes changes) {
        for (FilterSet set : changes.created()) {
            check(sets.put(set, new HashSet<>()) == null, set + " is there already");
        }
        changes.removed()
                .forEach(
                        (set, keys) -> {
                            for (SelectorKey key : keys) {
                                check(of(set).remove(key), key + " is not in " + set);
                            }
                        });
        changes.added()
                .forEach(
                        (set, keys) -> {
                            for (SelectorKey key : keys) {
                                check(of(set).add(key), key + " is in " + set + " already");
                            }
                        });
        for (PolicyTurns.Side side : changes.rules()) {
            rules.put(side, new ArrayList<>(planner.sets(side)));
            for (FilterSet set : planner.sets(side)) {
                if (set.service().isInline() || set.shape().parts() == 0) {
                    sets.put(set, new HashSet<>(planner.elements(set)));
                }
            }
        }
        for (FilterSet set : changes.dropped()) {
            check(sets.remove(set) != null, set + " was not there");
            check(!rules.getOrDefault(set.side(), List.of()).contains(set), set + " is in use");
        }
    }

    int elements() {
        return sets.values().stream().mapToInt(Set::size).sum();
    }

    int levels() {
        return (int) sets.keySet().stream().mapToInt(FilterSet::level).distinct().count();
    }

    int sets() {
        return sets.size();
    }

    /// @param later whether the packet is a fragment that is not the first
    FilterVerdict judge(PolicyTurns.Side side, FlowKey flow, boolean later) {
        boolean forbidsAProtocol = false;
        for (FilterSet set : rules.getOrDefault(side, List.of())) {
            forbidsAProtocol |= set.verdict() == FilterVerdict.DROP && set.shape().protocol();
            boolean isAsked = later ? set.servesFragments() : !set.fragmentsOnly();
            if (isAsked
                    && hasNumbers(set, flow)
                    && of(set).contains(SelectorKey.of(flow, set.shape()))) {
                return set.verdict();
            }
        }
        return later && !side.ipv4() && forbidsAProtocol && HIDING.contains(flow.protocol)
                ? FilterVerdict.DROP
                : FilterVerdict.ACCEPT;
    }

    private static boolean hasNumbers(FilterSet set, FlowKey flow) {
        return set.service() == FilterSet.Service.ANY
                || (flow.portsKnown
                        && FilterSet.Service.of(flow.protocol, flow.ipv4) == set.service());
    }

    private Set<SelectorKey> of(FilterSet set) {
        Set<SelectorKey> keys = sets.get(set);
        check(keys != null, set + " is not there");
        return keys;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
