package org.jipsec.ike;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What the engine knows of the SPD: a dump, and the news since. Ten thousand policies are nothing
/// unusual, so those of exactly one selector are found by it.
final class SpdView {
    private record Key(Selector selector, Direction direction) {}

    private final Map<Integer, Policy> byId = new LinkedHashMap<>();
    private final Map<Key, List<Policy>> bySelector = new HashMap<>();

    /// All of them, in the place of what was known.
    void replace(Collection<PolicySnapshot> all) {
        byId.clear();
        bySelector.clear();
        all.forEach(each -> put(each.policy()));
    }

    void tell(SadbEvent.PolicyChanged changed) {
        Policy policy = changed.snapshot().policy();
        switch (changed.change()) {
            case ADDED, UPDATED -> put(policy);
            case DELETED -> remove(policy);
        }
    }

    void clear() {
        byId.clear();
        bySelector.clear();
    }

    private void put(Policy policy) {
        Policy old = byId.put(policy.id(), policy);
        if (old != null) {
            unlink(old);
        }
        bySelector
                .computeIfAbsent(
                        new Key(policy.selector(), policy.direction()), _ -> new ArrayList<>(1))
                .add(policy);
    }

    private void remove(Policy policy) {
        Policy old = byId.remove(policy.id());
        if (old != null) {
            unlink(old);
        } else {
            exactly(policy.selector(), policy.direction())
                    .ifPresent(
                            known -> {
                                byId.remove(known.id());
                                unlink(known);
                            });
        }
    }

    private void unlink(Policy policy) {
        Key key = new Key(policy.selector(), policy.direction());
        List<Policy> same = bySelector.get(key);
        if (same != null) {
            same.removeIf(each -> each.id() == policy.id());
            if (same.isEmpty()) {
                bySelector.remove(key);
            }
        }
    }

    Optional<Policy> byId(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    /// The most important one of this selector.
    Optional<Policy> exactly(Selector selector, Direction direction) {
        return bySelector.getOrDefault(new Key(selector, direction), List.of()).stream()
                .min(Comparator.comparing(Policy::priority, Integer::compareUnsigned));
    }

    /// The one that packets of `wanted` would meet: of exactly this selector, or the first that
    /// contains it (racoon's `getsp_r`).
    Optional<Policy> covering(Selector wanted, Direction direction) {
        return exactly(wanted, direction)
                .or(
                        () ->
                                byId.values().stream()
                                        .filter(each -> each.direction() == direction)
                                        .filter(each -> contains(each.selector(), wanted))
                                        .min(
                                                Comparator.comparing(
                                                        Policy::priority,
                                                        Integer::compareUnsigned)));
    }

    private static boolean contains(Selector outer, Selector inner) {
        return outer.isIpv4() == inner.isIpv4()
                && contains(outer.source(), inner.source())
                && contains(outer.destination(), inner.destination())
                && (outer.sourcePort() == 0 || outer.sourcePort() == inner.sourcePort())
                && (outer.destinationPort() == 0
                        || outer.destinationPort() == inner.destinationPort())
                && (outer.protocol() == Selector.ANY_PROTOCOL
                        || outer.protocol() == inner.protocol());
    }

    private static boolean contains(Prefix outer, Prefix inner) {
        return outer.length() <= inner.length() && outer.contains(inner.address());
    }

    /// `10.0.0.0/24[0] 10.0.1.0/24[0] proto=any dir=out`, as racoon prints a policy.
    static String text(Selector selector, Direction direction) {
        return "%s[%d] %s[%d] proto=%s dir=%s"
                .formatted(
                        selector.source(),
                        selector.sourcePort(),
                        selector.destination(),
                        selector.destinationPort(),
                        Objects.equals(selector.protocol(), Selector.ANY_PROTOCOL)
                                ? "any"
                                : Integer.toString(selector.protocol()),
                        direction.word());
    }
}
