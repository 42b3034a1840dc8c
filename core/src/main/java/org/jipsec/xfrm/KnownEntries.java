package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// What was in the kernel's databases when last heard of: names and a hash of the rest, no keys. By
/// it a dump shows what has changed unheard. Of one thread.
final class KnownEntries {
    private static final DumpMark NO_MARK = new DumpMark(0, 0, 0);

    private final Map<KernelSa.Key, KnownSa> associations = new HashMap<>();
    private final Map<Integer, KnownPolicy> policies = new HashMap<>();
    private final OwnChanges own;
    private final InstantSource clock;
    private final Consumer<SadbEvent> listener;
    private int generation;

    /// @param listener is told what a dump shows
    KnownEntries(OwnChanges own, InstantSource clock, Consumer<SadbEvent> listener) {
        this.own = own;
        this.clock = clock;
        this.listener = listener;
    }

    /// @param hash of all that does not change by itself
    /// @param generation of the last dump that had it
    private record KnownSa(InetAddress source, int hash, int generation) {}

    private record KnownPolicy(Selector selector, Direction direction, int hash, int generation) {}

    // ---- news ----

    void put(KernelSa sa) {
        associations.put(sa.key(), known(sa));
    }

    void remove(KernelSa sa) {
        associations.remove(sa.key());
    }

    /// @param protocol [IpsecProtocol#UNSPEC] for all
    void removeAll(IpsecProtocol protocol) {
        if (protocol == IpsecProtocol.UNSPEC) {
            associations.clear();
        } else {
            associations.keySet().removeIf(key -> key.ipProtocol() == protocol.ipNumber());
        }
    }

    void put(KernelPolicy policy) {
        policies.put(policy.policy().id(), known(policy));
    }

    void remove(KernelPolicy policy) {
        policies.remove(policy.policy().id());
    }

    void removePolicies() {
        policies.clear();
    }

    // ---- dumps ----

    /// A dump of everything begins; the first is what we start from.
    void beginDump() {
        generation++;
        own.next();
    }

    /// An entry of the dump.
    void dumped(KernelSa sa) {
        KnownSa now = known(sa);
        KnownSa before = associations.put(sa.key(), now);
        boolean isNews = before == null || before.hash() != now.hash();
        // an SA that is larval was never told
        if (isNews && !sa.isLarval() && isOthers(sa.association())) {
            Change change = before == null ? Change.ADDED : Change.UPDATED;
            listener.accept(new SadbEvent.SaChanged(change, sa.snapshot(NO_MARK, clock.instant())));
        }
    }

    /// An entry of the dump.
    void dumped(KernelPolicy policy) {
        KnownPolicy now = known(policy);
        KnownPolicy before = policies.put(policy.policy().id(), now);
        boolean isNews = before == null || before.hash() != now.hash();
        if (isNews && isOthers(policy.policy())) {
            Change change = before == null ? Change.ADDED : Change.UPDATED;
            listener.accept(
                    new SadbEvent.PolicyChanged(change, policy.snapshot(0, 0, clock.instant())));
        }
    }

    /// The dump was complete: what it did not have is gone.
    void endDump() {
        Iterator<Map.Entry<KernelSa.Key, KnownSa>> sas = associations.entrySet().iterator();
        while (sas.hasNext()) {
            Map.Entry<KernelSa.Key, KnownSa> entry = sas.next();
            if (entry.getValue().generation() != generation) {
                sas.remove();
                SecurityAssociation gone = gone(entry.getKey(), entry.getValue());
                if (isOthers(gone) && !isFlushedByUs(gone.protocol())) {
                    listener.accept(new SadbEvent.SaChanged(Change.DELETED, snapshot(gone)));
                }
            }
        }
        Iterator<Map.Entry<Integer, KnownPolicy>> all = policies.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, KnownPolicy> entry = all.next();
            if (entry.getValue().generation() != generation) {
                all.remove();
                Policy gone = gone(entry.getKey(), entry.getValue());
                if (isOthers(gone) && !own.has(new OwnChanges.Token.Policies())) {
                    listener.accept(
                            new SadbEvent.PolicyChanged(
                                    Change.DELETED, new PolicySnapshot(gone, unknown(), NO_MARK)));
                }
            }
        }
        own.settled();
    }

    private boolean isOthers(SecurityAssociation sa) {
        return generation > 1 && !own.has(new OwnChanges.Token.Sa(sa.id()));
    }

    private boolean isOthers(Policy policy) {
        return generation > 1
                && !own.has(OwnChanges.Token.of(policy))
                && !own.has(new OwnChanges.Token.OfNumber(policy.id()));
    }

    private boolean isFlushedByUs(IpsecProtocol protocol) {
        return own.has(new OwnChanges.Token.Sas(protocol))
                || own.has(new OwnChanges.Token.Sas(IpsecProtocol.UNSPEC));
    }

    private KnownSa known(KernelSa sa) {
        SecurityAssociation association = sa.association();
        int hash =
                Objects.hash(
                        sa.isLarval(),
                        association.mode(),
                        association.reqid(),
                        association.encryption(),
                        association.authentication(),
                        association.compression(),
                        association.hard(),
                        association.soft(),
                        association.encapsulation(),
                        sa.extras());
        return new KnownSa(association.source().address(), hash, generation);
    }

    private KnownPolicy known(KernelPolicy policy) {
        Policy its = policy.policy();
        int hash = Objects.hash(its, policy.original().mark(), policy.original().interfaceId());
        return new KnownPolicy(its.selector(), its.direction(), hash, generation);
    }

    /// All that is left of it: its name.
    private static SecurityAssociation gone(KernelSa.Key key, KnownSa known) {
        return SecurityAssociation.builder(
                        Endpoint.of(known.source()),
                        Endpoint.of(key.destination()),
                        SaCodec.protocol(key.ipProtocol()),
                        new Spi(key.spi()))
                .build();
    }

    private static Policy gone(int id, KnownPolicy known) {
        return Policy.of(known.selector(), known.direction(), PolicyAction.NONE).withId(id);
    }

    private static SaSnapshot snapshot(SecurityAssociation gone) {
        return new SaSnapshot(gone, SaState.DEAD, unknown(), NO_MARK);
    }

    private static CurrentLifetime unknown() {
        return new CurrentLifetime(0, 0, Instant.EPOCH, Optional.empty());
    }
}
