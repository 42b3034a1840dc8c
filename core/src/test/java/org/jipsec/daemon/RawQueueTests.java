package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.IpFamily;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.RawSocket;
import org.jipsec.os.ReceiveBatch;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

@RequiresWire
class RawQueueTests {
    private static final int PROTOCOL = 253;
    private static final int HEADER = 20;
    private static final String NEIGHBOUR = "10.0.0.2";

    private final AtomicInteger unsentHere = new AtomicInteger();
    private final AtomicInteger unsentThere = new AtomicInteger();
    private Namespaces hosts;
    private RawSocket sender;
    private RawSocket receiver;
    private RawQueue queue;

    @BeforeEach
    void connect() throws Exception {
        hosts = Namespaces.create("left", "right");
        hosts.join("left", "10.0.0.1/24", "right", NEIGHBOUR + "/24");
        sender = hosts.in("left", () -> RawSocket.sender(IpFamily.IPV4, WireSockets.OPTIONS));
        receiver =
                hosts.in(
                        "right",
                        () -> RawSocket.receiver(IpFamily.IPV4, PROTOCOL, WireSockets.OPTIONS));
        queue = new RawQueue(unsentHere::addAndGet, unsentThere::addAndGet);
    }

    @AfterEach
    void disconnect() {
        sender.close();
        receiver.close();
        hosts.close();
    }

    private void add(int number, String destination) throws Exception {
        byte[] packet =
                ByteBuffer.allocate(HEADER + 4)
                        .putInt(0x4500_0000 | HEADER + 4)
                        .putInt(0x4000)
                        .putInt(64 << 24 | PROTOCOL << 16)
                        .put(InetAddress.getByName("10.0.0.1").getAddress())
                        .put(InetAddress.getByName(destination).getAddress())
                        .putInt(number)
                        .array();
        queue.add(sender, packet, 0, packet.length);
    }

    private void add(int from, int to, String destination) throws Exception {
        for (int number = from; number < to; number++) {
            add(number, destination);
        }
    }

    /// The numbers of the packets that have come, in their order, as soon as there are so many.
    private List<Integer> received(int count) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        byte[] payload = new byte[4];
        try (ReceiveBatch batch = new ReceiveBatch(64, 100);
                Poller poller = Poller.create(1)) {
            poller.add(receiver, true, false);
            while (numbers.size() < count && poller.await(10_000) > 0) {
                int some = receiver.receive(batch);
                for (int i = 0; i < some; i++) {
                    batch.copy(i, HEADER, payload, 0, 4);
                    numbers.add(ByteBuffer.wrap(payload).getInt());
                }
            }
        }
        return numbers;
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void keepsTheOrderWhoeverSends() throws Exception {
        int next = 0;
        for (int round = 0; round < 40; round++) {
            int some = round % 3 == 0 ? RawQueue.MESSAGES : round % 5 + 1;
            add(next, next + some, NEIGHBOUR);
            queue.flush();
            next += some;
        }
        assertThat(received(next)).isEqualTo(upTo(next));
        queue.close();
        assertThat(unsentHere).hasValue(0);
        assertThat(unsentThere).hasValue(0);
    }

    @Test
    void losesNothingWhenTheCallerIsFaster() throws Exception {
        int count = 20 * RawQueue.WAITING * RawQueue.MESSAGES;
        Thread.Builder caller = Thread.ofPlatform().name("caller");
        AtomicInteger failures = new AtomicInteger();
        Thread adding =
                caller.start(
                        () -> {
                            try {
                                add(0, count, NEIGHBOUR);
                                queue.flush();
                            } catch (Exception e) {
                                failures.incrementAndGet();
                            }
                        });
        assertThat(received(count)).isEqualTo(upTo(count));
        adding.join();
        queue.close();
        assertThat(failures).hasValue(0);
    }

    @Test
    void sendsWhatWaitsBeforeItEnds() throws Exception {
        int count = RawQueue.WAITING * RawQueue.MESSAGES;
        add(0, count, NEIGHBOUR);
        queue.flush();
        queue.close();
        assertThat(received(count)).isEqualTo(upTo(count));
    }

    @Test
    void endsWithoutHavingBegun() {
        queue.close();
        queue.close();
        assertThat(unsentThere).hasValue(0);
    }

    @Test
    void tellsWhatTheKernelRefuses() throws Exception {
        add(0, RawQueue.ENOUGH - 1, "255.255.255.255"); // EACCES
        queue.flush();
        add(0, RawQueue.ENOUGH, "255.255.255.255");
        queue.flush();
        add(0, RawQueue.ENOUGH, NEIGHBOUR);
        queue.flush();
        assertThat(received(RawQueue.ENOUGH)).isEqualTo(upTo(RawQueue.ENOUGH));
        queue.close();
        assertThat(unsentHere).hasValue(RawQueue.ENOUGH - 1);
        assertThat(unsentThere).hasValue(RawQueue.ENOUGH);
    }

    @Test
    void throwsTheErrorOfASocketAtTheNextPackets() throws Exception {
        sender.close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        assertThatThrownBy(
                        () -> {
                            while (System.nanoTime() - end < 0) {
                                add(0, RawQueue.ENOUGH, NEIGHBOUR);
                                queue.flush();
                            }
                        })
                .isInstanceOf(OsException.class)
                .hasMessageContaining("EBADF");
        queue.close();
    }
}
