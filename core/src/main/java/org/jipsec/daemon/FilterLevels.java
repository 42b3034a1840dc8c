package org.jipsec.daemon;

import org.jipsec.sadb.Selector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sorts policies into levels such that the first level with a policy for a packet decides as the
/// first policy in turn would. Levels of even number accept, those of odd number drop, and within
/// one the order does not matter. A policy must stand behind those of the other verdict that come
/// before it and overlap with it; all others it may join, so thousands of exceptions beside
/// thousands of rules still make two levels.
///
/// Which policies overlap is found by tables: for a pair of shapes, the bits that both look at lead
/// to the deepest level of one shape's policies.
final class FilterLevels {
    /// The policies of one shape and verdict.
    private static final class Group {
        private record Placed(Selector selector, int level) {}

        private final List<Placed> members = new ArrayList<>();
        private final Map<SelectorShape, Map<SelectorKey, Integer>> deepest = new HashMap<>();

        void add(Selector selector, int level) {
            members.add(new Placed(selector, level));
            deepest.forEach(
                    (bits, levels) ->
                            levels.merge(SelectorKey.of(selector, bits), level, Math::max));
        }

        /// The deepest level of a member that overlaps with the selector; -1 for none.
        int deepest(Selector selector, SelectorShape bits) {
            return deepest.computeIfAbsent(bits, this::index)
                    .getOrDefault(SelectorKey.of(selector, bits), -1);
        }

        private Map<SelectorKey, Integer> index(SelectorShape bits) {
            Map<SelectorKey, Integer> levels = new HashMap<>();
            for (Placed member : members) {
                levels.merge(SelectorKey.of(member.selector(), bits), member.level(), Math::max);
            }
            return levels;
        }
    }

    private final Map<FilterVerdict, Map<SelectorShape, Group>> groups =
            Map.of(FilterVerdict.ACCEPT, new HashMap<>(), FilterVerdict.DROP, new HashMap<>());

    /// What a level does.
    static FilterVerdict verdict(int level) {
        return level % 2 == 0 ? FilterVerdict.ACCEPT : FilterVerdict.DROP;
    }

    /// The level of a policy that comes behind all that were placed before it.
    int place(Selector selector, FilterVerdict verdict) {
        FilterVerdict opposite =
                verdict == FilterVerdict.ACCEPT ? FilterVerdict.DROP : FilterVerdict.ACCEPT;
        SelectorShape shape = SelectorShape.of(selector);
        int level = verdict == FilterVerdict.ACCEPT ? 0 : 1;
        for (Map.Entry<SelectorShape, Group> other : of(opposite).entrySet()) {
            int before = other.getValue().deepest(selector, shape.common(other.getKey()));
            level = Math.max(level, before + 1);
        }
        of(verdict).computeIfAbsent(shape, _ -> new Group()).add(selector, level);
        return level;
    }

    private Map<SelectorShape, Group> of(FilterVerdict verdict) {
        Map<SelectorShape, Group> found = groups.get(verdict);
        if (found == null) {
            throw new IllegalStateException("no groups of " + verdict);
        }
        return found;
    }
}
