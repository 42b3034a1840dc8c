package org.jipsec.dataplane;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.NormalForm;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// What can be asked of the SAD, and what happens to its SAs by themselves. Under the engine's
/// lock.
final class SadOperations {
    /// Acquires under way at the same time: a scan through a wide policy must not fill the SAD.
    private static final int MAXIMUM_ACQUIRES = 1024;

    private final SaDatabase associations;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final int processId;
    /// Written under the engine's lock.
    private final PacketTally tally;
    private final Consumer<SadbEvent> listener;
    private final SaLifetimes lifetimes = new SaLifetimes();
    private long nextSerial;
    private int lastAcquire;
    private final AtomicInteger refusals;

    /// @param listener is told what happens, before the operation returns
    SadOperations(
            SaDatabase associations,
            InstantSource clock,
            RandomGenerator random,
            int processId,
            PacketCounters counters,
            Consumer<SadbEvent> listener) {
        this.associations = associations;
        this.clock = clock;
        this.random = random;
        this.processId = processId;
        this.tally = counters.newTally();
        this.refusals = new AtomicInteger();
        this.listener = listener;
    }

    private SadOperations(SadOperations original, SaDatabase associations) {
        this.associations = associations;
        this.clock = original.clock;
        this.random = original.random;
        this.processId = original.processId;
        this.tally = original.tally;
        this.refusals = new AtomicInteger(original.refusals.get());
        this.listener = original.listener;
        this.nextSerial = original.nextSerial;
        this.lastAcquire = original.lastAcquire;
    }

    /// As it is after a flush.
    SadOperations blank() {
        return new SadOperations(this, new SaDatabase());
    }

    SadOperations copy() {
        SadOperations copy = new SadOperations(this, associations.copy());
        long now = clock.millis();
        copy.associations.forEach(IpsecProtocol.UNSPEC, record -> copy.lifetimes.arm(record, now));
        return copy;
    }

    SaDatabase associations() {
        return associations;
    }

    /// When [#tick] has something to do; [Long#MAX_VALUE] for never.
    long nextDeadline() {
        return lifetimes.next().orElse(Long.MAX_VALUE);
    }

    void tick(long now) {
        for (SaRecord record = lifetimes.due(now); record != null; record = lifetimes.due(now)) {
            age(record, now);
        }
    }

    /// What the packet path has noticed.
    void heed(Notice notice) {
        switch (notice) {
            case Notice.Soft(var sa) -> {
                SaRecord record = associations.find(sa.association().id());
                if (record != null && record.is(sa) && record.state() == SaState.MATURE) {
                    soften(record);
                }
            }
            case Notice.Hard(var sa) -> {
                SaRecord record = associations.find(sa.association().id());
                if (record != null && record.is(sa)) {
                    expire(record);
                }
            }
            case Notice.Wanted wanted -> acquire(wanted);
            case Notice.Remapped remapped -> remap(remapped);
        }
    }

    SadbReply add(SecurityAssociation wanted) {
        SecurityAssociation association = NormalForm.of(wanted);
        Refused refusal = SaChecks.refusal(association);
        if (refusal != null) {
            return refusal;
        }
        if (associations.find(association.id()) != null) {
            return new Refused(Errno.EEXIST, association.id() + " is there already");
        }
        insert(association, Change.ADDED);
        return new SadbReply.Done();
    }

    private void insert(SecurityAssociation association, Change change) {
        long now = clock.millis();
        SaRecord answered = associations.acquire(SaRecord.Purpose.of(association));
        SaRecord record = new SaRecord(association, SaState.MATURE, now, nextSerial++);
        associations.add(record);
        if (answered != null) {
            drop(answered);
        }
        lifetimes.arm(record, now);
        tell(new SadbEvent.SaChanged(change, snapshot(record)));
    }

    SadbReply update(SecurityAssociation wanted) {
        SecurityAssociation association = NormalForm.of(wanted);
        Refused refusal = SaChecks.refusal(association);
        if (refusal != null) {
            return refusal;
        }
        SaRecord record = associations.find(association.id());
        if (record == null) {
            return unknown(association.id());
        }
        return switch (record.state()) {
            case LARVAL -> {
                drop(record);
                insert(association, Change.UPDATED);
                yield new SadbReply.Done();
            }
            case MATURE, DYING -> renew(record, association);
            case DEAD -> unknown(association.id());
        };
    }

    /// A mature SA keeps its keys, for its sequence numbers go with them: an update gives it new
    /// lifetimes and new ports.
    private SadbReply renew(SaRecord record, SecurityAssociation association) {
        SecurityAssociation old = record.association();
        boolean sameKeys =
                old.encryption() == association.encryption()
                        && old.encryptionKey().equals(association.encryptionKey())
                        && old.authentication() == association.authentication()
                        && old.authenticationKey().equals(association.authenticationKey())
                        && old.compression() == association.compression();
        if (!sameKeys) {
            return new Refused(
                    Errno.EINVAL,
                    "a mature SA keeps its algorithms and keys: delete it and add the other");
        }
        if (old.encapsulation().isPresent() != association.encapsulation().isPresent()) {
            return new Refused(Errno.EINVAL, "a mature SA stays in UDP or stays out of it");
        }
        SecurityAssociation.Builder renewed =
                old.toBuilder().hard(association.hard()).soft(association.soft());
        association.encapsulation().ifPresent(renewed::encapsulation);
        record.renew(renewed.build());
        if (record.state() == SaState.DYING) {
            associations.refresh(record);
        }
        lifetimes.arm(record, clock.millis());
        tell(new SadbEvent.SaChanged(Change.UPDATED, snapshot(record)));
        return new SadbReply.Done();
    }

    /// At its age's place among the others, so that of several for one purpose packets take the one
    /// they took before.
    SadbReply restore(SaSnapshot snapshot) {
        SecurityAssociation association = NormalForm.of(snapshot.association());
        boolean isLarval = snapshot.state() == SaState.LARVAL;
        Refused refusal = isLarval ? null : SaChecks.refusal(association);
        if (refusal != null) {
            return refusal;
        }
        boolean isAcquire = isLarval && association.spi().value() == 0;
        if (snapshot.state() == SaState.DEAD || isAcquire) {
            return new Refused(
                    Errno.EINVAL, (isAcquire ? "an acquire" : "a dead SA") + " is not put back");
        }
        if (associations.find(association.id()) != null) {
            return new Refused(Errno.EEXIST, association.id() + " is there already");
        }
        SaRecord answered =
                isLarval ? null : associations.acquire(SaRecord.Purpose.of(association));
        SaRecord record = SaRecord.restored(snapshot, association, nextSerial++);
        associations.restore(record);
        if (answered != null) {
            drop(answered);
        }
        lifetimes.arm(record, clock.millis());
        tell(new SadbEvent.SaChanged(Change.ADDED, snapshot(record)));
        return new SadbReply.Done();
    }

    SadbReply delete(SaReference reference) {
        SaRecord record = associations.find(reference.id());
        if (record == null) {
            return unknown(reference.id());
        }
        remove(record);
        return new SadbReply.Done();
    }

    SadbReply deleteAll(SadbOperation.DeleteAllSas all) {
        associations.forEach(
                all.protocol(),
                record -> {
                    SecurityAssociation association = record.association();
                    if (association.source().address().equals(all.source().address())
                            && association
                                    .destination()
                                    .address()
                                    .equals(all.destination().address())) {
                        remove(record);
                    }
                });
        return new SadbReply.Done();
    }

    SadbReply get(SaReference reference) {
        SaRecord record = associations.find(reference.id());
        return record == null ? unknown(reference.id()) : new SadbReply.Sa(snapshot(record));
    }

    SadbReply reserve(SadbOperation.ReserveSpi wish) {
        return SpiReservation.of(wish, associations, random)
                .map(
                        larval -> {
                            long now = clock.millis();
                            SaRecord record =
                                    new SaRecord(larval, SaState.LARVAL, now, nextSerial++);
                            associations.add(record);
                            lifetimes.arm(record, now);
                            return (SadbReply) new SadbReply.SpiReserved(larval.spi());
                        })
                .orElseGet(() -> SpiReservation.refusal(wish));
    }

    /// As Linux: the larval SA is shown as dead until its time is over, and for so long nobody is
    /// asked.
    SadbReply refuse(int sequence, int errno) {
        SaRecord record = errno == 0 ? null : associations.acquire(sequence);
        if (record != null && record.state() == SaState.LARVAL) {
            record.state(SaState.DEAD);
            refusals.incrementAndGet();
        }
        return new SadbReply.Done();
    }

    /// Read by the packet path.
    int refusals() {
        return refusals.get();
    }

    SadbReply flush(IpsecProtocol protocol) {
        int before = associations.size();
        associations.forEach(protocol, this::drop);
        if (associations.size() != before) {
            tell(new SadbEvent.SasFlushed(protocol));
        }
        return new SadbReply.Done();
    }

    SadbReply dump(IpsecProtocol protocol) {
        List<SaRecord> found = new ArrayList<>();
        associations.forEach(protocol, found::add);
        List<SaSnapshot> snapshots = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) {
            snapshots.add(found.get(i).snapshot(DumpMarks.of(i, found.size(), processId, 0)));
        }
        return new SadbReply.Sas(snapshots);
    }

    private void remove(SaRecord record) {
        SaSnapshot last = snapshot(record);
        drop(record);
        tell(new SadbEvent.SaChanged(Change.DELETED, last));
    }

    private void drop(SaRecord record) {
        lifetimes.cancel(record);
        associations.remove(record);
    }

    private void age(SaRecord record, long now) {
        switch (lifetimes.age(record, now)) {
            case YOUNG -> lifetimes.arm(record, now);
            case SOFT -> soften(record);
            case HARD -> {
                if (record.isAcquire()) {
                    drop(record);
                } else {
                    expire(record);
                }
            }
        }
    }

    private void soften(SaRecord record) {
        associations.weaken(record);
        lifetimes.arm(record, clock.millis());
        tell(new SadbEvent.Expire(snapshot(record), false));
    }

    private void expire(SaRecord record) {
        drop(record);
        tell(new SadbEvent.Expire(snapshot(record), true));
    }

    /// As Linux: a larval SA without SPI stands for the question until it is answered or 30 seconds
    /// are over, whether or not it was refused, and keeps the same question from being asked again.
    private void acquire(Notice.Wanted wanted) {
        PolicyRule rule = wanted.rule();
        SaRecord.Purpose purpose =
                new SaRecord.Purpose(
                        rule.protocol(),
                        rule.mode(),
                        rule.reqid(),
                        wanted.source(),
                        wanted.destination());
        if (associations.acquire(purpose) != null || associations.serves(purpose)) {
            return;
        }
        if (associations.acquires() >= MAXIMUM_ACQUIRES) {
            tally.count(PacketCounters.Event.ACQUIRES_SUPPRESSED);
            return;
        }
        long now = clock.millis();
        SecurityAssociation question =
                SecurityAssociation.builder(
                                Endpoint.of(wanted.source()),
                                Endpoint.of(wanted.destination()),
                                rule.protocol(),
                                new Spi(0))
                        .mode(rule.mode())
                        .reqid(rule.reqid())
                        .build();
        lastAcquire = lastAcquire == -1 ? 1 : lastAcquire + 1; // 0 is no acquire
        SaRecord record = SaRecord.acquire(question, lastAcquire, now, nextSerial++);
        associations.add(record);
        lifetimes.arm(record, now);
        tally.count(PacketCounters.Event.ACQUIRES);
        tell(
                new SadbEvent.Acquire(
                        lastAcquire,
                        rule.protocol(),
                        wanted.source(),
                        wanted.destination(),
                        rule.mode(),
                        rule.reqid(),
                        wanted.policyId()));
    }

    private void remap(Notice.Remapped remapped) {
        SecurityAssociation association = remapped.sa().association();
        remapped.sa().tellsMapping();
        InetAddress address = remapped.sa().mappedAddress();
        SaRecord record = associations.find(association.id());
        if (record != null && record.is(remapped.sa()) && address != null) {
            int port =
                    association
                            .encapsulation()
                            .map(UdpEncapsulation::sourcePort)
                            .orElse(UdpEncapsulation.DEFAULT_PORT);
            tell(
                    new SadbEvent.Mapping(
                            association.id(),
                            new Endpoint(association.source().address(), port),
                            new Endpoint(address, remapped.sa().mappedPort())));
        }
    }

    private static Refused unknown(SaId id) {
        return new Refused(Errno.ESRCH, "no SA " + id);
    }

    private SaSnapshot snapshot(SaRecord record) {
        return record.snapshot(DumpMarks.of(0, 1, processId, 0));
    }

    private void tell(SadbEvent event) {
        listener.accept(event);
    }
}
