package org.jipsec.dataplane;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.Statistics;
import org.jipsec.sadb.UdpEncapsulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The SAD and the SPD with all that can be asked of them: what a kernel is behind PF_KEY, without
/// the protocol. It behaves as Linux's `af_key` does, down to the order of dumps, the numbering of
/// policies and which wish is refused with which error.
///
/// Any thread may [#execute]; one operation runs at a time. Listeners are called by that thread, in
/// the order of what happened, before the operation returns: they must be quick, and may call back.
/// The packet path reads [#associations] and [#policies] without a lock. Nothing happens by itself:
/// whoever owns the engine calls [#tick] when [#nextDeadline] has come.
public final class SadbEngine {
    /// What the packet path may have told before it must be told off: with more waiting, news is
    /// dropped, and the next packet brings it again.
    private static final int MAXIMUM_NOTICES = 4096;

    /// Acquires under way at the same time: a scan through a wide policy must not fill the SAD.
    private static final int MAXIMUM_ACQUIRES = 1024;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final int processId;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<SadbEvent>> listeners = new CopyOnWriteArrayList<>();
    private final SaDatabase associations = new SaDatabase();
    private final PolicyDatabase policies = new PolicyDatabase();
    private final SaLifetimes lifetimes = new SaLifetimes();
    private final Timers<PolicyRecord> policyTimers =
            new Timers<>(
                    record -> record.deadlineMillis,
                    (record, millis) -> record.deadlineMillis = millis,
                    record -> record.entry.policy().id() & 0xffff_ffffL);
    private final Queue<Notice> notices = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingNotices = new AtomicInteger();
    private final PacketCounters counters = new PacketCounters();
    private long nextSerial;
    private int lastAcquire;

    /// @param random gives SPIs, so it should be a SecureRandom
    /// @param processId for the marks of dumps
    public SadbEngine(InstantSource clock, RandomGenerator random, int processId) {
        this.clock = clock;
        this.random = random;
        this.processId = processId;
    }

    /// What the packet path asks for SAs.
    public SaLookup associations() {
        return associations;
    }

    /// What the packet path asks for policies.
    public PolicyLookup policies() {
        return policies;
    }

    /// From now on `listener` is told what happens, the effects of its own operations among it.
    public void listen(Consumer<SadbEvent> listener) {
        listeners.add(listener);
    }

    public void unlisten(Consumer<SadbEvent> listener) {
        listeners.remove(listener);
    }

    /// This engine as a backend for a client in the same process.
    public SadbBackend backend() {
        return new InProcessBackend(this);
    }

    public Capabilities capabilities() {
        return Capabilities.userspace();
    }

    /// When [#tick] has something to do next; empty for not until the next operation or packet.
    public Optional<Instant> nextDeadline() {
        lock.lock();
        try {
            long next =
                    Math.min(
                            lifetimes.next().orElse(Long.MAX_VALUE),
                            policyTimers.next().orElse(Long.MAX_VALUE));
            return next == Long.MAX_VALUE
                    ? Optional.empty()
                    : Optional.of(Instant.ofEpochMilli(next));
        } finally {
            lock.unlock();
        }
    }

    /// Does what time has made due: soft and hard lifetimes, reservations and acquires that nobody
    /// answered.
    public void tick() {
        lock.lock();
        try {
            long now = clock.millis();
            for (SaRecord record = lifetimes.due(now);
                    record != null;
                    record = lifetimes.due(now)) {
                age(record, now);
            }
            for (PolicyRecord record = policyTimers.due(now);
                    record != null;
                    record = policyTimers.due(now)) {
                age(record, now);
            }
        } finally {
            lock.unlock();
        }
        heed();
    }

    /// For the packet path: counts, read by [SadbOperation.GetStatistics].
    PacketCounters counters() {
        return counters;
    }

    /// For the packet path, from any of its threads: never waits, and costs nothing when there is
    /// nothing to tell.
    void notice(Notice notice) {
        if (waitingNotices.incrementAndGet() > MAXIMUM_NOTICES) {
            waitingNotices.decrementAndGet();
            return;
        }
        notices.add(notice);
        heed();
    }

    /// Whoever has the lock heeds what is noticed meanwhile, before or after he lets it go.
    private void heed() {
        while (!notices.isEmpty() && lock.tryLock()) {
            try {
                for (Notice notice = notices.poll(); notice != null; notice = notices.poll()) {
                    waitingNotices.decrementAndGet();
                    heed(notice);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void heed(Notice notice) {
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

    /// Runs one operation to its end.
    public SadbReply execute(SadbOperation operation) {
        lock.lock();
        try {
            return switch (operation) {
                case SadbOperation.AddSa(var association) -> add(association);
                case SadbOperation.UpdateSa(var association) -> update(association);
                case SadbOperation.DeleteSa(var reference) -> delete(reference);
                case SadbOperation.DeleteAllSas all -> deleteAll(all);
                case SadbOperation.GetSa(var reference) -> get(reference);
                case SadbOperation.ReserveSpi reservation -> reserve(reservation);
                case SadbOperation.FlushSas(var protocol) -> flush(protocol);
                case SadbOperation.DumpSas(var protocol) -> dump(protocol);
                case SadbOperation.AddPolicy(var policy) -> addPolicy(policy);
                case SadbOperation.UpdatePolicy(var policy) -> updatePolicy(policy);
                case SadbOperation.DeletePolicy(var policy) ->
                        deletePolicy(Optional.ofNullable(policies.find(normal(policy))));
                case SadbOperation.DeletePolicyById(int id, _) ->
                        deletePolicy(Optional.ofNullable(policies.find(id)));
                case SadbOperation.GetPolicy(var policy) ->
                        getPolicy(Optional.ofNullable(policies.find(normal(policy))));
                case SadbOperation.GetPolicyById(int id, _) ->
                        getPolicy(Optional.ofNullable(policies.find(id)));
                case SadbOperation.SetPolicyIndex(var policy) -> addPolicy(policy);
                case SadbOperation.FlushPolicies() -> flushPolicies();
                case SadbOperation.DumpPolicies() -> dumpPolicies();
                case SadbOperation.Register(_) -> new SadbReply.Registered(capabilities());
                case SadbOperation.GetStatistics() -> new SadbReply.Counted(statistics());
            };
        } finally {
            lock.unlock();
            heed();
        }
    }

    // ---- SAs ----

    private SadbReply add(SecurityAssociation wanted) {
        SecurityAssociation association = SaChecks.normal(wanted);
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

    private SadbReply update(SecurityAssociation wanted) {
        SecurityAssociation association = SaChecks.normal(wanted);
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

    private SadbReply delete(SaReference reference) {
        SaRecord record = associations.find(reference.id());
        if (record == null) {
            return unknown(reference.id());
        }
        remove(record);
        return new SadbReply.Done();
    }

    private SadbReply deleteAll(SadbOperation.DeleteAllSas all) {
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

    private SadbReply get(SaReference reference) {
        SaRecord record = associations.find(reference.id());
        return record == null ? unknown(reference.id()) : new SadbReply.Sa(snapshot(record));
    }

    private SadbReply reserve(SadbOperation.ReserveSpi wish) {
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

    private SadbReply flush(IpsecProtocol protocol) {
        int before = associations.size();
        associations.forEach(protocol, this::drop);
        if (associations.size() != before) {
            tell(new SadbEvent.SasFlushed(protocol));
        }
        return new SadbReply.Done();
    }

    private SadbReply dump(IpsecProtocol protocol) {
        List<SaRecord> found = new ArrayList<>();
        associations.forEach(protocol, found::add);
        List<SaSnapshot> snapshots = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) {
            snapshots.add(found.get(i).snapshot(mark(i, found.size(), 0)));
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
    /// are over, and keeps the same question from being asked again.
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
            counters.count(PacketCounters.Event.ACQUIRES_SUPPRESSED);
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
        SaRecord record = new SaRecord(question, SaState.LARVAL, now, nextSerial++);
        associations.add(record);
        lifetimes.arm(record, now);
        counters.count(PacketCounters.Event.ACQUIRES);
        lastAcquire++;
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
        SaRecord record = associations.find(association.id());
        if (record != null && record.is(remapped.sa())) {
            int port =
                    association
                            .encapsulation()
                            .map(UdpEncapsulation::sourcePort)
                            .orElse(UdpEncapsulation.DEFAULT_PORT);
            tell(
                    new SadbEvent.Mapping(
                            association.id(),
                            new Endpoint(association.source().address(), port),
                            new Endpoint(remapped.address(), remapped.port())));
        }
    }

    private static Refused unknown(SaId id) {
        return new Refused(Errno.ESRCH, "no SA " + id);
    }

    // ---- policies ----

    private SadbReply addPolicy(Policy wanted) {
        Refused refusal = PolicyChecks.refusal(wanted);
        if (refusal != null) {
            return refusal;
        }
        if (policies.find(normal(wanted)) != null) {
            return new Refused(
                    Errno.EEXIST, "a policy of this selector and direction is there already");
        }
        insertPolicy(wanted);
        return new SadbReply.Done();
    }

    private SadbReply updatePolicy(Policy wanted) {
        Refused refusal = PolicyChecks.refusal(wanted);
        if (refusal != null) {
            return refusal;
        }
        PolicyRecord old = policies.find(normal(wanted));
        if (old == null) {
            insertPolicy(wanted);
            return new SadbReply.Done();
        }
        long now = clock.millis();
        policyTimers.cancel(old);
        PolicyRecord record =
                policies.replace(old, PolicyChecks.normal(wanted, policies::newReqid), now);
        policyTimers.arm(record, policyDeadline(record, now));
        tell(new SadbEvent.PolicyChanged(Change.UPDATED, snapshot(record)));
        return new SadbReply.Done();
    }

    private void insertPolicy(Policy wanted) {
        long now = clock.millis();
        PolicyRecord record = policies.add(PolicyChecks.normal(wanted, policies::newReqid), now);
        policyTimers.arm(record, policyDeadline(record, now));
        tell(new SadbEvent.PolicyChanged(Change.ADDED, snapshot(record)));
    }

    private SadbReply deletePolicy(Optional<PolicyRecord> found) {
        if (found.isEmpty()) {
            return noPolicy();
        }
        removePolicy(found.get());
        return new SadbReply.Done();
    }

    private static SadbReply noPolicy() {
        return new Refused(Errno.ENOENT, "no such policy");
    }

    private SadbReply getPolicy(Optional<PolicyRecord> found) {
        return found.<SadbReply>map(record -> new SadbReply.FoundPolicy(snapshot(record)))
                .orElseGet(SadbEngine::noPolicy);
    }

    private SadbReply flushPolicies() {
        if (policies.size() > 0) {
            policyTimers.clear();
            policies.clear();
            tell(new SadbEvent.PoliciesFlushed());
        }
        return new SadbReply.Done();
    }

    private SadbReply dumpPolicies() {
        List<PolicyRecord> all = policies.all();
        List<PolicySnapshot> snapshots = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            snapshots.add(all.get(i).snapshot(mark(i, all.size(), 2)));
        }
        return new SadbReply.Policies(snapshots);
    }

    private void removePolicy(PolicyRecord record) {
        PolicySnapshot last = snapshot(record);
        policyTimers.cancel(record);
        policies.remove(record);
        tell(new SadbEvent.PolicyChanged(Change.DELETED, last));
    }

    private void age(PolicyRecord record, long now) {
        long deadline = policyDeadline(record, now);
        if (deadline <= now) {
            removePolicy(record);
        } else {
            policyTimers.arm(record, deadline);
        }
    }

    /// Of a policy the use that counts is the last one (Linux's `xfrm_policy_timer`).
    private static long policyDeadline(PolicyRecord record, long now) {
        Lifetime lifetime = record.policy().lifetime();
        long used = record.entry.lastUsedMillis();
        return Math.min(
                SaLifetimes.after(record.entry.addedMillis(), lifetime.sinceAdded()),
                SaLifetimes.after(used == 0 ? now : used, lifetime.sinceUsed()));
    }

    private static Policy normal(Policy policy) {
        return new Policy(
                PolicyChecks.normal(policy.selector()),
                policy.direction(),
                policy.action(),
                policy.priority(),
                List.of(),
                policy.lifetime(),
                policy.context(),
                0);
    }

    // ---- both ----

    private Statistics statistics() {
        List<Statistics.Counter> all = new ArrayList<>();
        all.add(new Statistics.Counter("security-associations", associations.size()));
        all.add(new Statistics.Counter("security-policies", policies.size()));
        all.add(new Statistics.Counter("acquires-pending", associations.acquires()));
        all.addAll(counters.counters());
        return new Statistics(all, counters.drops());
    }

    private SaSnapshot snapshot(SaRecord record) {
        return record.snapshot(mark(0, 1, 0));
    }

    private PolicySnapshot snapshot(PolicyRecord record) {
        return record.snapshot(mark(0, 1, 2));
    }

    /// Linux counts the messages of a dump 1, 2, … and the last is 0.
    private DumpMark mark(int index, int count, int references) {
        return new DumpMark(index + 1 == count ? 0 : index + 1, processId, references);
    }

    private void tell(SadbEvent event) {
        for (Consumer<SadbEvent> listener : listeners) {
            listener.accept(event);
        }
    }
}
