package org.jipsec.cli;

import org.jipsec.dataplane.Coalescer;
import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.IpsecStack;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.dataplane.Segmenter;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Packets between two stacks in one process, as jipsecd's loops send them: frames as a host's TCP
/// leaves them to a TUN device, cut, encrypted, decrypted, joined again.
final class TunnelTraining implements AutoCloseable {
    private static final int CAPACITY = PacketBuffer.MAXIMUM_PACKET;
    private static final int VIRTIO_HEADER = 10;
    private static final int TCP_HEADER = 20;
    private static final int SEGMENT = 1348;
    private static final int SEGMENTS = 44;

    private static final int FRAMES = 10;

    /// A tunnel for hosts of IPv4 or IPv6 between gateways of the same family; keys in octets.
    private record Tunnel(
            IpsecProtocol protocol,
            EncryptionAlgorithm encryption,
            int key,
            AuthAlgorithm authentication,
            int authenticationKey,
            boolean inUdp,
            boolean ipv4) {}

    private static final List<Tunnel> TUNNELS =
            List.of(
                    aead(EncryptionAlgorithm.AES_GCM_16, 20, true, true),
                    aead(EncryptionAlgorithm.AES_GCM_16, 20, false, true),
                    aead(EncryptionAlgorithm.AES_GCM_16, 36, false, false),
                    aead(EncryptionAlgorithm.CHACHA20_POLY1305, 36, true, true),
                    esp(EncryptionAlgorithm.AES_CBC, 16, AuthAlgorithm.HMAC_SHA256, 32),
                    esp(EncryptionAlgorithm.AES_CBC, 16, AuthAlgorithm.HMAC_SHA1, 20),
                    esp(EncryptionAlgorithm.TRIPLE_DES_CBC, 24, AuthAlgorithm.HMAC_MD5, 16),
                    new Tunnel(
                            IpsecProtocol.AH,
                            EncryptionAlgorithm.NONE,
                            0,
                            AuthAlgorithm.HMAC_SHA256,
                            32,
                            false,
                            true));

    private static Tunnel aead(
            EncryptionAlgorithm encryption, int key, boolean inUdp, boolean ipv4) {
        return new Tunnel(IpsecProtocol.ESP, encryption, key, AuthAlgorithm.NONE, 0, inUdp, ipv4);
    }

    private static Tunnel esp(
            EncryptionAlgorithm encryption,
            int key,
            AuthAlgorithm authentication,
            int authenticationKey) {
        return new Tunnel(
                IpsecProtocol.ESP, encryption, key, authentication, authenticationKey, false, true);
    }

    private final Tunnel tunnel;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment frame = arena.allocate(Segmenter.MAXIMUM_FRAME, 8);
    private final ByteBuffer octets = frame.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
    private final Segmenter segmenter = new Segmenter(CAPACITY);
    private final Coalescer coalescer;
    private final IpsecStack sender;
    private final IpsecStack receiver;
    private final PacketBatch batch;
    private final PacketBatch received;
    private int sequence;
    private long arrived;

    private TunnelTraining(Tunnel tunnel) throws IOException {
        this.tunnel = tunnel;
        this.coalescer = new Coalescer(arena, true, true, (_, length) -> arrived += length);
        this.receiver = stack(_ -> {}, packets -> addAll(packets));
        this.sender = stack(this::carry, _ -> {});
        this.batch = sender.newBatch();
        this.received = receiver.newBatch();
    }

    /// @return octets that have arrived
    static long run() throws IOException {
        long arrived = 0;
        for (Tunnel each : TUNNELS) {
            try (TunnelTraining training = new TunnelTraining(each)) {
                training.send();
                arrived += training.arrived;
            }
        }
        return arrived;
    }

    private IpsecStack stack(Link toWire, Link toHost) throws IOException {
        SadbEngine engine = new SadbEngine(InstantSource.system(), new SecureRandom(), 1);
        SecurityAssociation.Builder association =
                SecurityAssociation.builder(
                                Endpoint.of(ServiceTraining.address(gateway(1))),
                                Endpoint.of(ServiceTraining.address(gateway(2))),
                                tunnel.protocol(),
                                new Spi(0x1000))
                        .mode(SaMode.TUNNEL)
                        .replayWindow(64);
        if (tunnel.key() > 0) {
            association.encryption(tunnel.encryption(), key(tunnel.key()));
        }
        if (tunnel.authenticationKey() > 0) {
            association.authentication(tunnel.authentication(), key(tunnel.authenticationKey()));
        }
        if (tunnel.inUdp()) {
            int port = UdpEncapsulation.DEFAULT_PORT;
            association.encapsulation(new UdpEncapsulation(port, port, Optional.empty(), 0));
        }
        ServiceTraining.requireDone(engine.execute(new SadbOperation.AddSa(association.build())));
        for (Direction direction : List.of(Direction.OUT, Direction.IN)) {
            ServiceTraining.requireDone(
                    engine.execute(new SadbOperation.AddPolicy(policy(direction))));
        }
        LocalAddresses own =
                new LocalAddresses(
                        List.of(
                                ServiceTraining.address(gateway(2)),
                                ServiceTraining.address(host(2))));
        return new IpsecStack(
                engine,
                InstantSource.system(),
                new SecureRandom(),
                new IpsecStack.Settings(own, _ -> 1500, false, port -> port == 4500, CAPACITY),
                toWire,
                toHost);
    }

    private Policy policy(Direction direction) throws IOException {
        return Policy.of(
                Selector.between(
                        Prefix.host(ServiceTraining.address(host(1))),
                        Prefix.host(ServiceTraining.address(host(2)))),
                direction,
                PolicyAction.IPSEC,
                ServiceTraining.tunnel(
                        tunnel.protocol(),
                        ServiceTraining.address(gateway(1)),
                        ServiceTraining.address(gateway(2))));
    }

    private int[] gateway(int number) {
        return tunnel.ipv4()
                ? new int[] {192, 0, 2, number}
                : new int[] {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number};
    }

    private int[] host(int number) {
        return tunnel.ipv4()
                ? new int[] {10, 0, 0, number}
                : new int[] {0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, number};
    }

    private static Secret key(int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = (byte) (11 * i + 1);
        }
        return Secret.of(key);
    }

    private void send() {
        for (int i = 0; i < FRAMES; i++) {
            pass(SEGMENTS * SEGMENT);
            // as many as there are acknowledgements
            for (int small = 0; small < 4; small++) {
                pass(0);
            }
        }
    }

    /// One frame all the way.
    private void pass(int payload) {
        DropReason malformed = segmenter.begin(frame, writeFrame(payload));
        if (malformed != null) {
            throw new IllegalStateException(malformed.toString());
        }
        boolean done;
        do {
            done = segmenter.fill(batch);
            sender.sendFromHost(batch);
            batch.clear();
        } while (!done);
        coalescer.flush();
    }

    /// The wire.
    private void carry(PacketBatch packets) {
        received.clear();
        for (int i = 0; i < packets.size(); i++) {
            PacketBuffer packet = packets.packet(i);
            received.add().load(packet.array(), packet.offset(), packet.length());
        }
        receiver.receiveFromWire(received);
    }

    private void addAll(PacketBatch packets) {
        for (int i = 0; i < packets.size(); i++) {
            coalescer.add(packets.packet(i));
        }
    }

    /// TCP as a host gives it to its card: to be cut, and its checksum to be finished.
    ///
    /// @return octets of the frame
    private int writeFrame(int payload) {
        int header = tunnel.ipv4() ? 20 : 40;
        int length = header + TCP_HEADER + payload;
        octets.clear();
        octets.order(ByteOrder.nativeOrder());
        octets.put((byte) 1).put((byte) (payload == 0 ? 0 : tunnel.ipv4() ? 1 : 4));
        octets.putShort((short) (header + TCP_HEADER)).putShort((short) SEGMENT);
        octets.putShort((short) header).putShort((short) 16);
        octets.order(ByteOrder.BIG_ENDIAN);
        if (tunnel.ipv4()) {
            octets.putShort((short) 0x4500).putShort((short) length);
            octets.putShort((short) 0).putShort((short) 0x4000); // don't fragment
            octets.put((byte) 64).put((byte) 6).putShort((short) 0);
        } else {
            octets.putInt(0x6000_0000).putShort((short) (length - header));
            octets.put((byte) 6).put((byte) 64);
        }
        for (int number = 1; number <= 2; number++) {
            for (int octet : host(number)) {
                octets.put((byte) octet);
            }
        }
        if (tunnel.ipv4()) {
            octets.putShort(VIRTIO_HEADER + 10, (short) headerChecksum());
        }
        octets.putShort((short) 40_000).putShort((short) 5201);
        octets.putInt(sequence).putInt(1).putShort((short) 0x5010).putShort((short) 0x1000);
        octets.putInt(0);
        sequence += payload;
        return VIRTIO_HEADER + length;
    }

    private int headerChecksum() {
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += octets.getShort(VIRTIO_HEADER + i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >> 16);
        return ~(sum + (sum >> 16)) & 0xffff;
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
        arena.close();
    }
}
