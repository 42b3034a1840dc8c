package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which sets of which selectors decide about packets in clear text as the SPD would: a packet
/// that a policy `in` (`fwd` for one that is passed on) wants protected has come as it was sent by
/// nobody that knows the keys.
///
/// The plan is kept as a whole, and taken as differences ([#takeChanges]): a policy that comes last
/// in turn, or goes, changes one element of a set; only one that comes in between makes the plan of
/// its side be drawn up anew. Pure; for one thread.
final class FilterPlanner {
    /// For whose packets there is a filter.
    static final Set<Direction> DIRECTIONS = EnumSet.of(Direction.IN, Direction.OUT, Direction.FWD);

    /// What is to be done to the filter since it was last asked.
    ///
    /// @param rules the sides whose rules are others now: those of [FilterPlanner#sets]
    /// @param created sets that are new
    /// @param dropped sets that are no more
    /// @param added elements, those of new sets too, but not of inline ones
    /// @param removed elements of sets that stay
    record Changes(
            Set<PolicyTurns.Side> rules,
            List<FilterSet> created,
            List<FilterSet> dropped,
            Map<FilterSet, Set<SelectorKey>> added,
            Map<FilterSet, Set<SelectorKey>> removed) {
        boolean isEmpty() {
            return rules.isEmpty() && added.isEmpty() && removed.isEmpty();
        }
    }

    /// How many more policies may have gone than are there before a side is drawn up anew.
    private static final int FORGETFUL = 1000;

    private record Placed(Policy policy, int level) {}

    private final PolicyTurns turns;
    private final Map<PolicyTurns.Side, FilterLevels> levels = new HashMap<>();
    private final Map<Integer, Placed> placed = new HashMap<>();

    /// With how many policies stand behind each element.
    private final Map<FilterSet, Map<SelectorKey, Integer>> sets = new HashMap<>();

    /// How many policies of a side its levels remember although they are gone.
    private final Map<PolicyTurns.Side, Integer> gone = new HashMap<>();

    /// Sides that have to be drawn up anew.
    private final Set<PolicyTurns.Side> stale = new HashSet<>();

    private final Map<FilterSet, Set<SelectorKey>> added = new LinkedHashMap<>();
    private final Map<FilterSet, Set<SelectorKey>> removed = new LinkedHashMap<>();

    /// What is there as it was when the changes were last taken.
    private final Set<FilterSet> known = new HashSet<>();

    /// @param turns the policies, to be changed before this is told of it
    FilterPlanner(PolicyTurns turns) {
        this.turns = turns;
    }

    /// A policy was added to the turns.
    ///
    /// @param isLast as [PolicyTurns#add] says
    void added(Policy policy, boolean isLast) {
        PolicyTurns.Side side = PolicyTurns.Side.of(policy);
        if (!DIRECTIONS.contains(side.direction()) || stale.contains(side)) {
            return;
        }
        if (isLast) {
            place(policy);
        } else {
            stale.add(side);
        }
    }

    /// A policy was replaced in the turns.
    void updated(@Nullable Policy old, Policy policy) {
        if (!DIRECTIONS.contains(policy.direction())) {
            return;
        }
        Placed before = placed.get(policy.id());
        boolean sameToUs =
                before != null
                        && old != null
                        && old.priority() == policy.priority()
                        && FilterVerdict.of(old) == FilterVerdict.of(policy);
        if (!sameToUs) {
            stale.add(PolicyTurns.Side.of(policy));
        }
    }

    /// A policy was removed from the turns. The levels of the others stay right.
    void removed(Policy policy) {
        Placed last = placed.remove(policy.id());
        if (last != null) {
            change(last, -1);
            PolicyTurns.Side side = PolicyTurns.Side.of(policy);
            if (gone.merge(side, 1, Integer::sum) > turns.of(side).size() + FORGETFUL) {
                stale.add(side);
            }
        }
    }

    /// All policies were removed from the turns.
    void cleared() {
        placed.values().forEach(last -> change(last, -1));
        placed.clear();
        levels.clear();
        gone.clear();
        stale.clear();
    }

    /// Everything is to be set up anew: what was taken is forgotten.
    void forgetTaken() {
        known.clear();
        added.clear();
        removed.clear();
        sets.forEach((set, keys) -> added.put(set, new LinkedHashSet<>(keys.keySet())));
    }

    /// What has changed since this was last asked. To be carried out at once and together.
    Changes takeChanges() {
        stale.forEach(this::redraw);
        stale.clear();
        Set<PolicyTurns.Side> rules = new HashSet<>();
        List<FilterSet> created =
                sets.keySet().stream().filter(set -> !known.contains(set)).sorted(ORDER).toList();
        List<FilterSet> dropped =
                known.stream().filter(set -> !sets.containsKey(set)).sorted(ORDER).toList();
        created.forEach(set -> rules.add(set.side()));
        dropped.forEach(set -> rules.add(set.side()));
        Map<FilterSet, Set<SelectorKey>> nowAdded = new LinkedHashMap<>();
        Map<FilterSet, Set<SelectorKey>> nowRemoved = new LinkedHashMap<>();
        added.forEach((set, keys) -> note(set, keys, rules, nowAdded));
        removed.forEach((set, keys) -> note(set, keys, rules, nowRemoved));
        nowRemoved.keySet().removeIf(set -> !sets.containsKey(set) || !known.contains(set));
        added.clear();
        removed.clear();
        known.clear();
        known.addAll(sets.keySet());
        return new Changes(rules, created, dropped, nowAdded, nowRemoved);
    }

    private static void note(
            FilterSet set,
            Set<SelectorKey> keys,
            Set<PolicyTurns.Side> rules,
            Map<FilterSet, Set<SelectorKey>> into) {
        if (keys.isEmpty()) {
            return;
        }
        if (set.service().isInline() || set.shape().parts() == 0) {
            rules.add(set.side());
        } else {
            into.put(set, new LinkedHashSet<>(keys));
        }
    }

    /// In the order in which they are to be asked.
    List<FilterSet> sets(PolicyTurns.Side side) {
        return sets.keySet().stream().filter(set -> set.side().equals(side)).sorted(ORDER).toList();
    }

    /// Whether something is forbidden by its protocol alone: then fragments that do not tell theirs
    /// are too.
    boolean forbidsAProtocol(PolicyTurns.Side side) {
        return sets.keySet().stream()
                .anyMatch(
                        set ->
                                set.side().equals(side)
                                        && set.verdict() == FilterVerdict.DROP
                                        && set.shape().protocol());
    }

    Collection<SelectorKey> elements(FilterSet set) {
        return sets.getOrDefault(set, Map.of()).keySet();
    }

    /// The level first; the rest only for the same text each time.
    private static final Comparator<FilterSet> ORDER =
            Comparator.comparingInt(FilterSet::level).thenComparing(FilterSet::toString);

    private void place(Policy policy) {
        FilterVerdict verdict = FilterVerdict.of(policy);
        int level =
                levels.computeIfAbsent(PolicyTurns.Side.of(policy), _ -> new FilterLevels())
                        .place(policy.selector(), verdict);
        Placed now = new Placed(policy, level);
        placed.put(policy.id(), now);
        change(now, 1);
    }

    private void redraw(PolicyTurns.Side side) {
        List<Placed> old =
                placed.values().stream()
                        .filter(one -> PolicyTurns.Side.of(one.policy()).equals(side))
                        .toList();
        for (Placed before : old) {
            placed.remove(before.policy().id());
            change(before, -1);
        }
        levels.remove(side);
        gone.remove(side);
        turns.of(side).forEach(this::place);
    }

    private void change(Placed policy, int by) {
        for (FilterSet set :
                FilterSet.of(
                        policy.policy().direction(), policy.level(), policy.policy().selector())) {
            SelectorKey key = SelectorKey.of(policy.policy().selector(), set.shape());
            Map<SelectorKey, Integer> keys = sets.computeIfAbsent(set, _ -> new LinkedHashMap<>());
            int before = keys.getOrDefault(key, 0);
            if (before + by == 0) {
                keys.remove(key);
                if (keys.isEmpty()) {
                    sets.remove(set);
                }
                journal(set, key, added, removed);
            } else {
                keys.put(key, before + by);
                if (before == 0) {
                    journal(set, key, removed, added);
                }
            }
        }
    }

    /// Coming and going since the last time cancel out.
    private static void journal(
            FilterSet set,
            SelectorKey key,
            Map<FilterSet, Set<SelectorKey>> opposite,
            Map<FilterSet, Set<SelectorKey>> into) {
        Set<SelectorKey> cancelled = opposite.get(set);
        if (cancelled == null || !cancelled.remove(key)) {
            into.computeIfAbsent(set, _ -> new LinkedHashSet<>()).add(key);
        }
    }
}
