package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jipsec.dataplane.PacketCounters.Event;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Two hosts whose wires have several threads in each direction. The left one sends to eight
/// addresses of the right one, each by an SA of its own.
@RequiresWire
class WireQueuesTests {
    private static final int PEERS = 8;
    private static final String KEY = "-E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213";
    private static final String LEFT = "10.9.0.1";

    private Namespaces hosts;
    private WireHost left;
    private WireHost right;

    private static String peer(int index) {
        return "10.9.0.1" + index;
    }

    @BeforeEach
    void connect() throws Exception {
        hosts = Namespaces.create("left", "right");
        hosts.join("left", LEFT + "/24", "right", "10.9.0.2/24");
        StringBuilder own = new StringBuilder();
        for (int i = 0; i < PEERS; i++) {
            hosts.ip("right", "address", "add", peer(i) + "/24", "dev", "veth0");
            own.append(peer(i)).append(' ');
        }
        String[] peers = own.toString().split(" ");
        left = new WireHost(hosts, "left", 2, LEFT, peers);
        right = new WireHost(hosts, "right", 3, own.toString().strip(), LEFT);
    }

    @AfterEach
    void disconnect() {
        right.close();
        left.close();
        hosts.close();
    }

    /// @param protocol esp or esp-udp
    private void protect(String protocol) {
        StringBuilder sas = new StringBuilder();
        StringBuilder toRight = new StringBuilder();
        StringBuilder toLeft = new StringBuilder();
        for (int i = 0; i < PEERS; i++) {
            String peer = peer(i);
            sas.append("add %s %s %s %d -r 32 %s;\n".formatted(LEFT, peer, protocol, 4096 + i, KEY))
                    .append(
                            "add %s %s %s %d -r 32 %s;\n"
                                    .formatted(peer, LEFT, protocol, 8192 + i, KEY));
            toRight.append(
                    "spdadd %s %s any -P DIRECTION ipsec esp/transport//require;\n"
                            .formatted(LEFT, peer));
            toLeft.append(
                    "spdadd %s %s any -P DIRECTION ipsec esp/transport//require;\n"
                            .formatted(peer, LEFT));
        }
        String out = toRight.toString();
        String in = toLeft.toString();
        left.setkey(sas + out.replace("DIRECTION", "out") + in.replace("DIRECTION", "in"));
        right.setkey(sas + out.replace("DIRECTION", "in") + in.replace("DIRECTION", "out"));
    }

    private void transferToAll() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(PEERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                String peer = peer(i);
                running.add(
                        pool.submit(
                                () -> {
                                    WireTests.transfer(hosts, "left", "right", peer, 1 << 20);
                                    return 0;
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    private static List<Long> counts(WireHost host, Event event) {
        return host.wire.queues().stream()
                .map(
                        queue ->
                                event == Event.FROM_HOST
                                        ? queue.outbound.tally().of(event)
                                        : queue.inbound.tally().of(event))
                .toList();
    }

    private static void assertThatAllQueuesWork(WireHost host) {
        assertThat(counts(host, Event.FROM_HOST)).allSatisfy(n -> assertThat(n).isGreaterThan(100));
        assertThat(counts(host, Event.FROM_WIRE)).allSatisfy(n -> assertThat(n).isGreaterThan(100));
        assertThatNothingWentWrong(host);
    }

    private static void assertThatNothingWentWrong(WireHost host) {
        assertThat(host.failures).isEmpty();
        assertThat(host.drops())
                .as("with windows of 32: nothing overtakes, nothing comes twice")
                .doesNotContainKeys("replayed", "before-window", "bad-icv", "not-sent");
    }

    @Test
    void carriesFlowsByAllQueues() throws Exception {
        protect("esp");
        assertThat(left.wire.state().queues()).isEqualTo(2);
        for (int i = 0; i < PEERS; i++) {
            assertThat(left.run("ping", "-c3", "-i0.02", "-W5", "-s", "4000", peer(i)))
                    .contains(" 0% packet loss");
        }
        transferToAll();
        assertThatAllQueuesWork(left);
        assertThatNothingWentWrong(right);
    }

    /// All flows through one SA, by which both threads send: datagrams to which nobody answers stay
    /// with the queue that their hash tells.
    @Test
    void carriesFlowsOfOneTunnelByAllQueues() throws Exception {
        String sas =
                """
                add 10.9.0.1 10.9.0.2 esp-udp 0x1001 -m tunnel -r 32 KEY;
                add 10.9.0.2 10.9.0.1 esp-udp 0x1002 -m tunnel -r 32 KEY;
                """
                        .replace("KEY", KEY);
        String policies =
                """
                spdadd 10.9.0.1 10.9.0.0/27 any -P %s ipsec esp/tunnel/10.9.0.1-10.9.0.2/require;
                spdadd 10.9.0.0/27 10.9.0.1 any -P %s ipsec esp/tunnel/10.9.0.2-10.9.0.1/require;
                """;
        right.close();
        right = new WireHost(hosts, "right", 2, "10.9.0.2 " + allPeers(), LEFT);
        left.setkey(sas + policies.formatted("out", "in"));
        right.setkey(sas + policies.formatted("in", "out"));
        transferToAll();
        floodAll();
        assertThatNothingWentWrong(left);
        assertThatNothingWentWrong(right);
        assertThat(counts(left, Event.FROM_HOST)).allSatisfy(n -> assertThat(n).isGreaterThan(100));
    }

    private void floodAll() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4 * PEERS; i++) {
                InetAddress peer = InetAddress.getByName(peer(i % PEERS));
                running.add(
                        pool.submit(
                                () -> {
                                    flood(peer);
                                    return 0;
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        assertThat(left.run("ping", "-c1", "-W5", peer(0))).contains(" 0% packet loss");
    }

    private void flood(InetAddress peer) throws Exception {
        try (DatagramSocket socket =
                hosts.in("left", () -> new DatagramSocket(0, InetAddress.getByName(LEFT)))) {
            for (int i = 0; i < 200; i++) {
                socket.send(new DatagramPacket(new byte[100], 100, peer, 9));
            }
        }
    }

    private static String allPeers() {
        return String.join(" ", IntStream.range(0, PEERS).mapToObj(WireQueuesTests::peer).toList());
    }

    @Test
    void carriesEspInUdp() throws Exception {
        protect("esp-udp");
        transferToAll();
        assertThat(counts(left, Event.FROM_HOST)).allSatisfy(n -> assertThat(n).isGreaterThan(100));
        assertThat(counts(left, Event.FROM_WIRE).stream().mapToLong(Long::longValue).sum())
                .isGreaterThan(1000);
        assertThat(left.drops()).doesNotContainKeys("replayed", "before-window", "bad-icv");
        assertThat(right.drops()).doesNotContainKeys("replayed", "before-window", "bad-icv");
    }

    @Test
    void goesOnByAllQueuesWithANewDevice() throws Exception {
        protect("esp");
        left.ip("link", "delete", "jipsec0");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (left.messages.isEmpty() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(left.messages).containsExactly("jipsec0 was deleted; made anew");
        transferToAll();
        assertThatAllQueuesWork(left);
    }

    @Test
    void endsAllThreads() {
        assertThat(packetThreads()).hasSize(2 * (2 + 3));
        left.close();
        right.close();
        assertThat(packetThreads()).isEmpty();
    }

    private static List<String> packetThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("wire-in") || name.startsWith("wire-out"))
                .toList();
    }

    @Test
    void refusesANumberThatThereIsNot() {
        for (int queues : Arrays.asList(0, 9)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new WireHost(hosts, "left", queues, LEFT));
        }
    }
}
