package org.jipsec.dataplane;

import org.jipsec.dataplane.PacketCounters.Event;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/// A host's IPsec, whole: the packets of the host on one side, the wire on the other, the databases
/// of a [SadbEngine] between them.
///
/// ```
///   host ──sendFromHost──▶ OutboundPath ──▶ toWire
///   toHost ◀── InboundPath ◀──receiveFromWire── wire
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

    static final int SLOTS = 64;

    private final SadbEngine engine;
    private final InstantSource clock;
    private final Settings settings;
    private final OutboundPath outbound;
    private final InboundPath inbound;
    private final IpHeaders headers = new IpHeaders();

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
        this.outbound =
                new OutboundPath(
                        engine,
                        clock,
                        random,
                        settings.pathMtu(),
                        null,
                        settings.capacity(),
                        false,
                        toWire,
                        toHost);
        this.inbound =
                new InboundPath(
                        engine,
                        clock,
                        settings.locality(),
                        settings.encapsulationPorts(),
                        settings.capacity(),
                        false,
                        true,
                        toHost,
                        this::forward,
                        null);
    }

    public SadbEngine engine() {
        return engine;
    }

    public PacketCounters counters() {
        return engine.counters();
    }

    /// Lets `newTap` see the packets of both directions; null for nobody. By any thread.
    public void tap(@Nullable PacketTap newTap) {
        outbound.tap(newTap);
        inbound.tap(newTap);
    }

    /// A batch that fits this stack.
    public PacketBatch newBatch() {
        return outbound.newBatch();
    }

    /// Packets that the host, or a network behind it, wants to send.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void sendFromHost(PacketBatch batch) {
        checkFits(batch);
        outbound.send(batch);
    }

    /// Packets that came in.
    ///
    /// @param batch from [#newBatch]; undefined afterwards
    public void receiveFromWire(PacketBatch batch) {
        checkFits(batch);
        inbound.receive(batch);
        outbound.poll();
    }

    /// Does what time or a change of the databases has made due.
    public void poll() {
        engine.tick();
        outbound.poll();
    }

    /// When [#poll] has something to do next.
    public Optional<Instant> nextDeadline() {
        Optional<Instant> next = engine.nextDeadline();
        OptionalLong held = outbound.nextDeadline();
        if (held.isEmpty()) {
            return next;
        }
        Instant first = Instant.ofEpochMilli(held.getAsLong());
        return Optional.of(next.filter(instant -> instant.isBefore(first)).orElse(first));
    }

    @Override
    public void close() {
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

    /// On to another host: through a further SA when the outbound policy says so, else to the
    /// network on the host's side.
    private void forward(PacketBatch batch, int slot, long now) {
        PacketTally tally = outbound.tally();
        if (!settings.forwarding()) {
            tally.count(DropReason.NOT_FORWARDING);
            return;
        }
        PacketBuffer packet = batch.packet(slot);
        Verdict verdict = batch.verdict(slot);
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            tally.count(malformed);
            return;
        }
        if (!takeHop(packet)) {
            verdict.drop(DropReason.HOP_LIMIT);
            IcmpError.timeExceeded(packet, headers, verdict);
            outbound.drop(verdict, now, true);
            return;
        }
        tally.count(Event.FORWARDED);
        outbound.forward(batch, slot, now);
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
}
