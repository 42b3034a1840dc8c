package org.jipsec.examples;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.Inbound;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.Outbound;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.dataplane.Verdict;
import org.jipsec.wire.Bytes;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One peer's packet path, between the wire to the other peer and those that use it: the programs
/// on the machine itself or, when it is a gateway, the hosts of the network behind it.
final class Machine implements AutoCloseable {
    private static final int MTU = 1500;

    private final SadbEngine engine;
    private final InstantSource clock;
    private final Link wire;
    private final Consumer<Bytes> users;
    private final Outbound outbound;
    private final Inbound inbound;
    private final PacketBatch leaving = new PacketBatch(1, MTU);
    private final PacketBatch arriving = new PacketBatch(1, MTU);
    private final List<String> losses = new ArrayList<>();

    /// @param users take what arrives
    Machine(
            Inet4Address address,
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            Link wire,
            Consumer<Bytes> users) {
        this.engine = engine;
        this.clock = clock;
        this.wire = wire;
        this.users = users;
        long own = ByteBuffer.wrap(address.getAddress()).getInt() & 0xffff_ffffL;
        this.outbound = new Outbound(random, flow -> MTU);
        this.inbound = new Inbound((FlowKey flow) -> flow.destinationLow == own, port -> false);
    }

    /// From a user to the wire.
    void send(Bytes packet) {
        leaving.clear();
        leaving.add().load(packet.toArray(), 0, packet.length());
        outbound.process(leaving, engine.associations(), engine.policies(), clock.millis());
        Verdict verdict = leaving.verdict(0);
        if (verdict.kind() == Verdict.Kind.SEND) {
            wire.send(leaving);
        } else {
            losses.add("not sent: " + reason(verdict));
        }
    }

    /// From the wire to a user.
    void receive(Bytes packet) {
        arriving.clear();
        arriving.add().load(packet.toArray(), 0, packet.length());
        inbound.process(arriving, engine.associations(), engine.policies(), clock.millis());
        Verdict verdict = arriving.verdict(0);
        if (verdict.kind() == Verdict.Kind.DELIVER) {
            users.accept(arriving.packet(0).toBytes());
        } else {
            losses.add("not received: " + reason(verdict));
        }
    }

    /// Why packets went no further, a line each.
    List<String> losses() {
        return List.copyOf(losses);
    }

    private static String reason(Verdict verdict) {
        DropReason reason = verdict.reason();
        return reason == null
                ? verdict.kind() == Verdict.Kind.ACQUIRE
                        ? "The policy asks for an SA that is not there."
                        : verdict.kind().toString()
                : reason.sentence();
    }

    @Override
    public void close() {
        outbound.close();
        inbound.close();
    }
}
