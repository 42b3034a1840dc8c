package org.jipsec.sadb;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a [Journal] knows of the time before it: of each thing that it has looked at or made,
/// whether it was there and how, and what has become of it since.
final class Notes {
    /// @see #associations
    static final class AssociationNote {
        final @Nullable SaSnapshot before;

        /// Others of the same name, which only the backend can tell apart.
        final List<SaSnapshot> twins = new ArrayList<>();

        @Nullable Endpoint source;
        boolean isThere;
        boolean isUpdated;

        /// That it went, whether or not one of its name came after.
        boolean isGone;

        /// That one of its name was made; where its own has another beside, both may be there.
        boolean isAnew;

        AssociationNote(@Nullable SaSnapshot before) {
            this.before = before;
            this.isThere = before != null;
            this.source = before == null ? null : before.association().source();
        }

        /// One of the same name is there; what has no name beside is this one, or was made since.
        void found(SaSnapshot other) {
            String name = name(other.own());
            boolean isKnown =
                    name.isEmpty()
                            || (before != null && name.equals(name(before.own())))
                            || twins.stream().anyMatch(twin -> name.equals(name(twin.own())));
            if (!isKnown) {
                twins.add(other);
            }
        }
    }

    /// @see #policies
    static final class PolicyNote {
        final @Nullable PolicySnapshot before;

        /// Others of the same name, which only the backend can tell apart.
        final List<PolicySnapshot> twins = new ArrayList<>();

        boolean isThere;
        boolean isUpdated;

        /// That it has lost its turn among policies of its priority.
        boolean isMoved;

        int priority;

        /// As [AssociationNote#isAnew].
        boolean isAnew;

        PolicyNote(@Nullable PolicySnapshot before) {
            this.before = before;
            this.isThere = before != null;
            this.priority = before == null ? 0 : before.policy().priority();
        }

        /// As [AssociationNote#found].
        void found(PolicySnapshot other) {
            String name = name(other.own());
            boolean isKnown =
                    name.isEmpty()
                            || (before != null && name.equals(name(before.own())))
                            || twins.stream().anyMatch(twin -> name.equals(name(twin.own())));
            if (!isKnown) {
                twins.add(other);
            }
        }
    }

    static String name(Optional<BackendPart> own) {
        return own.map(BackendPart::name).orElse("");
    }

    /// In the order in which they are to be put back: the oldest first.
    final Map<SaId, AssociationNote> associations = new LinkedHashMap<>();

    /// Likewise.
    final Map<PolicyKey, PolicyNote> policies = new LinkedHashMap<>();

    private final Map<Integer, PolicyKey> byNumber = new HashMap<>();
    private final Set<IpsecProtocol> dumped = EnumSet.noneOf(IpsecProtocol.class);
    private boolean policiesDumped;

    /// Whether nothing needs to be read before this operation.
    boolean knows(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.UpdateSa(var association) -> knows(association.id());
            case SadbOperation.DeleteSa(var reference) -> knows(reference.id());
            case SadbOperation.DeleteAllSas(_, _, var protocol) -> isDumped(protocol);
            case SadbOperation.FlushSas(var protocol) -> isDumped(protocol);
            case SadbOperation.UpdatePolicy(var policy) -> knows(policy);
            case SadbOperation.RestorePolicy(var snapshot) -> knows(snapshot.policy());
            case SadbOperation.DeletePolicy _,
                    SadbOperation.DeletePolicyById _,
                    SadbOperation.FlushPolicies _ ->
                    policiesDumped;
            case SadbOperation.AddSa _,
                    SadbOperation.RestoreSa _,
                    SadbOperation.GetSa _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.DumpSas _,
                    SadbOperation.AddPolicy _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.SetPolicyIndex _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.GetStatistics _ ->
                    true;
        };
    }

    private boolean knows(SaId id) {
        return isDumped(id.protocol()) || associations.containsKey(id);
    }

    private boolean knows(Policy policy) {
        return policiesDumped || policies.containsKey(PolicyKey.of(policy));
    }

    private boolean isDumped(IpsecProtocol protocol) {
        return dumped.contains(IpsecProtocol.UNSPEC) || dumped.contains(protocol);
    }

    // ---- what was there before ----

    void found(SaSnapshot snapshot) {
        SaId id = snapshot.association().id();
        AssociationNote known = associations.get(id);
        if (known == null) {
            associations.put(id, new AssociationNote(snapshot));
        } else {
            known.found(snapshot);
        }
    }

    void missing(SaId id) {
        associations.putIfAbsent(id, new AssociationNote(null));
    }

    /// @param snapshots newest first
    void foundAll(IpsecProtocol protocol, List<SaSnapshot> snapshots) {
        dumped.add(protocol);
        for (boolean isNamed : new boolean[] {false, true}) {
            for (SaSnapshot snapshot : snapshots.reversed()) {
                boolean isAcquire = snapshot.association().spi().value() == 0;
                if (!isAcquire && isNamed != name(snapshot.own()).isEmpty()) {
                    found(snapshot);
                }
            }
        }
    }

    void found(PolicySnapshot snapshot) {
        PolicyKey key = PolicyKey.of(snapshot.policy());
        PolicyNote known = policies.get(key);
        if (known == null) {
            policies.put(key, new PolicyNote(snapshot));
        } else {
            known.found(snapshot);
        }
        byNumber.put(snapshot.policy().id(), key);
    }

    void missing(PolicyKey key) {
        policies.putIfAbsent(key, new PolicyNote(null));
    }

    /// @param snapshots newest first
    void foundAll(List<PolicySnapshot> snapshots) {
        policiesDumped = true;
        Map<PolicyKey, PolicySnapshot> plain = new HashMap<>();
        for (PolicySnapshot snapshot : snapshots) {
            if (name(snapshot.own()).isEmpty()) {
                plain.put(PolicyKey.of(snapshot.policy()), snapshot);
            }
        }
        for (PolicySnapshot snapshot : snapshots.reversed()) {
            PolicyKey key = PolicyKey.of(snapshot.policy());
            if (!policies.containsKey(key)) {
                found(plain.getOrDefault(key, snapshot));
            }
            found(snapshot);
        }
    }

    // ---- what has been done ----

    void done(SadbOperation operation, SadbReply reply) {
        switch (operation) {
            case SadbOperation.AddSa(var association) -> came(association).isAnew = true;
            case SadbOperation.RestoreSa(var snapshot) -> came(snapshot.association());
            case SadbOperation.UpdateSa(var association) -> came(association).isUpdated = true;
            case SadbOperation.DeleteSa(var reference) -> gone(note(reference.id()));
            case SadbOperation.DeleteAllSas(var source, var destination, var protocol) ->
                    associations.forEach(
                            (id, note) -> {
                                boolean isBetween =
                                        id.destination().equals(destination.address())
                                                && note.source != null
                                                && note.source.address().equals(source.address());
                                if (isOf(protocol, id) && isBetween) {
                                    gone(note);
                                }
                            });
            case SadbOperation.FlushSas(var protocol) ->
                    associations.forEach(
                            (id, note) -> {
                                if (isOf(protocol, id)) {
                                    gone(note);
                                }
                            });
            case SadbOperation.ReserveSpi wish -> {
                if (reply instanceof SadbReply.SpiReserved(var spi)) {
                    SaId id = new SaId(wish.destination().address(), wish.protocol(), spi);
                    AssociationNote note = note(id);
                    note.isThere = true;
                    note.source = wish.source();
                }
            }
            case SadbOperation.AddPolicy(var policy) -> came(policy).isAnew = true;
            case SadbOperation.SetPolicyIndex(var policy) -> came(policy);
            case SadbOperation.UpdatePolicy(var policy) -> came(policy);
            case SadbOperation.RestorePolicy(var snapshot) -> came(snapshot.policy());
            case SadbOperation.DeletePolicy(var policy) -> gone(note(PolicyKey.of(policy)));
            case SadbOperation.DeletePolicyById(int id, _) -> {
                PolicyKey key = byNumber.get(id);
                if (key != null) {
                    gone(note(key));
                }
            }
            case SadbOperation.FlushPolicies() -> policies.values().forEach(Notes::gone);
            case SadbOperation.GetSa _,
                    SadbOperation.DumpSas _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.GetStatistics _ -> {}
        }
    }

    private static boolean isOf(IpsecProtocol protocol, SaId id) {
        return protocol == IpsecProtocol.UNSPEC || id.protocol() == protocol;
    }

    private AssociationNote came(SecurityAssociation association) {
        AssociationNote note = note(association.id());
        note.isThere = true;
        note.source = association.source();
        return note;
    }

    private AssociationNote note(SaId id) {
        return associations.computeIfAbsent(id, _ -> new AssociationNote(null));
    }

    private PolicyNote note(PolicyKey key) {
        return policies.computeIfAbsent(key, _ -> new PolicyNote(null));
    }

    private static void gone(AssociationNote note) {
        note.isThere = false;
        note.isGone = true;
    }

    private static void gone(PolicyNote note) {
        note.isThere = false;
        note.isMoved = true;
    }

    private PolicyNote came(Policy policy) {
        PolicyNote note = note(PolicyKey.of(policy));
        note.isMoved |= note.isThere && policy.priority() != note.priority;
        note.isAnew |= !note.isThere;
        note.isThere = true;
        note.isUpdated = true;
        note.priority = policy.priority();
        return note;
    }
}
