package org.jipsec.dataplane;

import org.jipsec.dataplane.PacketCounters.Event;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The way from the host to the wire: [Outbound] with what has to be done about its verdicts, and
/// the packets that wait for their SA. For one thread, which may be another than that of the
/// [InboundPath]; the engine between them may be used by any. Several threads may send with a path
/// each: they then take turns with an SA, for its numbers and until what got them has left. Nothing
/// is allocated for a packet that passes.
public final class OutboundPath extends PacketPath implements AutoCloseable {
    /// How long a packet waits for its SA.
    private static final long PATIENCE = SaLifetimes.LARVAL.toMillis();

    private final Outbound outbound;
    private final @Nullable HeldTurns turns;
    private final OutgoingBatch wireBatch;
    private final OutgoingBatch hostBatch;
    private final PacketBatch single;
    private final PacketBatch answer;
    private final MessageRate answerRate = new MessageRate();
    private final HeldPackets held = new HeldPackets();
    private final Consumer<SadbEvent> listener = this::on;
    private volatile boolean databasesChanged;
    private volatile boolean holding;
    private int refusalsHeeded;

    /// @param random for IVs: a SecureRandom, but in tests
    /// @param pathMtu of the ways beyond the wire
    /// @param ikeSources whose IKE passes whatever the policies say; null for nobody's
    /// @param capacity octets of the largest packet
    /// @param isOneOfMany whether other threads send, too, each by a path of its own
    /// @param toHost for ICMP errors about what it wanted to send
    public OutboundPath(
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            PathMtu pathMtu,
            @Nullable Locality ikeSources,
            int capacity,
            boolean isOneOfMany,
            Link toWire,
            Link toHost) {
        super(engine, clock, capacity, Direction.OUT);
        this.wireBatch = new OutgoingBatch(IpsecStack.SLOTS, capacity, toWire);
        this.turns = isOneOfMany ? new HeldTurns(wireBatch::flush) : null;
        this.outbound = new Outbound(random, pathMtu, ikeSources, turns);
        this.hostBatch = new OutgoingBatch(IpsecStack.SLOTS, capacity, toHost);
        this.single = new PacketBatch(1, capacity);
        this.answer = new PacketBatch(1, capacity);
        engine.listen(listener);
    }

    /// Packets that the host, or a network behind it, wants to send.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void send(PacketBatch batch) {
        long now = clock.millis();
        if (turns != null) {
            sendInTurn(turns, batch, now);
            return;
        }
        tap.before(batch);
        Databases databases = engine.databases();
        outbound.process(batch, databases.associations(), databases.policies(), now);
        tap.after(batch);
        for (int i = 0; i < batch.size(); i++) {
            tally.count(Event.FROM_HOST);
            settle(batch, i, now, now + PATIENCE, false);
        }
        finish(now);
    }

    /// Each packet is settled before the next, for which the turns may have to be given away.
    private void sendInTurn(HeldTurns held, PacketBatch batch, long now) {
        try {
            tap.before(batch);
            Databases databases = engine.databases();
            for (int i = 0; i < batch.size(); i++) {
                tally.count(Event.FROM_HOST);
                outbound.process(
                        batch.packet(i),
                        databases.associations(),
                        databases.policies(),
                        now,
                        batch.verdict(i));
                tap.after(batch, i);
                settle(batch, i, now, now + PATIENCE, false);
            }
            tap.forget();
            finish(now);
        } finally {
            held.leave();
        }
    }

    /// Does what time or a change of the databases has made due for packets that wait.
    public void poll() {
        try {
            finish(clock.millis());
        } finally {
            if (turns != null) {
                turns.leave();
            }
        }
    }

    /// When [#poll] has something to do next, in milliseconds since the epoch.
    public OptionalLong nextDeadline() {
        return held.nextDeadline();
    }

    /// Whether packets wait for an SA: then [#poll] is worth while after a change of the databases.
    /// Any thread may ask.
    public boolean isHolding() {
        return holding;
    }

    @Override
    public void close() {
        engine.unlisten(listener);
        outbound.close();
    }

    /// A packet from the wire, for another host: through a further SA when its policy says so, else
    /// to the network on the host's side. [#finish] then sends it.
    void forward(PacketBatch batch, int slot, long now) {
        Verdict verdict = batch.verdict(slot);
        Databases databases = engine.databases();
        outbound.process(
                batch.packet(slot),
                verdict.reassembled(),
                databases.associations(),
                databases.policies(),
                now,
                verdict);
        settle(batch, slot, now, now + PATIENCE, true);
    }

    /// Sends what was collected, and looks after the packets that wait.
    void finish(long now) {
        if (held.size() > 0) {
            tally.count(DropReason.ACQUIRE_TIMEOUT, held.expire(now));
            offerHeld(now);
            holding = held.size() > 0;
        }
        wireBatch.flush();
        hostBatch.flush();
    }

    /// @param forwarded whether it came from the wire: what then needs no protection leaves at the
    ///     host's side
    private void settle(PacketBatch batch, int slot, long now, long heldUntil, boolean forwarded) {
        Verdict verdict = batch.verdict(slot);
        reports.report(verdict);
        switch (verdict.kind()) {
            case SEND -> {
                boolean clear = verdict.stepCount() == 0;
                if (!forwarded || !clear) {
                    tally.count(clear ? Event.SENT_CLEAR : Event.SENT_PROTECTED);
                }
                OutgoingBatch to = forwarded && clear ? hostBatch : wireBatch;
                to.take(batch, slot);
                for (int i = 0; i < verdict.extraCount(); i++) {
                    to.copy(verdict.extra(i));
                }
            }
            case DROP -> drop(verdict, now, forwarded);
            case ACQUIRE -> hold(batch.packet(slot), verdict, heldUntil, forwarded);
            case ABSORBED -> {}
            case DELIVER, IKE ->
                    throw new IllegalStateException(verdict.kind() + " on the way out");
        }
    }

    /// @param forwarded whether its sender is to be told by the wire
    void drop(Verdict verdict, long now, boolean forwarded) {
        tally.count(verdict.dropReason());
        for (int i = 0; i < verdict.extraCount(); i++) {
            if (forwarded) {
                tellSender(verdict.extra(i), now);
            } else {
                tally.count(Event.ERRORS_TO_HOST);
                hostBatch.copy(verdict.extra(i));
            }
        }
    }

    /// An ICMP message about a packet that came from the wire goes back there as the policy for it
    /// says, so most often through the tunnel by which the packet came (RFC 4301 8.2). No message
    /// causes another.
    private void tellSender(PacketBuffer message, long now) {
        if (!answerRate.admits(now)) {
            tally.count(Event.ERRORS_SUPPRESSED);
            return;
        }
        tally.count(Event.ERRORS_TO_SENDERS);
        answer.clear();
        answer.add().load(message);
        Databases databases = engine.databases();
        outbound.process(answer, databases.associations(), databases.policies(), now);
        settle(answer, 0, now, now + PATIENCE, false);
    }

    private void hold(PacketBuffer packet, Verdict verdict, long until, boolean forwarded) {
        HeldPackets.Want want =
                new HeldPackets.Want(
                        VerdictReports.policyId(verdict.policy()),
                        Addresses.source(verdict.wantedFlow()),
                        Addresses.destination(verdict.wantedFlow()));
        if (isRefused(verdict)) {
            tally.count(DropReason.ACQUIRE_REFUSED);
        } else if (held.hold(
                new HeldPackets.Held(
                        packet.toBytes(), want, until, forwarded, verdict.reassembled()))) {
            tally.count(Event.HELD);
            holding = true;
        } else {
            tally.count(DropReason.HOLD_FULL);
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

    /// Offers what was held once more, when something has changed that may help it.
    private void offerHeld(long now) {
        int refusals = engine.refusals();
        if (!databasesChanged && refusals == refusalsHeeded) {
            return;
        }
        databasesChanged = false;
        refusalsHeeded = refusals;
        for (int i = held.size(); i > 0; i--) {
            offer(held.next(), now);
        }
    }

    private void offer(HeldPackets.Held one, long now) {
        single.clear();
        byte[] octets = one.packet().toArray();
        single.add().load(octets, 0, octets.length);
        Verdict verdict = single.verdict(0);
        tap.before(single);
        Databases databases = engine.databases();
        outbound.process(
                single.packet(0),
                one.reassembled(),
                databases.associations(),
                databases.policies(),
                now,
                verdict);
        tap.after(single);
        if (verdict.kind() != Verdict.Kind.ACQUIRE) {
            settle(single, 0, now, one.deadlineMillis(), one.forwarded());
            return;
        }
        reports.report(verdict);
        if (isRefused(verdict)) {
            tally.count(DropReason.ACQUIRE_REFUSED);
        } else {
            held.hold(one);
        }
    }
}
