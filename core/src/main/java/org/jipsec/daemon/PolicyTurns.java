package org.jipsec.daemon;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The policies of the SPD in the order in which they are asked: the smallest priority first, of
/// equal ones the oldest. Follows the SPD by what it tells of its changes. For one thread.
final class PolicyTurns {
    /// The policies that one packet may meet.
    record Side(Direction direction, boolean ipv4) {
        static Side of(Policy policy) {
            return new Side(policy.direction(), policy.selector().isIpv4());
        }
    }

    /// @param priority as in [Policy]: unsigned
    private record Turn(int priority, long ordinal) implements Comparable<Turn> {
        @Override
        public int compareTo(Turn other) {
            int order = Integer.compareUnsigned(priority, other.priority);
            return order != 0 ? order : Long.compare(ordinal, other.ordinal);
        }
    }

    private final Map<Side, TreeMap<Turn, Policy>> sides = new HashMap<>();
    private final Map<Integer, Turn> byId = new HashMap<>();
    private long nextOrdinal;

    /// Puts a policy behind its equals.
    ///
    /// @return whether it is now the last of its side
    boolean add(Policy policy) {
        return put(policy, new Turn(policy.priority(), nextOrdinal++));
    }

    /// Puts a policy in the place of the one of the same id; it keeps its turn if it keeps its
    /// priority. Where there is none, it is added.
    ///
    /// @return what was there
    @Nullable Policy update(Policy policy) {
        Turn turn = byId.get(policy.id());
        if (turn == null) {
            add(policy);
            return null;
        }
        Policy old = side(Side.of(policy)).remove(turn);
        if (turn.priority() == policy.priority()) {
            put(policy, turn);
        } else {
            add(policy);
        }
        return old;
    }

    /// @param policy of which only id, direction and family count
    /// @return what was there
    @Nullable Policy remove(Policy policy) {
        Turn turn = byId.remove(policy.id());
        return turn == null ? null : side(Side.of(policy)).remove(turn);
    }

    void clear() {
        sides.clear();
        byId.clear();
    }

    int size() {
        return byId.size();
    }

    /// In turn. A view.
    Collection<Policy> of(Side side) {
        return side(side).values();
    }

    /// Those of both families; of one family in turn.
    List<Policy> of(Direction direction) {
        List<Policy> both = new ArrayList<>(of(new Side(direction, true)));
        both.addAll(of(new Side(direction, false)));
        return both;
    }

    private boolean put(Policy policy, Turn turn) {
        TreeMap<Turn, Policy> side = side(Side.of(policy));
        side.put(turn, policy);
        byId.put(policy.id(), turn);
        return side.lastKey().equals(turn);
    }

    private TreeMap<Turn, Policy> side(Side side) {
        return sides.computeIfAbsent(side, _ -> new TreeMap<>());
    }
}
