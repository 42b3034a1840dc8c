package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.Tun;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.testing.Namespaces;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A host `a` whose packets are diverted, although nobody reads the device, beside a host `b`
/// that is as it is, each in a namespace of its own: 10.1.0.1, 2001:db8:1::1 and 10.1.0.2,
/// 2001:db8:1::2 on `veth0`.
final class DivertedHost implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    final Namespaces hosts = Namespaces.create("a", "b");
    final SadbEngine engine = new SadbEngine(InstantSource.fixed(Instant.EPOCH), new Random(1), 1);
    final List<String> messages = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    volatile LearntMtu learnt = _ -> Integer.MAX_VALUE;
    private Tun tun;
    private Diversion diversion;

    /// @param before done on `a` before the diversion starts
    DivertedHost(boolean clampMss, String... before) throws Exception {
        hosts.join("a", "10.1.0.1/24", "b", "10.1.0.2/24");
        hosts.ip("a", "address", "add", "2001:db8:1::1/64", "dev", "veth0", "nodad");
        hosts.ip("b", "address", "add", "2001:db8:1::2/64", "dev", "veth0", "nodad");
        for (String command : before) {
            hosts.run("a", "sh", "-c", command);
        }
        tun = openDevice();
        diversion = start(clampMss);
    }

    private Tun openDevice() throws Exception {
        Tun device = hosts.in("a", () -> Tun.create(WireNames.DEVICE, 1, Set.of()));
        device.setUp(true);
        return device;
    }

    void reopenDevice() throws Exception {
        tun = openDevice();
    }

    Diversion start(boolean clampMss) throws Exception {
        return start(clampMss, Nft.find());
    }

    /// @param nft empty when it is not installed
    Diversion start(boolean clampMss, Optional<Nft> nft) throws Exception {
        return hosts.in(
                "a",
                () ->
                        Diversion.start(
                                engine,
                                new Diversion.Settings(WireNames.DEVICE, 1500, clampMss, nft),
                                destination -> learnt.to(destination),
                                messages::add,
                                failures::add));
    }

    Diversion diversion() {
        return diversion;
    }

    void add(Policy... policies) {
        for (Policy policy : policies) {
            run(new SadbOperation.AddPolicy(policy));
        }
        diversion.awaitApplied();
    }

    void delete(Policy policy) {
        run(new SadbOperation.DeletePolicy(policy));
        diversion.awaitApplied();
    }

    void run(SadbOperation operation) {
        assertThat(engine.execute(operation)).isInstanceOf(SadbReply.Done.class);
    }

    /// The routes of jipsec's table, as ip(8) sees them.
    List<String> routes(String family) {
        return hosts.run(
                        "a",
                        "sh",
                        "-c",
                        "ip " + family + " route show table " + WireNames.TABLE + " 2>&1 || true")
                .lines()
                .map(String::strip)
                .filter(line -> !line.startsWith("Error") && !line.startsWith("Dump"))
                .filter(line -> !line.startsWith("unreachable")) // the guards
                .toList();
    }

    String rules() {
        return hosts.ip("a", "rule") + hosts.ip("a", "-6", "rule");
    }

    String ruleset() {
        return hosts.run("a", "nft", "list", "ruleset").replaceAll("packets \\d+ bytes \\d+", "");
    }

    long forbidden() {
        SadbReply reply = engine.execute(new SadbOperation.GetStatistics());
        return ((SadbReply.Counted) reply)
                .statistics().drops().stream()
                        .filter(each -> each.name().equals(DropReason.CLEAR_TEXT_FORBIDDEN.word()))
                        .findFirst()
                        .orElseThrow()
                        .packets();
    }

    /// Whether a datagram from `b` arrives. One that is dropped is waited for until a second one,
    /// to a port that no policy of the tests names, has arrived.
    boolean arrives(String from, String to, int port) throws Exception {
        int freePort = 9;
        try (DatagramSocket socket = open("a", to, port);
                DatagramSocket last = open("a", to, freePort);
                DatagramSocket sender = open("b", from, 0)) {
            sender.send(datagram(to, port));
            sender.send(datagram(to, freePort));
            last.setSoTimeout(10_000);
            last.receive(new DatagramPacket(new byte[8], 8));
            socket.setSoTimeout(1);
            try {
                socket.receive(new DatagramPacket(new byte[8], 8));
                return true;
            } catch (SocketTimeoutException nothing) {
                return false;
            }
        }
    }

    private static DatagramPacket datagram(String to, int port) {
        return new DatagramPacket(
                new byte[8], 8, new InetSocketAddress(TestPolicies.address(to), port));
    }

    private DatagramSocket open(String host, String address, int port) throws Exception {
        return hosts.in(
                host,
                () ->
                        new DatagramSocket(
                                new InetSocketAddress(TestPolicies.address(address), port)));
    }

    /// Asks again and again, for a time that is long enough.
    void eventually(Callable<Boolean> holds) throws Exception {
        long start = System.nanoTime();
        while (!holds.call()) {
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds of waiting; messages %s", messages)
                    .isLessThan(PATIENCE);
        }
    }

    void closeDiversion() {
        diversion.close();
    }

    void closeDevice() {
        tun.close();
    }

    @Override
    public void close() {
        diversion.close();
        tun.close();
        hosts.close();
    }
}
