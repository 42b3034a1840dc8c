package org.jipsec.dataplane;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An entry of the SAD with its place in the lists it stands in. Changed under the engine's lock;
/// the packet path reads [#state] and [#active] without it.
final class SaRecord {
    private static final SequenceState NO_PACKETS = new SequenceState(0, 0, List.of());

    /// Changes only by an update of lifetimes and ports.
    private volatile SecurityAssociation association;

    final long addedMillis;

    /// Larval is what waits for keys: an SPI is reserved, or an acquire is under way; one that was
    /// refused is dead.
    private volatile SaState state;

    /// In the SAD from newest to oldest.
    @Nullable SaRecord newer;

    @Nullable SaRecord older;

    /// Where the packet path finds it for sending; null while larval.
    @Nullable SaGroup group;

    @Nullable SaRecord groupNewer;
    @Nullable SaRecord groupOlder;

    /// 0 for none; see [Timers].
    long deadlineMillis;

    final long serial;

    /// Of the acquire that it stands for; 0 for an SA.
    private final int acquire;

    private final Work work;

    /// What packets work with: shared by an SA's record and the copy of it that takes its place
    /// when many operations are done at once. While it is there nobody counts for another one.
    private static final class Work {
        volatile @Nullable ActiveSa active;

        /// Whose word counts.
        SaRecord owner;

        Work(SaRecord owner) {
            this.owner = owner;
        }
    }

    SaRecord(SecurityAssociation association, SaState state, long addedMillis, long serial) {
        this(association, state, addedMillis, serial, 0);
    }

    private SaRecord(SaRecord original) {
        this.association = original.association;
        this.state = original.state;
        this.addedMillis = original.addedMillis;
        this.serial = original.serial;
        this.acquire = original.acquire;
        this.work = original.work;
    }

    /// The same SA for another SAD, in none of its lists yet. What is done to it packets do not
    /// see before [#takeOver].
    SaRecord copy() {
        return new SaRecord(this);
    }

    /// From now on packets go by this record and by its original no more.
    void takeOver() {
        synchronized (work) {
            work.owner = this;
            ActiveSa ready = work.active;
            if (ready != null) {
                if (ready.association() != association) {
                    ready.renew(association);
                }
                ready.state(state);
            }
        }
    }

    /// @param sequence not 0
    static SaRecord acquire(
            SecurityAssociation question, int sequence, long addedMillis, long serial) {
        return new SaRecord(question, SaState.LARVAL, addedMillis, serial, sequence);
    }

    private SaRecord(
            SecurityAssociation association,
            SaState state,
            long addedMillis,
            long serial,
            int acquire) {
        this.association = association;
        this.state = state;
        this.addedMillis = addedMillis;
        this.serial = serial;
        this.acquire = acquire;
        this.work = new Work(this);
    }

    SecurityAssociation association() {
        return association;
    }

    SaState state() {
        return state;
    }

    /// Excludes [#activate], which would else bring back what was before.
    void state(SaState now) {
        synchronized (work) {
            state = now;
            ActiveSa ready = work.active;
            if (ready != null && work.owner == this) {
                ready.state(now);
            }
        }
    }

    /// Gives it other lifetimes or ports; keys stay.
    void renew(SecurityAssociation changed) {
        synchronized (work) {
            association = changed;
            ActiveSa ready = work.active;
            if (ready != null && work.owner == this) {
                ready.renew(changed);
            }
        }
    }

    boolean isAcquire() {
        return acquire != 0;
    }

    boolean isAcquire(int sequence) {
        return acquire != 0 && acquire == sequence;
    }

    /// The SA ready for packets: made when the first one comes, so that a hundred thousand idle SAs
    /// cost no cipher. Null unless it is mature or dying.
    @Nullable ActiveSa active() {
        SaState now = state;
        if (now != SaState.MATURE && now != SaState.DYING) {
            return null;
        }
        ActiveSa ready = work.active;
        return ready != null ? ready : activate();
    }

    private ActiveSa activate() {
        synchronized (work) {
            ActiveSa ready = work.active;
            if (ready == null) {
                ready = new ActiveSa(work.owner.association);
                work.active = ready;
                ready.state(work.owner.state);
            }
            return ready;
        }
    }

    /// Whether it is this one that packets use.
    boolean is(ActiveSa candidate) {
        return work.active == candidate;
    }

    /// Since the epoch; 0 for not yet.
    long firstUsedMillis() {
        ActiveSa ready = work.active;
        return ready == null ? 0 : ready.firstUsedMillis();
    }

    private CurrentLifetime current() {
        Instant added = Instant.ofEpochMilli(addedMillis);
        ActiveSa ready = work.active;
        if (ready == null) {
            return new CurrentLifetime(0, 0, added, Optional.empty());
        }
        long used = ready.firstUsedMillis();
        return new CurrentLifetime(
                ready.packets(),
                ready.bytes(),
                added,
                used == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(used)));
    }

    SaSnapshot snapshot(DumpMark mark) {
        ActiveSa ready = work.active;
        return new SaSnapshot(
                association,
                state,
                current(),
                mark,
                Optional.of(ready == null ? NO_PACKETS : ready.sequenceState()));
    }

    /// One that goes on where another was: its ciphers are made ready at once when it has counted.
    static SaRecord restored(SaSnapshot snapshot, SecurityAssociation association, long serial) {
        SaRecord record =
                new SaRecord(
                        association,
                        snapshot.state(),
                        snapshot.current().added().toEpochMilli(),
                        serial);
        boolean isUsed =
                !snapshot.sequence().orElse(NO_PACKETS).equals(NO_PACKETS)
                        || snapshot.current().packets() != 0
                        || snapshot.current().firstUsed().isPresent();
        if (isUsed && snapshot.state() != SaState.LARVAL) {
            record.activate().resume(snapshot);
        }
        return record;
    }

    /// What an acquire and the SA that answers it have in common.
    record Purpose(
            IpsecProtocol protocol,
            SaMode mode,
            int reqid,
            InetAddress source,
            InetAddress destination) {
        static Purpose of(SecurityAssociation association) {
            return new Purpose(
                    association.protocol(),
                    association.mode(),
                    association.reqid(),
                    association.source().address(),
                    association.destination().address());
        }
    }
}
