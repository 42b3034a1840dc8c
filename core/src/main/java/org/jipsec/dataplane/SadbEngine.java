package org.jipsec.dataplane;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
    /// What the packet path may have told before it must be told off: with more waiting, news that
    /// the next packet brings again is dropped.
    private static final int MAXIMUM_NOTICES = 4096;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<SadbEvent>> listeners = new CopyOnWriteArrayList<>();
    private final SaDatabase associations = new SaDatabase();
    private final PolicyDatabase policies = new PolicyDatabase();
    private final Queue<Notice> notices = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingNotices = new AtomicInteger();
    private final PacketCounters counters = new PacketCounters();
    private final Map<DropReason, LongSupplier> elsewhere = new ConcurrentHashMap<>();
    private final SadOperations sad;
    private final SpdOperations spd;

    /// @param random gives SPIs, so it should be a SecureRandom
    /// @param processId for the marks of dumps
    public SadbEngine(InstantSource clock, RandomGenerator random, int processId) {
        this.clock = clock;
        this.sad = new SadOperations(associations, clock, random, processId, counters, this::tell);
        this.spd = new SpdOperations(policies, clock, processId, this::tell);
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

    /// As [#listen], and tells the policies that are there now, in the order in which they are
    /// asked: `listener` is told of all that changes after that.
    public List<Policy> follow(Consumer<SadbEvent> listener) {
        lock.lock();
        try {
            listeners.add(listener);
            return policies.inTurn();
        } finally {
            lock.unlock();
        }
    }

    /// Something beside the packet path drops packets too, the host's filter for one: what it has
    /// counted belongs to the statistics.
    ///
    /// @param total asked by whoever asks for the statistics; may take its time
    public void countAlso(DropReason reason, LongSupplier total) {
        elsewhere.put(reason, total);
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
            long next = Math.min(sad.nextDeadline(), spd.nextDeadline());
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
            sad.tick(now);
            spd.tick(now);
        } finally {
            lock.unlock();
        }
        heed();
    }

    /// For the packet path: whether a key manager has refused to make an SA for this purpose, not
    /// so long ago that it would be asked again.
    boolean refuses(SaRecord.Purpose purpose) {
        return associations.refuses(purpose);
    }

    /// For the packet path: how often [#refuses] has become true for something.
    int refusals() {
        return sad.refusals();
    }

    /// For the packet path: counts, read by [SadbOperation.GetStatistics].
    PacketCounters counters() {
        return counters;
    }

    /// For the packet path, from any of its threads: never waits, and costs nothing when there is
    /// nothing to tell.
    void notice(Notice notice) {
        if (notice instanceof Notice.Remapped(ActiveSa moved) && !moved.willTellMapping()) {
            return;
        }
        if (waitingNotices.incrementAndGet() > MAXIMUM_NOTICES && comesAgain(notice)) {
            waitingNotices.decrementAndGet();
            return;
        }
        notices.add(notice);
        heed();
    }

    /// A soft lifetime is over once in the life of an SA, and a peer moves only by a packet that
    /// has proved genuine.
    private static boolean comesAgain(Notice notice) {
        return switch (notice) {
            case Notice.Wanted _, Notice.Hard _ -> true;
            case Notice.Soft _, Notice.Remapped _ -> false;
        };
    }

    /// Whoever has the lock heeds what is noticed meanwhile, before or after he lets it go.
    private void heed() {
        while (!notices.isEmpty() && lock.tryLock()) {
            try {
                for (Notice notice = notices.poll(); notice != null; notice = notices.poll()) {
                    waitingNotices.decrementAndGet();
                    sad.heed(notice);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// Runs one operation to its end.
    public SadbReply execute(SadbOperation operation) {
        Map<DropReason, Long> besides =
                operation instanceof SadbOperation.GetStatistics ? countedElsewhere() : Map.of();
        lock.lock();
        try {
            return switch (operation) {
                case SadbOperation.AddSa(var association) -> sad.add(association);
                case SadbOperation.UpdateSa(var association) -> sad.update(association);
                case SadbOperation.RestoreSa(var snapshot) -> sad.restore(snapshot);
                case SadbOperation.DeleteSa(var reference) -> sad.delete(reference);
                case SadbOperation.DeleteAllSas all -> sad.deleteAll(all);
                case SadbOperation.GetSa(var reference) -> sad.get(reference);
                case SadbOperation.ReserveSpi reservation -> sad.reserve(reservation);
                case SadbOperation.FlushSas(var protocol) -> sad.flush(protocol);
                case SadbOperation.DumpSas(var protocol) -> sad.dump(protocol);
                case SadbOperation.AddPolicy(var policy) -> spd.add(policy);
                case SadbOperation.UpdatePolicy(var policy) -> spd.update(policy);
                case SadbOperation.DeletePolicy(var policy) -> spd.delete(policy);
                case SadbOperation.DeletePolicyById(int id, _) -> spd.delete(id);
                case SadbOperation.GetPolicy(var policy) -> spd.get(policy);
                case SadbOperation.GetPolicyById(int id, _) -> spd.get(id);
                case SadbOperation.SetPolicyIndex(var policy) -> spd.add(policy);
                case SadbOperation.FlushPolicies() -> spd.flush();
                case SadbOperation.DumpPolicies() -> spd.dump();
                case SadbOperation.Register(_) -> new SadbReply.Registered(capabilities());
                case SadbOperation.RefuseAcquire(int sequence, int errno) ->
                        sad.refuse(sequence, errno);
                case SadbOperation.GetStatistics() -> new SadbReply.Counted(statistics(besides));
            };
        } finally {
            lock.unlock();
            heed();
        }
    }

    private Map<DropReason, Long> countedElsewhere() {
        Map<DropReason, Long> counted = new EnumMap<>(DropReason.class);
        elsewhere.forEach((reason, total) -> counted.put(reason, total.getAsLong()));
        return counted;
    }

    private Statistics statistics(Map<DropReason, Long> besides) {
        List<Statistics.Counter> all = new ArrayList<>();
        all.add(new Statistics.Counter("security-associations", associations.size()));
        all.add(new Statistics.Counter("security-policies", policies.size()));
        all.add(new Statistics.Counter("acquires-pending", associations.acquires()));
        all.addAll(counters.counters());
        return new Statistics(all, counters.drops(besides));
    }

    private void tell(SadbEvent event) {
        for (Consumer<SadbEvent> listener : listeners) {
            listener.accept(event);
        }
    }
}
