package org.jipsec.dataplane;

import org.jipsec.dataplane.PacketCounters.Event;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/// A host's IPsec, whole: the packets of the host on one side, the wire on the other, the databases
/// of a [SadbEngine] between them.
///
/// ```
///   host ──sendFromHost──▶ Outbound ──▶ toWire
///   toHost ◀── Inbound ◀──receiveFromWire── wire
/// ```
///
/// For one thread, which also calls [#poll] when [#nextDeadline] has come and after whatever it
/// did to the engine; the engine itself may be used by any thread. Nothing is allocated for a
/// packet that passes.
public final class IpsecStack implements AutoCloseable {
    /// How a host is connected.
    ///
    /// @param locality which packets are for this host
    /// @param pathMtu of the ways beyond the wire
    /// @param forwarding whether packets for others are passed on; else they are dropped
    /// @param encapsulationPorts of this host where ESP in UDP arrives
    /// @param capacity octets of the largest packet
    public record Settings(
            Locality locality,
            PathMtu pathMtu,
            boolean forwarding,
            IntPredicate encapsulationPorts,
            int capacity) {
        /// A host that is no gateway, with the usual MTU and port.
        public static Settings of(Locality locality) {
            return new Settings(locality, flow -> 1500, false, port -> port == 4500, 4096);
        }

        public Settings asGateway() {
            return new Settings(locality, pathMtu, true, encapsulationPorts, capacity);
        }
    }

    private static final int SLOTS = 64;

    /// How long a packet waits for its SA.
    private static final long PATIENCE = SaLifetimes.LARVAL.toMillis();

    private final SadbEngine engine;
    private final InstantSource clock;
    private final Settings settings;
    private final Link toWire;
    private final Link toHost;
    private final Outbound outbound;
    private final Inbound inbound;
    private final PacketCounters counters;
    private final PacketBatch wireBatch;
    private final PacketBatch hostBatch;
    private final PacketBatch single;
    private final PacketBatch answer;
    private final MessageRate answerRate = new MessageRate();
    private final IpHeaders headers = new IpHeaders();
    private final HeldPackets held = new HeldPackets();
    private final Consumer<SadbEvent> listener = this::on;
    private volatile boolean databasesChanged;
    private int refusalsHeeded;

    /// @param random for IVs: a SecureRandom, but in tests
    public IpsecStack(
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            Settings settings,
            Link toWire,
            Link toHost) {
        this.engine = engine;
        this.clock = clock;
        this.settings = settings;
        this.toWire = toWire;
        this.toHost = toHost;
        this.outbound = new Outbound(random, settings.pathMtu());
        this.inbound = new Inbound(settings.locality(), settings.encapsulationPorts());
        this.counters = engine.counters();
        this.wireBatch = new PacketBatch(SLOTS, settings.capacity());
        this.hostBatch = new PacketBatch(SLOTS, settings.capacity());
        this.single = new PacketBatch(1, settings.capacity());
        this.answer = new PacketBatch(1, settings.capacity());
        engine.listen(listener);
    }

    public SadbEngine engine() {
        return engine;
    }

    public PacketCounters counters() {
        return counters;
    }

    /// A batch that fits this stack.
    public PacketBatch newBatch() {
        return new PacketBatch(SLOTS, settings.capacity());
    }

    /// Packets that the host, or a network behind it, wants to send.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void sendFromHost(PacketBatch batch) {
        checkFits(batch);
        long now = clock.millis();
        outbound.process(batch, engine.associations(), engine.policies(), now);
        for (int i = 0; i < batch.size(); i++) {
            counters.count(Event.FROM_HOST);
            settleOutbound(batch, i, now, now + PATIENCE, false);
        }
        finish(now);
    }

    /// Packets that came in.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void receiveFromWire(PacketBatch batch) {
        checkFits(batch);
        long now = clock.millis();
        inbound.process(batch, engine.associations(), engine.policies(), now);
        for (int i = 0; i < batch.size(); i++) {
            counters.count(Event.FROM_WIRE);
            settleInbound(batch, i, now);
        }
        finish(now);
    }

    /// Does what time or a change of the databases has made due.
    public void poll() {
        engine.tick();
        finish(clock.millis());
    }

    /// When [#poll] has something to do next.
    public Optional<Instant> nextDeadline() {
        Optional<Instant> next = engine.nextDeadline();
        if (held.nextDeadline().isEmpty()) {
            return next;
        }
        Instant first = Instant.ofEpochMilli(held.nextDeadline().getAsLong());
        return Optional.of(next.filter(instant -> instant.isBefore(first)).orElse(first));
    }

    @Override
    public void close() {
        engine.unlisten(listener);
        outbound.close();
        inbound.close();
    }

    private void checkFits(PacketBatch batch) {
        if (batch.capacity() != settings.capacity()) {
            throw new IllegalArgumentException(
                    "a batch of "
                            + batch.capacity()
                            + " octets for a stack of "
                            + settings.capacity());
        }
    }

    /// @param forwarded whether it came from the wire: what then needs no protection leaves at the
    ///     host's side
    private void settleOutbound(
            PacketBatch batch, int slot, long now, long heldUntil, boolean forwarded) {
        Verdict verdict = batch.verdict(slot);
        report(verdict);
        switch (verdict.kind()) {
            case SEND -> {
                if (forwarded && verdict.stepCount() == 0) {
                    toHost(batch, slot);
                    for (int i = 0; i < verdict.extraCount(); i++) {
                        copy(verdict.extra(i), hostBatch, toHost);
                    }
                    return;
                }
                counters.count(verdict.stepCount() > 0 ? Event.SENT_PROTECTED : Event.SENT_CLEAR);
                toWire(batch, slot);
                for (int i = 0; i < verdict.extraCount(); i++) {
                    copy(verdict.extra(i), wireBatch, toWire);
                }
            }
            case DROP -> drop(verdict, now, forwarded);
            case ACQUIRE -> hold(batch.packet(slot), verdict, heldUntil, forwarded);
            case ABSORBED -> {}
            case DELIVER, IKE ->
                    throw new IllegalStateException(verdict.kind() + " on the way out");
        }
    }

    private void settleInbound(PacketBatch batch, int slot, long now) {
        Verdict verdict = batch.verdict(slot);
        report(verdict);
        switch (verdict.kind()) {
            case DELIVER -> {
                counters.count(
                        verdict.stepCount() > 0 ? Event.RECEIVED_PROTECTED : Event.RECEIVED_CLEAR);
                if (verdict.direction() == Direction.FWD) {
                    forward(batch, slot, now);
                } else {
                    toHost(batch, slot);
                }
            }
            case IKE -> toHost(batch, slot);
            case DROP -> drop(verdict, now, false);
            case ABSORBED -> {}
            case SEND, ACQUIRE ->
                    throw new IllegalStateException(verdict.kind() + " on the way in");
        }
    }

    /// On to another host: through a further SA when the outbound policy says so, else to the
    /// network on the host's side.
    private void forward(PacketBatch batch, int slot, long now) {
        if (!settings.forwarding()) {
            counters.count(DropReason.NOT_FORWARDING);
            return;
        }
        PacketBuffer packet = batch.packet(slot);
        Verdict verdict = batch.verdict(slot);
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            counters.count(malformed);
            return;
        }
        if (!takeHop(packet)) {
            verdict.drop(DropReason.HOP_LIMIT);
            IcmpError.timeExceeded(packet, headers, verdict);
            drop(verdict, now, true);
            return;
        }
        counters.count(Event.FORWARDED);
        outbound.process(
                packet,
                verdict.reassembled(),
                engine.associations(),
                engine.policies(),
                now,
                verdict);
        settleOutbound(batch, slot, now, now + PATIENCE, true);
    }

    /// @return false when the packet may not pass one more gateway
    private boolean takeHop(PacketBuffer packet) {
        int field = packet.offset() + (headers.ipv4 ? 8 : 7);
        int left = Octets.u8(packet.array(), field);
        if (left <= 1) {
            return false;
        }
        packet.array()[field] = (byte) (left - 1);
        if (headers.ipv4) {
            IpHeaders.renewChecksum(packet.array(), packet.offset());
        }
        return true;
    }

    /// Tells the engine what it must know of a packet.
    private void report(Verdict verdict) {
        for (int i = 0; i < verdict.stepCount(); i++) {
            ActiveSa sa = verdict.step(i);
            if (sa.takeSoftCrossing()) {
                engine.notice(new Notice.Soft(sa));
            }
            InetAddress mapped = sa.mappedAddress();
            if (verdict.remapped() && mapped != null) {
                engine.notice(new Notice.Remapped(sa, mapped, sa.mappedPort()));
            }
        }
        ActiveSa failed = verdict.failed();
        boolean isOver =
                verdict.reason() == DropReason.SA_EXPIRED
                        || verdict.reason() == DropReason.SEQUENCE_OVERFLOW;
        if (failed != null && isOver) {
            engine.notice(new Notice.Hard(failed));
        }
        PolicyRule wanted = verdict.wanted();
        if (wanted != null) {
            engine.notice(
                    new Notice.Wanted(
                            policyId(verdict.policy()),
                            wanted,
                            Addresses.source(verdict.wantedFlow()),
                            Addresses.destination(verdict.wantedFlow())));
        }
        if (verdict.lapsed() > 0) {
            counters.count(DropReason.REASSEMBLY_TIMEOUT, verdict.lapsed());
        }
        if (verdict.crowdedOut() > 0) {
            counters.count(DropReason.REASSEMBLY_FULL, verdict.crowdedOut());
        }
    }

    private static int policyId(@Nullable PolicyEntry policy) {
        return policy == null ? 0 : policy.policy().id();
    }

    private void drop(Verdict verdict, long now, boolean forwarded) {
        DropReason reason = verdict.reason();
        if (reason == null) {
            throw new IllegalStateException("dropped for no reason");
        }
        counters.count(reason);
        for (int i = 0; i < verdict.extraCount(); i++) {
            if (forwarded) {
                tellSender(verdict.extra(i), now);
            } else {
                counters.count(Event.ERRORS_TO_HOST);
                copy(verdict.extra(i), hostBatch, toHost);
            }
        }
    }

    /// An ICMP message about a packet that came from the wire goes back there as the policy for it
    /// says, so most often through the tunnel by which the packet came (RFC 4301 8.2). No message
    /// causes another.
    private void tellSender(PacketBuffer message, long now) {
        if (!answerRate.admits(now)) {
            counters.count(Event.ERRORS_SUPPRESSED);
            return;
        }
        counters.count(Event.ERRORS_TO_SENDERS);
        answer.clear();
        answer.add().load(message);
        outbound.process(answer, engine.associations(), engine.policies(), now);
        settleOutbound(answer, 0, now, now + PATIENCE, false);
    }

    private void hold(PacketBuffer packet, Verdict verdict, long until, boolean forwarded) {
        HeldPackets.Want want =
                new HeldPackets.Want(
                        policyId(verdict.policy()),
                        Addresses.source(verdict.wantedFlow()),
                        Addresses.destination(verdict.wantedFlow()));
        if (isRefused(verdict)) {
            counters.count(DropReason.ACQUIRE_REFUSED);
        } else if (held.hold(
                new HeldPackets.Held(
                        packet.toBytes(), want, until, forwarded, verdict.reassembled()))) {
            counters.count(Event.HELD);
        } else {
            counters.count(DropReason.HOLD_FULL);
        }
    }

    private boolean isRefused(Verdict verdict) {
        PolicyRule wanted = verdict.wanted();
        return wanted != null
                && engine.refuses(
                        new SaRecord.Purpose(
                                wanted.protocol(),
                                wanted.mode(),
                                wanted.reqid(),
                                Addresses.source(verdict.wantedFlow()),
                                Addresses.destination(verdict.wantedFlow())));
    }

    private void on(SadbEvent event) {
        switch (event) {
            case SadbEvent.SaChanged(var change, _) when change != SadbEvent.Change.DELETED ->
                    databasesChanged = true;
            case SadbEvent.PolicyChanged _, SadbEvent.PoliciesFlushed _ -> databasesChanged = true;
            case SadbEvent.SaChanged _,
                    SadbEvent.Acquire _,
                    SadbEvent.Expire _,
                    SadbEvent.Mapping _,
                    SadbEvent.SasFlushed _ -> {}
        }
    }

    private void finish(long now) {
        if (held.size() > 0) {
            counters.count(DropReason.ACQUIRE_TIMEOUT, held.expire(now));
            offerHeld(now);
        }
        flush(wireBatch, toWire);
        flush(hostBatch, toHost);
    }

    /// Offers what was held once more, when something has changed that may help it.
    private void offerHeld(long now) {
        int refusals = engine.refusals();
        if (!databasesChanged && refusals == refusalsHeeded) {
            return;
        }
        databasesChanged = false;
        refusalsHeeded = refusals;
        for (int i = held.size(); i > 0; i--) {
            HeldPackets.Held one = held.next();
            single.clear();
            byte[] octets = one.packet().toArray();
            single.add().load(octets, 0, octets.length);
            Verdict verdict = single.verdict(0);
            outbound.process(
                    single.packet(0),
                    one.reassembled(),
                    engine.associations(),
                    engine.policies(),
                    now,
                    verdict);
            if (verdict.kind() == Verdict.Kind.ACQUIRE) {
                report(verdict);
                if (isRefused(verdict)) {
                    counters.count(DropReason.ACQUIRE_REFUSED);
                } else {
                    held.hold(one);
                }
            } else {
                settleOutbound(single, 0, now, one.deadlineMillis(), one.forwarded());
            }
        }
    }

    private void toWire(PacketBatch batch, int slot) {
        makeRoom(wireBatch, toWire);
        wireBatch.take(batch, slot);
    }

    private void toHost(PacketBatch batch, int slot) {
        makeRoom(hostBatch, toHost);
        hostBatch.take(batch, slot);
    }

    private static void copy(PacketBuffer packet, PacketBatch batch, Link link) {
        makeRoom(batch, link);
        batch.add().load(packet);
    }

    private static void makeRoom(PacketBatch batch, Link link) {
        if (batch.isFull()) {
            flush(batch, link);
        }
    }

    private static void flush(PacketBatch batch, Link link) {
        if (batch.size() > 0) {
            link.send(batch);
            batch.clear();
        }
    }
}
