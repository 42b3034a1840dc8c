package org.jipsec.examples;

import org.jipsec.dataplane.IpsecStack;
import org.jipsec.dataplane.IpsecStack.Settings;
import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.MemoryLink;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.wire.Bytes;

import java.net.Inet4Address;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Both peers' stacks, the wire between them, and the two hosts that talk through it. Packets wait
/// in memory; [#carry] takes them on until none is left.
final class Network implements AutoCloseable {
    private static final int WAITING = 64;

    private final Ping ping;
    private final Side left;
    private final Side right;

    /// A peer, with the packets that have left it and those that have arrived.
    private record Side(IpsecStack stack, MemoryLink sent, MemoryLink arrived) {
        void send(Bytes packet) {
            PacketBatch batch = stack.newBatch();
            batch.add().load(packet.toArray(), 0, packet.length());
            stack.sendFromHost(batch);
        }

        /// @return whether there was anything
        boolean receiveFrom(Side other) {
            PacketBatch batch = stack.newBatch();
            if (other.sent.receive(batch) == 0) {
                return false;
            }
            stack.receiveFromWire(batch);
            return true;
        }

        void handOn(Consumer<Bytes> user) {
            PacketBatch batch = stack.newBatch();
            arrived.receive(batch);
            for (int i = 0; i < batch.size(); i++) {
                user.accept(batch.packet(i).toBytes());
            }
        }
    }

    /// @param leftEngine the databases of [Scenario#LEFT]
    /// @param wire listens to what the peers send each other
    Network(
            Scenario scenario,
            SadbEngine leftEngine,
            SadbEngine rightEngine,
            InstantSource clock,
            RandomGenerator random,
            Wire wire) {
        ping = new Ping(scenario);
        left = side(scenario, Scenario.LEFT, leftEngine, clock, random, wire);
        right = side(scenario, Scenario.RIGHT, rightEngine, clock, random, wire);
    }

    private static Side side(
            Scenario scenario,
            Inet4Address address,
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            Wire wire) {
        Settings host = Settings.of(new LocalAddresses(List.of(address)));
        MemoryLink sent = new MemoryLink(WAITING);
        MemoryLink arrived = new MemoryLink(WAITING);
        IpsecStack stack =
                new IpsecStack(
                        engine,
                        clock,
                        random,
                        scenario.hasGateways() ? host.asGateway() : host,
                        wire.tap(sent),
                        arrived);
        return new Side(stack, sent, arrived);
    }

    /// `ping -c count`, each request sent when all is quiet after the one before.
    ///
    /// @return the answers, in the order they came
    List<Echo> ping(int count) {
        for (int sequence = 1; sequence <= count; sequence++) {
            left.send(ping.request(sequence));
            carry();
        }
        return ping.answers();
    }

    private void carry() {
        while (right.receiveFrom(left) | left.receiveFrom(right)) {
            right.handOn(packet -> ping.answer(packet).ifPresent(right::send));
            left.handOn(ping::receive);
        }
    }

    @Override
    public void close() {
        left.stack().close();
        right.stack().close();
    }
}
