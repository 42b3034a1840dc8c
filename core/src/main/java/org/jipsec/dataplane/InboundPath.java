package org.jipsec.dataplane;

import org.jipsec.dataplane.PacketCounters.Event;
import org.jipsec.sadb.Direction;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.function.IntPredicate;

/// The way from the wire to the host: [Inbound] with what has to be done about its verdicts. For
/// one thread, which may be another than that of the [OutboundPath]; the engine between them may be
/// used by any. Several threads may receive with a path each: an SA is then locked while one works
/// with it. Nothing is allocated for a packet that passes.
public final class InboundPath extends PacketPath implements AutoCloseable {
    /// Takes one packet that is not simply for the host.
    @FunctionalInterface
    public interface Aside {
        /// @param batch whose packet at `slot` it is, with its verdict; the packet may be taken out
        void take(PacketBatch batch, int slot, long nowMillis);
    }

    private final Inbound inbound;
    private final OutgoingBatch hostBatch;
    private final @Nullable Aside forward;
    private final @Nullable Aside ike;
    private final boolean clearPasses;

    /// @param capacity octets of the largest packet
    /// @param isOneOfMany whether other threads receive, too, each by a path of its own
    /// @param clearPasses whether packets that come in clear are handed on, too; false where the
    ///     host has them already, and would hand them back without end
    /// @param forward for packets to others; null when `toHost` takes them too
    /// @param ike for datagrams of IKE ([Verdict.Kind#IKE]); null when `toHost` takes them too
    public InboundPath(
            SadbEngine engine,
            InstantSource clock,
            Locality locality,
            IntPredicate encapsulationPorts,
            int capacity,
            boolean isOneOfMany,
            boolean clearPasses,
            Link toHost,
            @Nullable Aside forward,
            @Nullable Aside ike) {
        super(engine, clock, capacity, Direction.IN);
        this.inbound = new Inbound(locality, encapsulationPorts, isOneOfMany);
        this.hostBatch = new OutgoingBatch(IpsecStack.SLOTS, capacity, toHost);
        this.clearPasses = clearPasses;
        this.forward = forward;
        this.ike = ike;
    }

    /// Packets that came in.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void receive(PacketBatch batch) {
        long now = clock.millis();
        tap.before(batch);
        Databases databases = engine.databases();
        inbound.process(batch, databases.associations(), databases.policies(), now);
        if (!clearPasses) {
            dropClear(batch);
        }
        tap.after(batch);
        for (int i = 0; i < batch.size(); i++) {
            tally.count(Event.FROM_WIRE);
            settle(batch, i, now);
        }
        hostBatch.flush();
    }

    private static void dropClear(PacketBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            Verdict verdict = batch.verdict(i);
            if (verdict.kind() == Verdict.Kind.DELIVER && verdict.stepCount() == 0) {
                verdict.drop(DropReason.NOT_OURS);
            }
        }
    }

    private void settle(PacketBatch batch, int slot, long now) {
        Verdict verdict = batch.verdict(slot);
        reports.report(verdict);
        switch (verdict.kind()) {
            case DELIVER -> {
                tally.count(
                        verdict.stepCount() > 0 ? Event.RECEIVED_PROTECTED : Event.RECEIVED_CLEAR);
                aside(verdict.direction() == Direction.FWD ? forward : null, batch, slot, now);
            }
            case IKE -> aside(ike, batch, slot, now);
            case DROP -> tally.count(verdict.dropReason());
            case ABSORBED -> {}
            case SEND, ACQUIRE ->
                    throw new IllegalStateException(verdict.kind() + " on the way in");
        }
    }

    private void aside(@Nullable Aside taker, PacketBatch batch, int slot, long now) {
        if (taker != null) {
            taker.take(batch, slot, now);
        } else {
            hostBatch.take(batch, slot);
        }
    }

    @Override
    public void close() {
        inbound.close();
    }
}
