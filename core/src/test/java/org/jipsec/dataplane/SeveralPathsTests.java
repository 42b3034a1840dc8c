package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Two threads at once, each with a path of its own, at the same SAs.
class SeveralPathsTests {
    private static final int CAPACITY = 2000;
    private static final int EACH = 50_000;
    private static final InetAddress A = TestPackets.A4;
    private static final List<InetAddress> PEERS =
            List.of(TestPackets.B4, TestPackets.address("192.168.3.100"));

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final CyclicBarrier barrier = new CyclicBarrier(2);
    private final SadbEngine sending = engine();
    private final SadbEngine receiving = engine();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static SadbEngine engine() {
        return new SadbEngine(InstantSource.system(), new TestHost.TestRandom(7), 1);
    }

    /// How packets to both peers are protected.
    enum Protection {
        COUNTED_IVS(8, IpsecProtocol.ESP),
        RANDOM_IVS(16, IpsecProtocol.ESP),
        AUTHENTICATED(0, IpsecProtocol.AH),
        BUNDLED(0, IpsecProtocol.ESP, IpsecProtocol.AH);

        final int ivLength;
        final IpsecProtocol[] protocols;

        Protection(int ivLength, IpsecProtocol... protocols) {
            this.ivLength = ivLength;
            this.protocols = protocols;
        }

        SecurityAssociation sa(IpsecProtocol protocol, InetAddress to, int spi) {
            if (protocol == IpsecProtocol.AH) {
                return TestSas.ah(A, to, spi + 0x100).replayWindow(32).build();
            }
            return (this == RANDOM_IVS
                            ? TestSas.esp(A, to, spi)
                            : TestSas.sa(IpsecProtocol.ESP, A, to, spi)
                                    .encryption(EncryptionAlgorithm.AES_GCM_16, TestSas.key(20)))
                    .replayWindow(32)
                    .build();
        }
    }

    private void configure(Protection how) {
        for (int i = 0; i < PEERS.size(); i++) {
            InetAddress peer = PEERS.get(i);
            List<PolicyRule> rules = new ArrayList<>();
            for (IpsecProtocol protocol : how.protocols) {
                SadbOperation add = new SadbOperation.AddSa(how.sa(protocol, peer, 0x1001 + i));
                execute(sending, add);
                execute(receiving, add);
                rules.add(TestSas.transport(protocol));
            }
            Policy policy =
                    TestSas.policy(Direction.OUT, A, peer, rules.toArray(PolicyRule[]::new));
            execute(sending, new SadbOperation.AddPolicy(policy));
        }
    }

    private static void execute(SadbEngine engine, SadbOperation operation) {
        assertThat(engine.execute(operation)).isNotInstanceOf(SadbReply.Refused.class);
    }

    private OutboundPath outbound(long seed, boolean isOneOfMany, Link toWire) {
        return new OutboundPath(
                sending,
                InstantSource.system(),
                new TestHost.TestRandom(seed),
                outer -> 1500,
                null,
                CAPACITY,
                isOneOfMany,
                toWire,
                batch -> {});
    }

    private InboundPath inbound(boolean isOneOfMany, Link toHost) {
        return new InboundPath(
                receiving,
                InstantSource.system(),
                flow -> true,
                port -> false,
                CAPACITY,
                isOneOfMany,
                false,
                toHost,
                null,
                null);
    }

    private static Link into(List<Bytes> packets) {
        return batch -> {
            synchronized (packets) {
                for (int i = 0; i < batch.size(); i++) {
                    packets.add(batch.packet(i).toBytes());
                }
            }
        };
    }

    private void both(Callable<Void> one, Callable<Void> other)
            throws InterruptedException, ExecutionException {
        List<Future<Void>> running = new ArrayList<>();
        for (Callable<Void> each : List.of(one, other)) {
            running.add(
                    threads.submit(
                            () -> {
                                barrier.await();
                                return each.call();
                            }));
        }
        for (Future<Void> each : running) {
            each.get();
        }
    }

    /// @param count of packets, in runs to one peer and the other
    private static Void send(OutboundPath path, int from, int count) {
        PacketBatch batch = path.newBatch();
        for (int i = from; i < from + count; i++) {
            byte[] payload = new byte[24];
            ByteBuffer.wrap(payload).putInt(i);
            InetAddress to = PEERS.get(i / 5 % PEERS.size());
            byte[] packet = TestPackets.udp(A, to, 1000, 2000, payload).toArray();
            batch.add().load(packet, 0, packet.length);
            if (batch.isFull() || i == from + count - 1) {
                path.send(batch);
                batch.clear();
            }
        }
        return null;
    }

    private static Void receive(InboundPath path, List<Bytes> packets) {
        PacketBatch batch = path.newBatch();
        for (Bytes packet : packets) {
            byte[] octets = packet.toArray();
            batch.add().load(octets, 0, octets.length);
            if (batch.isFull()) {
                path.receive(batch);
                batch.clear();
            }
        }
        path.receive(batch);
        return null;
    }

    /// The numbers that [#send] wrote.
    private static List<Integer> numbers(List<Bytes> packets) {
        return packets.stream().map(packet -> packet.buffer().getInt(28)).toList();
    }

    /// What was sent must arrive in the order in which it was given to the kernel, with windows of
    /// 32: so nothing may have overtaken.
    @ParameterizedTest
    @EnumSource(Protection.class)
    void sendByOneSaWithoutRepeatingANumberAndInOrder(Protection how) throws Exception {
        configure(how);
        List<Bytes> sent = new ArrayList<>();
        try (OutboundPath one = outbound(1, true, into(sent));
                OutboundPath other = outbound(2, true, into(sent))) {
            both(() -> send(one, 0, EACH), () -> send(other, EACH, EACH));
            assertThat(one.tally().of(PacketCounters.Event.SENT_PROTECTED)).isEqualTo(EACH);
            assertThat(other.tally().of(PacketCounters.Event.SENT_PROTECTED)).isEqualTo(EACH);
        }
        assertThat(sent.size()).isEqualTo(2 * EACH);
        int header = how.protocols[how.protocols.length - 1] == IpsecProtocol.AH ? 4 : 0;
        Map<Integer, Integer> last = new HashMap<>();
        Set<String> ivs = new HashSet<>();
        for (Bytes packet : sent) {
            ByteBuffer octets = packet.buffer();
            int spi = octets.getInt(20 + header);
            int sequence = octets.getInt(24 + header);
            assertThat(sequence).isEqualTo(last.getOrDefault(spi, 0) + 1);
            last.put(spi, sequence);
            if (how.ivLength > 0) {
                byte[] iv = new byte[how.ivLength];
                octets.get(28, iv);
                assertThat(ivs.add(spi + " " + Bytes.of(iv))).isTrue();
            }
        }
        assertThat(last).hasSize(2).containsValues(EACH, EACH);

        List<Bytes> arrived = new ArrayList<>();
        try (InboundPath path = inbound(false, into(arrived))) {
            receive(path, sent);
        }
        assertThat(arrived.size()).isEqualTo(2 * EACH);
        // and of each thread, for each peer, in the order in which it had them
        for (int thread = 0; thread < 2; thread++) {
            for (InetAddress peer : PEERS) {
                int from = thread * EACH;
                List<Integer> flow =
                        numbers(
                                arrived.stream()
                                        .filter(p -> TestPackets.destination(p).equals(peer))
                                        .filter(p -> p.buffer().getInt(28) / EACH * EACH == from)
                                        .toList());
                assertThat(flow).hasSize(EACH / 2).isSorted();
            }
        }
        assertThat(policyPackets()).isEqualTo(2L * EACH);
    }

    private long policyPackets() {
        long sum = 0;
        for (InetAddress peer : PEERS) {
            FlowKey flow = new FlowKey();
            flow.ipv4 = true;
            Addresses.put(A, peer, flow);
            PolicyEntry policy = sending.policies().find(Direction.OUT, flow);
            sum += policy == null ? 0 : policy.packets();
        }
        return sum;
    }

    /// Of a bundle's inner SA a packet can come late here, for between the two SAs the other thread
    /// may go ahead; but the packets of its outer SA come by one thread (`os.Share`).
    @ParameterizedTest
    @EnumSource(Protection.class)
    void acceptAPacketThatBothAreOfferedOnce(Protection how) throws Exception {
        configure(how);
        List<Bytes> sent = Collections.synchronizedList(new ArrayList<>());
        try (OutboundPath path = outbound(1, false, into(sent))) {
            send(path, 0, EACH);
        }
        List<Bytes> arrived = new ArrayList<>();
        try (InboundPath one = inbound(true, into(arrived));
                InboundPath other = inbound(true, into(arrived))) {
            both(() -> receive(one, sent), () -> receive(other, sent));
            assertThat(receiving.counters().of(PacketCounters.Event.FROM_WIRE))
                    .isEqualTo(2L * EACH);
        }
        if (how != Protection.BUNDLED) {
            assertThat(arrived.size()).isEqualTo(EACH);
        }
        assertThat(new HashSet<>(numbers(arrived)).size()).isEqualTo(arrived.size());
        assertThat(
                        receiving.counters().of(DropReason.REPLAYED)
                                + receiving.counters().of(DropReason.BEFORE_WINDOW))
                .isEqualTo(2 * EACH - arrived.size());
    }

    /// The packets of the second wait with the first's for one SA.
    @Test
    void bothSendWhatTheyHeldOnceTheSaIsThere() {
        SadbOperation policy =
                new SadbOperation.AddPolicy(
                        TestSas.policy(
                                Direction.OUT,
                                A,
                                PEERS.getFirst(),
                                TestSas.transport(IpsecProtocol.ESP)));
        execute(sending, policy);
        List<Bytes> sent = new ArrayList<>();
        try (OutboundPath one = outbound(1, true, into(sent));
                OutboundPath other = outbound(2, true, into(sent))) {
            send(one, 0, 1);
            send(other, 1, 1);
            assertThat(sent).isEmpty();
            execute(
                    sending,
                    new SadbOperation.AddSa(
                            Protection.COUNTED_IVS.sa(
                                    IpsecProtocol.ESP, PEERS.getFirst(), 0x1001)));
            one.poll();
            other.poll();
            assertThat(one.isHolding()).isFalse();
            assertThat(other.isHolding()).isFalse();
        }
        assertThat(sent).extracting(packet -> packet.buffer().getInt(24)).containsExactly(1, 2);
    }

    /// As when the device is gone while packets are given to it.
    @Test
    void aThreadThatBreaksOffLeavesTheSaToTheOther() {
        configure(Protection.COUNTED_IVS);
        Link broken =
                batch -> {
                    throw new IllegalStateException("broken");
                };
        List<Bytes> sent = new ArrayList<>();
        try (OutboundPath one = outbound(1, true, broken);
                OutboundPath other = outbound(2, true, into(sent))) {
            assertThatIllegalStateException().isThrownBy(() -> send(one, 0, 1));
            threads.submit(() -> send(other, 1, 1)).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
        assertThat(sent).hasSize(1);
    }
}
