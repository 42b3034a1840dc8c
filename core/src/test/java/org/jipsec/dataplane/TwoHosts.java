package org.jipsec.dataplane;

import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Two stacks back to back in one thread, in virtual time.
final class TwoHosts {
    final VirtualClock clock = new VirtualClock();
    final List<String> wire = new ArrayList<>();
    final Side left;
    final Side right;

    /// A host with its stack, what it was handed, and the wire to it.
    final class Side {
        final SadbEngine engine;
        final IpsecStack stack;
        final MemoryLink wireIn = new MemoryLink(10_000);
        final MemoryLink host = new MemoryLink(10_000);
        final List<SadbEvent> events = new ArrayList<>();
        private final PacketBatch batch;

        Side(long seed, Link toWire, UnaryOperator<IpsecStack.Settings> settings, InetAddress own) {
            engine = new SadbEngine(clock, new TestHost.TestRandom(seed), 1);
            engine.listen(events::add);
            stack =
                    new IpsecStack(
                            engine,
                            clock,
                            new TestHost.TestRandom(seed + 1),
                            settings.apply(IpsecStack.Settings.of(new LocalAddresses(Set.of(own)))),
                            toWire,
                            host);
            batch = stack.newBatch();
        }

        void add(SecurityAssociation.Builder association) {
            execute(new SadbOperation.AddSa(association.build()));
        }

        void add(Policy policy) {
            execute(new SadbOperation.AddPolicy(policy));
        }

        SadbReply execute(SadbOperation operation) {
            SadbReply reply = engine.execute(operation);
            if (reply instanceof SadbReply.Refused(var errno, var why)) {
                throw new IllegalArgumentException(errno + ": " + why);
            }
            return reply;
        }

        void send(Bytes packet) {
            batch.clear();
            byte[] octets = packet.toArray();
            batch.add().load(octets, 0, octets.length);
            stack.sendFromHost(batch);
        }

        /// What the wire has for us goes through the stack.
        boolean receive() {
            if (wireIn.receive(batch) == 0) {
                return false;
            }
            stack.receiveFromWire(batch);
            return true;
        }

        /// What the stack has handed to the host since this was last asked.
        List<Bytes> received() {
            List<Bytes> packets = new ArrayList<>();
            while (host.receive(batch) > 0) {
                for (int i = 0; i < batch.size(); i++) {
                    packets.add(batch.packet(i).toBytes());
                }
            }
            return packets;
        }

        long drops(DropReason reason) {
            return stack.counters().of(reason);
        }

        long count(PacketCounters.Event event) {
            return stack.counters().of(event);
        }

        void close() {
            stack.close();
        }
    }

    TwoHosts(InetAddress left, InetAddress right) {
        this(left, right, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /// @param road what is between a stack and the link to the other
    TwoHosts(
            InetAddress leftAddress,
            InetAddress rightAddress,
            UnaryOperator<IpsecStack.Settings> settings,
            UnaryOperator<Link> road) {
        Link toRight = batch -> right().wireIn.send(batch);
        Link toLeft = batch -> left().wireIn.send(batch);
        left = new Side(1, watched(road.apply(toRight)), settings, leftAddress);
        right = new Side(3, watched(road.apply(toLeft)), settings, rightAddress);
    }

    private Side left() {
        return left;
    }

    private Side right() {
        return right;
    }

    private Link watched(Link next) {
        return batch -> {
            for (int i = 0; i < batch.size(); i++) {
                wire.add(PacketText.line(batch.packet(i)));
            }
            next.send(batch);
        };
    }

    /// Adds to both sides.
    void addToBoth(SecurityAssociation.Builder association) {
        left.add(association);
        right.add(association);
    }

    /// Until nothing moves any more.
    void run() {
        boolean moving = true;
        while (moving) {
            left.stack.poll();
            right.stack.poll();
            moving = left.receive();
            moving |= right.receive();
        }
    }

    void close() throws IOException {
        left.close();
        right.close();
    }
}
