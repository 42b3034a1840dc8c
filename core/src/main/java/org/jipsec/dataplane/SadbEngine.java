package org.jipsec.dataplane;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;
import org.jspecify.annotations.Nullable;

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
    private final List<Consumer<List<SadbEvent>>> followers = new CopyOnWriteArrayList<>();
    private volatile Databases databases = new Databases(new SaDatabase(), new PolicyDatabase());
    private final Queue<Notice> notices = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingNotices = new AtomicInteger();
    private final PacketCounters counters = new PacketCounters();
    private final Map<DropReason, LongSupplier> elsewhere = new ConcurrentHashMap<>();
    private volatile SadOperations sad;
    private volatile SpdOperations spd;

    /// What operations that are done as a whole have brought about so far; null between them.
    private @Nullable List<SadbEvent> withheld;

    private final SaLookup currentAssociations =
            new SaLookup() {
                @Override
                public @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer) {
                    return databases.associations().inbound(ipProtocol, spi, outer);
                }

                @Override
                public @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet) {
                    return databases.associations().outbound(rule, packet);
                }
            };

    private final PolicyLookup currentPolicies =
            new PolicyLookup() {
                @Override
                public @Nullable PolicyEntry find(Direction direction, FlowKey flow) {
                    return databases.policies().find(direction, flow);
                }

                @Override
                public boolean selectsByPort(Direction direction) {
                    return databases.policies().selectsByPort(direction);
                }

                @Override
                public boolean selectsByProtocol(Direction direction) {
                    return databases.policies().selectsByProtocol(direction);
                }
            };

    /// @param random gives SPIs, so it should be a SecureRandom
    /// @param processId for the marks of dumps
    public SadbEngine(InstantSource clock, RandomGenerator random, int processId) {
        this.clock = clock;
        this.sad =
                new SadOperations(
                        databases.associations(), clock, random, processId, counters, this::tell);
        this.spd = new SpdOperations(databases.policies(), clock, processId, this::tell);
    }

    /// The SAs as they are at each call.
    public SaLookup associations() {
        return currentAssociations;
    }

    /// The policies as they are at each call.
    public PolicyLookup policies() {
        return currentPolicies;
    }

    /// What the packet path goes by, taken anew for each batch.
    Databases databases() {
        return databases;
    }

    /// From now on `listener` is told what happens, the effects of its own operations among it.
    public void listen(Consumer<SadbEvent> listener) {
        listeners.add(listener);
    }

    public void unlisten(Consumer<SadbEvent> listener) {
        listeners.remove(listener);
    }

    /// As [#listen], and tells the policies that are there now, in the order in which they are
    /// asked: `follower` is told of all that changes after that, in one list what changes at once.
    public List<Policy> follow(Consumer<List<SadbEvent>> follower) {
        lock.lock();
        try {
            followers.add(follower);
            return databases.policies().inTurn();
        } finally {
            lock.unlock();
        }
    }

    public void unfollow(Consumer<List<SadbEvent>> follower) {
        followers.remove(follower);
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
        return databases.associations().refuses(purpose);
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
        Map<DropReason, Long> besides = countedElsewhere(operation);
        lock.lock();
        try {
            return execute(operation, sad, spd, besides);
        } finally {
            lock.unlock();
            heed();
        }
    }

    /// Runs all operations or, when one is refused, none; `replies` as [SadbBackend#executeWhole].
    /// Packets go by what was before all of them or by what is after all of them, and listeners are
    /// told, each event before the reply to what caused it, when that has come to be.
    public Outcome executeWhole(
            List<? extends SadbOperation> operations, SadbBackend.Replies replies) {
        Map<DropReason, Long> besides = new EnumMap<>(DropReason.class);
        operations.forEach(operation -> besides.putAll(countedElsewhere(operation)));
        lock.lock();
        try {
            return runWhole(operations, replies, besides);
        } finally {
            lock.unlock();
            heed();
        }
    }

    private Outcome runWhole(
            List<? extends SadbOperation> operations,
            SadbBackend.Replies replies,
            Map<DropReason, Long> besides) {
        Draft draft = new Draft(sad, spd, this::tell);
        List<SadbEvent> events = new ArrayList<>();
        SadbReply[] answers = new SadbReply[operations.size()];
        int[] told = new int[operations.size()];
        int refusedAt = -1;
        withheld = events;
        try {
            for (int i = 0; i < answers.length && refusedAt < 0; i++) {
                SadbOperation operation = operations.get(i);
                draft.prepare(operation);
                answers[i] = execute(operation, draft.sad(), draft.spd(), besides);
                told[i] = events.size();
                refusedAt = answers[i] instanceof SadbReply.Refused ? i : -1;
            }
        } finally {
            withheld = null;
        }
        if (refusedAt >= 0) {
            for (int i = 0; i <= refusedAt; i++) {
                replies.accept(i, answers[i]);
            }
            return new Outcome.TakenBack(refusedAt, (SadbReply.Refused) answers[refusedAt]);
        }
        sad = draft.sad();
        spd = draft.spd();
        databases = draft.databases();
        draft.takeOver();
        if (!events.isEmpty()) {
            followers.forEach(follower -> follower.accept(events));
        }
        int next = 0;
        for (int i = 0; i < answers.length; i++) {
            for (; next < told[i]; next++) {
                tellListeners(events.get(next));
            }
            replies.accept(i, answers[i]);
        }
        return new Outcome.Carried();
    }

    private SadbReply execute(
            SadbOperation operation,
            SadOperations sad,
            SpdOperations spd,
            Map<DropReason, Long> besides) {
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
            case SadbOperation.RestorePolicy(var snapshot) -> spd.update(snapshot.policy());
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
            case SadbOperation.GetStatistics() ->
                    new SadbReply.Counted(statistics(sad, spd, besides));
        };
    }

    private Map<DropReason, Long> countedElsewhere(SadbOperation operation) {
        if (!(operation instanceof SadbOperation.GetStatistics)) {
            return Map.of();
        }
        Map<DropReason, Long> counted = new EnumMap<>(DropReason.class);
        elsewhere.forEach((reason, total) -> counted.put(reason, total.getAsLong()));
        return counted;
    }

    private Statistics statistics(
            SadOperations sad, SpdOperations spd, Map<DropReason, Long> besides) {
        List<Statistics.Counter> all = new ArrayList<>();
        all.add(new Statistics.Counter("security-associations", sad.associations().size()));
        all.add(new Statistics.Counter("security-policies", spd.policies().size()));
        all.add(new Statistics.Counter("acquires-pending", sad.associations().acquires()));
        all.addAll(counters.counters());
        return new Statistics(all, counters.drops(besides));
    }

    private void tell(SadbEvent event) {
        if (withheld != null) {
            withheld.add(event);
            return;
        }
        followers.forEach(follower -> follower.accept(List.of(event)));
        tellListeners(event);
    }

    private void tellListeners(SadbEvent event) {
        for (Consumer<SadbEvent> listener : listeners) {
            listener.accept(event);
        }
    }
}
