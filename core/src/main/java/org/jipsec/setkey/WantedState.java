package org.jipsec.setkey;

import org.jipsec.diag.Span;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.NormalForm;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyKey;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.setkey.StateChange.Field;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What databases that are as they are would be after a text, without asking anybody: a text means
/// its last state, so that adding what is there already is no change, nor is flushing it first.
///
/// Larval SAs and acquires are nobody's wish and left out of it.
public final class WantedState {
    /// @param isNamed whether the text names it; else it is as it was
    private record Wish<T>(T value, boolean isNamed, Optional<Span> cause) {}

    private final boolean withFlags;
    private final Map<SaId, SaSnapshot> liveAssociations = new LinkedHashMap<>();
    private final Map<PolicyKey, PolicySnapshot> livePolicies = new LinkedHashMap<>();
    private final Map<SaId, Wish<SecurityAssociation>> associations = new LinkedHashMap<>();
    private final Map<PolicyKey, Wish<Policy>> policies = new LinkedHashMap<>();

    /// Which statement took away what is not there any more.
    private final Map<Object, Optional<Span>> removals = new HashMap<>();

    /// @param liveAssociations as dumped, the newest first
    /// @param livePolicies likewise
    /// @param withFlags whether the backend keeps what no kernel does: flags, sizes of fragments
    public WantedState(
            List<SaSnapshot> liveAssociations,
            List<PolicySnapshot> livePolicies,
            boolean withFlags) {
        this.withFlags = withFlags;
        for (SaSnapshot snapshot : liveAssociations.reversed()) {
            if (snapshot.state() == SaState.MATURE || snapshot.state() == SaState.DYING) {
                SecurityAssociation association = snapshot.association();
                this.liveAssociations.put(association.id(), snapshot);
                associations.put(
                        association.id(), new Wish<>(association, false, Optional.empty()));
            }
        }
        for (PolicySnapshot snapshot : livePolicies.reversed()) {
            PolicyKey key = PolicyKey.of(snapshot.policy());
            this.livePolicies.put(key, snapshot);
            policies.put(key, new Wish<>(snapshot.policy(), false, Optional.empty()));
        }
    }

    /// Does what a text asks for, in its order.
    public void run(Plan plan) {
        plan.operations().forEach(planned -> run(planned.operation(), planned.span()));
    }

    private void run(SadbOperation operation, Span span) {
        switch (operation) {
            case SadbOperation.AddSa(var association) -> put(association, span);
            case SadbOperation.UpdateSa(var association) -> put(association, span);
            case SadbOperation.RestoreSa(var snapshot) -> put(snapshot.association(), span);
            case SadbOperation.DeleteSa(var reference) ->
                    removeAssociations(reference.id()::equals, span);
            case SadbOperation.DeleteAllSas(var source, var destination, var protocol) ->
                    removeAssociations(
                            id -> isOf(protocol, id) && isBetween(id, source, destination), span);
            case SadbOperation.FlushSas(var protocol) ->
                    removeAssociations(id -> isOf(protocol, id), span);
            case SadbOperation.AddPolicy(var policy) -> put(policy, span);
            case SadbOperation.UpdatePolicy(var policy) -> put(policy, span);
            case SadbOperation.RestorePolicy(var snapshot) -> put(snapshot.policy(), span);
            case SadbOperation.SetPolicyIndex(var policy) -> put(policy, span);
            case SadbOperation.DeletePolicy(var policy) ->
                    removePolicies(PolicyKey.of(policy)::equals, span);
            case SadbOperation.DeletePolicyById(int id, _) ->
                    removePolicies(
                            key -> {
                                PolicySnapshot live = livePolicies.get(key);
                                return live != null && live.policy().id() == id;
                            },
                            span);
            case SadbOperation.FlushPolicies() -> removePolicies(_ -> true, span);
            case SadbOperation.GetSa _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.DumpSas _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.GetStatistics _ -> {}
        }
    }

    /// Removes what the text does not name and `isOurs` says may go.
    public void prune(Predicate<SaSnapshot> isOurs, Predicate<PolicySnapshot> isOurPolicy) {
        associations
                .entrySet()
                .removeIf(
                        entry -> {
                            SaSnapshot live = liveAssociations.get(entry.getKey());
                            return !entry.getValue().isNamed() && live != null && isOurs.test(live);
                        });
        policies.entrySet()
                .removeIf(
                        entry -> {
                            PolicySnapshot live = livePolicies.get(entry.getKey());
                            return !entry.getValue().isNamed()
                                    && live != null
                                    && isOurPolicy.test(live);
                        });
    }

    /// What is to be done, SAs before policies, each in the text's order; what goes last.
    public Difference difference() {
        List<StateChange> changes = new ArrayList<>();
        int[] unchanged = {0};
        associations.forEach(
                (id, wish) -> {
                    if (wish.isNamed()) {
                        Optional<StateChange> change = change(id, wish);
                        change.ifPresentOrElse(changes::add, () -> unchanged[0]++);
                    }
                });
        policies.forEach(
                (key, wish) -> {
                    if (wish.isNamed()) {
                        Optional<StateChange> change = change(key, wish);
                        change.ifPresentOrElse(changes::add, () -> unchanged[0]++);
                    }
                });
        livePolicies.forEach(
                (key, live) -> {
                    if (!policies.containsKey(key)) {
                        changes.add(
                                new StateChange.OfPolicy(
                                        Optional.of(live),
                                        Optional.empty(),
                                        List.of(),
                                        cause(key)));
                    }
                });
        liveAssociations.forEach(
                (id, live) -> {
                    if (!associations.containsKey(id)) {
                        changes.add(
                                new StateChange.OfAssociation(
                                        Optional.of(live),
                                        Optional.empty(),
                                        List.of(),
                                        false,
                                        cause(id)));
                    }
                });
        return new Difference(changes, unchanged[0]);
    }

    private Optional<StateChange> change(SaId id, Wish<SecurityAssociation> wish) {
        @Nullable SaSnapshot live = liveAssociations.get(id);
        if (live == null) {
            return Optional.of(
                    new StateChange.OfAssociation(
                            Optional.empty(),
                            Optional.of(wish.value()),
                            List.of(),
                            false,
                            wish.cause()));
        }
        List<Field> fields =
                FieldDifferences.of(
                        NormalForm.of(live.association()), NormalForm.of(wish.value()), withFlags);
        return fields.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new StateChange.OfAssociation(
                                Optional.of(live),
                                Optional.of(wish.value()),
                                fields,
                                !FieldDifferences.areRenewable(fields),
                                wish.cause()));
    }

    private Optional<StateChange> change(PolicyKey key, Wish<Policy> wish) {
        @Nullable PolicySnapshot live = livePolicies.get(key);
        if (live == null) {
            return Optional.of(
                    new StateChange.OfPolicy(
                            Optional.empty(), Optional.of(wish.value()), List.of(), wish.cause()));
        }
        List<Field> fields =
                FieldDifferences.of(
                        NormalForm.of(live.policy(), () -> 0),
                        NormalForm.of(wish.value(), () -> 0));
        return fields.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new StateChange.OfPolicy(
                                Optional.of(live),
                                Optional.of(wish.value()),
                                fields,
                                wish.cause()));
    }

    private Optional<Span> cause(Object key) {
        return removals.getOrDefault(key, Optional.empty());
    }

    private void put(SecurityAssociation association, Span span) {
        associations.remove(association.id());
        associations.put(association.id(), new Wish<>(association, true, Optional.of(span)));
    }

    private void put(Policy policy, Span span) {
        PolicyKey key = PolicyKey.of(policy);
        policies.remove(key);
        policies.put(key, new Wish<>(policy, true, Optional.of(span)));
    }

    private void removeAssociations(Predicate<SaId> which, Span span) {
        associations
                .keySet()
                .removeIf(
                        id -> {
                            boolean goes = which.test(id);
                            if (goes) {
                                removals.put(id, Optional.of(span));
                            }
                            return goes;
                        });
    }

    private void removePolicies(Predicate<PolicyKey> which, Span span) {
        policies.keySet()
                .removeIf(
                        key -> {
                            boolean goes = which.test(key);
                            if (goes) {
                                removals.put(key, Optional.of(span));
                            }
                            return goes;
                        });
    }

    private static boolean isOf(IpsecProtocol protocol, SaId id) {
        return protocol == IpsecProtocol.UNSPEC || id.protocol() == protocol;
    }

    private boolean isBetween(SaId id, Endpoint source, Endpoint destination) {
        Wish<SecurityAssociation> wish = associations.get(id);
        return wish != null
                && wish.value().source().address().equals(source.address())
                && id.destination().equals(destination.address());
    }
}
