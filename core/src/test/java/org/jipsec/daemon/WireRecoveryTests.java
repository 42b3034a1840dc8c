package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What happens to the wire besides good packets: two hosts with a router between them.
@RequiresWire
@ParameterizedClass(name = "{0} queues")
@ValueSource(ints = {1, 2})
class WireRecoveryTests {
    private static final String LEFT = "10.9.1.1";
    private static final String RIGHT = "10.9.2.1";
    private static final String KEY = "-E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213";
    private static final String TO_RIGHT =
            "add 10.9.1.1 10.9.2.1 esp-udp 0x1001 -m tunnel " + KEY + ";\n";
    private static final String TO_LEFT =
            "add 10.9.2.1 10.9.1.1 esp-udp 0x1002 -m tunnel " + KEY + ";\n";
    private static final String SAS = TO_RIGHT + TO_LEFT;

    @Parameter private int queues;
    private Namespaces hosts;
    private WireHost left;
    private WireHost right;

    @BeforeEach
    void connect() throws Exception {
        hosts = Namespaces.create("left", "router", "right");
        hosts.join("left", LEFT + "/24", "router", "10.9.1.254/24");
        hosts.join("router", "10.9.2.254/24", "right", RIGHT + "/24");
        hosts.run("router", "sysctl", "-qw", "net.ipv4.ip_forward=1");
        hosts.ip("left", "route", "add", "default", "via", "10.9.1.254");
        hosts.ip("right", "route", "add", "default", "via", "10.9.2.254");
        left = new WireHost(hosts, "left", queues, LEFT, RIGHT);
        right = new WireHost(hosts, "right", queues, RIGHT, LEFT);
    }

    @AfterEach
    void disconnect() {
        right.close();
        left.close();
        hosts.close();
    }

    private static String policies(String outbound, String inbound) {
        return """
        spdadd %2$s %3$s any -P %1$s ipsec esp/tunnel/%2$s-%3$s/require;
        """
                        .formatted(outbound, LEFT, RIGHT)
                + """
                spdadd %3$s %2$s any -P %1$s ipsec esp/tunnel/%3$s-%2$s/require;
                """
                        .formatted(inbound, LEFT, RIGHT);
    }

    private void protect() {
        left.setkey(SAS + policies("out", "in"));
        right.setkey(SAS + policies("in", "out"));
    }

    private String ping(String... more) {
        String[] command = {"ping", "-c3", "-i0.05", "-W5", RIGHT};
        String[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        return left.run(all);
    }

    /// For what other threads and the kernel do soon.
    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void sharesTheNamespaceWithNoOtherWire() {
        assertThatExceptionOfType(OsException.class)
                .isThrownBy(() -> new WireHost(hosts, "left", queues, LEFT))
                .matches(e -> e.is(ErrorNumber.EBUSY));
    }

    @Test
    void makesADeletedDeviceAnew() {
        protect();
        assertThat(ping()).contains(" 0% packet loss");

        left.ip("link", "delete", "jipsec0");

        await(() -> left.side.reopenings.get() == 1);
        await(() -> !left.messages.isEmpty());
        assertThat(left.messages).containsExactly("jipsec0 was deleted; made anew");
        assertThat(ping()).contains(" 0% packet loss");
        assertThat(left.failures).isEmpty();
    }

    @Test
    void givesUpADeviceThatIsDeletedAgainAndAgain() {
        for (int i = 1; i <= 3; i++) {
            int round = i;
            left.ip("link", "delete", "jipsec0");
            await(() -> left.side.reopenings.get() == round && left.messages.size() == round);
        }
        left.ip("link", "delete", "jipsec0");
        await(() -> !left.failures.isEmpty());
        assertThat(left.failures).containsExactly("jipsec0 was deleted again and again");
        left.wire.close();
        assertThat(left.side.abandonings).as("nothing in clear after that").hasValue(1);
        assertThat(left.side.closings).hasValue(0);
    }

    @Test
    void undoesTheDiversionWhenTheRestCannotBeOpened() throws Exception {
        List<StaticHostSide> sides = new ArrayList<>();
        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                hosts.in(
                                        "router",
                                        () ->
                                                Wire.open(
                                                        left.engine,
                                                        (_, learnt, _) -> broken(learnt, sides),
                                                        1,
                                                        _ -> {},
                                                        _ -> {})))
                .withMessage("a bug");
        assertThat(sides).hasSize(1);
        assertThat(sides.getFirst().closings).hasValue(1);
        assertThat(hosts.ip("router", "link")).doesNotContain("jipsec0");
    }

    private static StaticHostSide broken(LearntPathMtus learnt, List<StaticHostSide> sides) {
        StaticHostSide side = new StaticHostSide(List.of(), learnt, () -> {});
        side.broken = new IllegalStateException("a bug");
        sides.add(side);
        return side;
    }

    @Test
    void goesOnWhenTheDeviceWasDownAndIsUpAgain() {
        protect();
        right.ip("link", "set", "jipsec0", "down");
        assertThat(left.run("sh", "-c", "ping -c3 -i0.05 -W1 " + RIGHT + " || true"))
                .contains("100% packet loss");
        await(() -> right.drops().containsKey("not-delivered"));

        right.ip("link", "set", "jipsec0", "up");
        right.side.deviceReopened(); // the routes went when it went down
        assertThat(ping()).contains(" 0% packet loss");
        assertThat(right.failures).isEmpty();
    }

    @Test
    void learnsWhatTheWayCarries() {
        protect();
        hosts.ip("router", "link", "set", "veth1", "mtu", "1300");
        hosts.ip("right", "link", "set", "veth1", "mtu", "1300");
        // too large once protected; the router says so
        left.run("sh", "-c", "ping -M do -c2 -i0.05 -W1 -s 1300 " + RIGHT + " || true");
        await(() -> left.side.pathMtuChanges.get() == 1);
        assertThat(left.side.learnt.to(address(RIGHT))).isEqualTo(1300);

        left.side.mtu = 1300;
        assertThat(left.run("sh", "-c", "ping -M do -c2 -i0.05 -W1 -s 1300 " + RIGHT + " || true"))
                .as("told by ICMP, at once")
                .containsIgnoringCase("message too long");
        assertThat(left.drops()).containsKey("packet-too-big");
    }

    @Test
    void doesNotBelieveIcmpThatQuotesNoSa() {
        left.setkey(
                "add 10.9.1.1 10.9.2.1 esp 0x2001 -m tunnel "
                        + KEY
                        + ";\n"
                        + policies("out", "in"));
        forge("0x9999", 600);
        forge("0x2001", 700);
        await(() -> left.side.pathMtuChanges.get() == 1);
        assertThat(left.side.learnt.to(address(RIGHT))).isEqualTo(700);
        assertThat(left.side.learnt.size()).isEqualTo(1);
    }

    /// The router says that a packet of ESP was too large for it.
    private void forge(String spi, int mtu) {
        hosts.run(
                "router",
                "python3",
                "-c",
                """
                import socket, struct, sys
                def checksum(octets):
                    total = sum(struct.unpack('!%dH' % (len(octets) // 2), octets))
                    total = (total & 0xffff) + (total >> 16)
                    return ~((total & 0xffff) + (total >> 16)) & 0xffff
                to, left, right = (socket.inet_aton(a) for a in ('10.9.1.1', '10.9.1.1', '10.9.2.1'))
                header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 1400, 1, 0x4000, 60, 50, 0, left, right)
                quoted = header + struct.pack('!II', int(sys.argv[1], 0), 1)
                message = struct.pack('!BBHHH', 3, 4, 0, 0, int(sys.argv[2])) + quoted
                message = message[:2] + struct.pack('!H', checksum(message)) + message[4:]
                s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
                s.sendto(message, ('10.9.1.1', 0))
                """,
                spi,
                Integer.toString(mtu));
    }

    @Test
    void handsOnWhatIsForIke() throws Exception {
        protect();
        left.ip("rule", "add", "to", RIGHT, "dport", "4500", "lookup", "main", "priority", "100");
        send(new byte[] {0, 0, 0, 0, 7, 8, 9});
        await(() -> right.drops().containsKey("no-ike"));

        CompletableFuture<Bytes> received = new CompletableFuture<>();
        CompletableFuture<InetSocketAddress> from = new CompletableFuture<>();
        right.wire.ikeRelay(
                (source, destination, message) -> {
                    received.complete(message);
                    from.complete(source);
                });
        int port = send(new byte[] {0, 0, 0, 0, 7, 8, 9});
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(Bytes.of(new byte[] {7, 8, 9}));
        assertThat(from.get()).isEqualTo(new InetSocketAddress(LEFT, port));
    }

    /// To port 4500.
    private int send(byte[] datagram) throws Exception {
        try (DatagramSocket socket =
                hosts.in("left", () -> new DatagramSocket(0, InetAddress.getByName(LEFT)))) {
            socket.send(
                    new DatagramPacket(
                            datagram, datagram.length, InetAddress.getByName(RIGHT), 4500));
            return socket.getLocalPort();
        }
    }

    @Test
    void holdsTheFirstPacketsUntilTheirSaIsThere() throws Exception {
        left.setkey(policies("out", "in"));
        right.setkey(SAS + policies("in", "out"));
        Process ping = hosts.start("left", "ping", "-c1", "-W30", RIGHT);
        await(() -> left.counter("packets-held") == 1);

        left.setkey(TO_LEFT); // else the answer may be here before its SA
        left.setkey(TO_RIGHT);

        assertThat(new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains(" 0% packet loss");
    }

    @Test
    void countsWhatTheKernelDoesNotSend() {
        protect();
        left.ip("route", "delete", "default");
        left.run("sh", "-c", "ping -c1 -W1 " + RIGHT + " || true");
        await(() -> left.drops().containsKey("not-sent"));
        assertThat(left.failures).isEmpty();
    }

    @Test
    void letsPassUnchangedWhatNoPolicyWants() {
        assertThat(ping("-s", "100")).contains(" 0% packet loss");
        assertThat(ping("-s", "5000")).contains(" 0% packet loss");
        assertThat(left.counter("packets-sent-clear")).isGreaterThanOrEqualTo(6);
        assertThat(left.protectedPackets()).isZero();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
