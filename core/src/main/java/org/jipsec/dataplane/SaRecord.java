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

    private volatile @Nullable ActiveSa active;

    SaRecord(SecurityAssociation association, SaState state, long addedMillis, long serial) {
        this(association, state, addedMillis, serial, 0);
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
    }

    SecurityAssociation association() {
        return association;
    }

    SaState state() {
        return state;
    }

    /// Excludes [#activate], which would else bring back what was before.
    synchronized void state(SaState now) {
        state = now;
        ActiveSa ready = active;
        if (ready != null) {
            ready.state(now);
        }
    }

    /// Gives it other lifetimes or ports; keys stay.
    synchronized void renew(SecurityAssociation changed) {
        association = changed;
        ActiveSa ready = active;
        if (ready != null) {
            ready.renew(changed);
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
        ActiveSa ready = active;
        return ready != null ? ready : activate();
    }

    private synchronized ActiveSa activate() {
        ActiveSa ready = active;
        if (ready == null) {
            ready = new ActiveSa(association);
            active = ready;
            ready.state(state);
        }
        return ready;
    }

    /// Whether it is this one that packets use.
    boolean is(ActiveSa candidate) {
        return active == candidate;
    }

    /// Since the epoch; 0 for not yet.
    long firstUsedMillis() {
        ActiveSa ready = active;
        return ready == null ? 0 : ready.firstUsedMillis();
    }

    private CurrentLifetime current() {
        Instant added = Instant.ofEpochMilli(addedMillis);
        ActiveSa ready = active;
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
        ActiveSa ready = active;
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
