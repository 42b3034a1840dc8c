package org.jipsec.trace;

import org.jipsec.dataplane.IpsecStack;
import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.MemoryLink;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Two hosts with ESP in transport mode between them, and a feed on the path of the left one.
final class TracedHosts {
    static final InetAddress LEFT = InetAddress.ofLiteral("192.168.1.100");
    static final InetAddress RIGHT = InetAddress.ofLiteral("192.168.2.100");
    static final InetAddress STRANGER = InetAddress.ofLiteral("10.9.8.7");
    static final Instant NOW = Instant.parse("2026-11-23T08:08:12.123456789Z");
    static final int PING = 8;

    private static final PolicyRule ESP =
            new PolicyRule(
                    IpsecProtocol.ESP, SaMode.TRANSPORT, PolicyLevel.REQUIRE, 0, Optional.empty());

    final Side left = new Side(LEFT);
    final Side right = new Side(RIGHT);
    private @Nullable PacketTap tap;
    final TraceFeed feed = new TraceFeed(InstantSource.fixed(NOW), this::tap);

    static final class Side {
        final MemoryLink wire = new MemoryLink(100);
        final MemoryLink host = new MemoryLink(100);
        final SadbEngine engine = new SadbEngine(InstantSource.fixed(NOW), new Random(1), 1);
        final IpsecStack stack;

        Side(InetAddress own) {
            stack =
                    new IpsecStack(
                            engine,
                            InstantSource.fixed(NOW),
                            new Random(2),
                            IpsecStack.Settings.of(new LocalAddresses(Set.of(own))),
                            wire,
                            host);
        }

        void send(Bytes packet) {
            stack.sendFromHost(batch(packet));
        }

        void receive(Bytes packet) {
            stack.receiveFromWire(batch(packet));
        }

        private PacketBatch batch(Bytes packet) {
            PacketBatch batch = stack.newBatch();
            batch.add().load(packet.toArray(), 0, packet.length());
            return batch;
        }

        /// The first packet on a link.
        Bytes first(MemoryLink link) {
            PacketBatch batch = stack.newBatch();
            if (link.receive(batch) == 0) {
                throw new IllegalStateException("nothing there");
            }
            return batch.packet(0).toBytes();
        }
    }

    TracedHosts() {
        for (Side side : List.of(left, right)) {
            execute(side, new SadbOperation.AddSa(association(LEFT, RIGHT, 0x201)));
            execute(side, new SadbOperation.AddSa(association(RIGHT, LEFT, 0x301)));
            boolean isLeft = side == left;
            execute(
                    side,
                    new SadbOperation.AddPolicy(
                            policy(isLeft ? Direction.OUT : Direction.IN, LEFT, RIGHT)));
            execute(
                    side,
                    new SadbOperation.AddPolicy(
                            policy(isLeft ? Direction.IN : Direction.OUT, RIGHT, LEFT)));
        }
    }

    private void tap(@Nullable PacketTap newTap) {
        tap = newTap;
        left.stack.tap(newTap);
    }

    boolean isTapped() {
        return tap != null;
    }

    List<SaSnapshot> associations() {
        return switch (left.engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))) {
            case SadbReply.Sas(var snapshots) -> snapshots;
            case SadbReply other -> throw new IllegalStateException(other.toString());
        };
    }

    private static void execute(Side side, SadbOperation operation) {
        if (side.engine.execute(operation) instanceof SadbReply.Refused refused) {
            throw new IllegalStateException(refused.toString());
        }
    }

    private static SecurityAssociation association(InetAddress from, InetAddress to, int spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(from), Endpoint.of(to), IpsecProtocol.ESP, new Spi(spi))
                .mode(SaMode.TRANSPORT)
                .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                .authentication(AuthAlgorithm.HMAC_SHA1, Secret.of(new byte[20]))
                .replayWindow(32)
                .build();
    }

    private static Policy policy(Direction direction, InetAddress from, InetAddress to) {
        return Policy.of(
                Selector.between(Prefix.host(from), Prefix.host(to)),
                direction,
                PolicyAction.IPSEC,
                ESP);
    }

    /// An ICMP echo request of eight octets.
    static Bytes ping(InetAddress from, InetAddress to) {
        ByteBuffer message = ByteBuffer.allocate(16).put((byte) PING);
        message.putShort(2, (short) ~(0x0800 + 0x1234 + 1)).putShort(4, (short) 0x1234);
        return ipv4(from, to, 1, message.putShort(6, (short) 1).array());
    }

    static Bytes tcp(InetAddress from, InetAddress to, int port, int peerPort) {
        ByteBuffer segment = ByteBuffer.allocate(20);
        segment.putShort(0, (short) port).putShort(2, (short) peerPort).put(12, (byte) 0x50);
        return ipv4(from, to, 6, segment.array());
    }

    static Bytes ipv4(InetAddress from, InetAddress to, int protocol, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
        packet.put(0, (byte) 0x45).putShort(2, (short) packet.capacity()).putShort(4, (short) 7);
        packet.put(8, (byte) 64).put(9, (byte) protocol);
        packet.put(12, from.getAddress()).put(16, to.getAddress()).put(20, payload);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        return Bytes.of(packet.array());
    }

    /// Everything that can become of a packet: protected both ways, clear, without its protection,
    /// changed on the way, without an SA.
    void exchange() {
        left.send(ping(LEFT, RIGHT));
        right.receive(left.first(left.wire));
        right.send(ping(RIGHT, LEFT));
        Bytes answer = right.first(right.wire);
        byte[] changed = answer.toArray();
        changed[changed.length - 1] ^= 1;
        left.receive(answer);
        left.send(tcp(LEFT, STRANGER, 40000, 443));
        left.receive(ping(RIGHT, LEFT));
        left.receive(Bytes.of(changed));
        byte[] unknown = Bytes.ofHex("00000999000000010011223344556677").toArray();
        left.receive(ipv4(RIGHT, LEFT, 50, unknown));
    }

    /// What a listener got, in its words.
    static List<String> explanations(TraceListener listener) throws Exception {
        Stream.Builder<String> lines = Stream.builder();
        Optional<TraceFrame> frame = listener.next(0);
        while (frame.isPresent()) {
            List<TraceFrame.Packet> packets = frame.get().packets();
            lines.add(packets.size() + " " + packets.getFirst().comment());
            frame = listener.next(0);
        }
        return lines.build().toList();
    }
}
