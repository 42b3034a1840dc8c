package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.IpFamily;
import org.jipsec.os.RawSocket;
import org.jipsec.os.SendBatch;
import org.jipsec.os.SocketOptions;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/// Clear packets that come by the wire's own sockets: the host has them already, and given to it
/// once more they would come by the same socket again, without end.
@RequiresWire
@ParameterizedClass(name = "{0} queues")
@ValueSource(ints = {1, 2})
class WireLoopTests {
    private static final String HOST = "10.9.0.1";
    private static final String NEIGHBOUR = "10.9.0.2";

    @Parameter private int queues;
    private Namespaces hosts;
    private WireHost host;

    @BeforeEach
    void connect() throws Exception {
        hosts = Namespaces.create("host", "neighbour");
        hosts.join("host", HOST + "/24", "neighbour", NEIGHBOUR + "/24");
        hosts.ip("neighbour", "route", "add", "224.0.0.0/4", "dev", "veth0");
        host = new WireHost(hosts, "host", queues, HOST, NEIGHBOUR);
        host.setkey(
                """
                add 10.9.0.1 10.9.0.3 esp-udp 0x1001 -m tunnel -E null;
                add 10.9.0.1 10.9.0.3 ipcomp 0x1001 -m tunnel -C deflate;
                """);
    }

    @AfterEach
    void disconnect() {
        host.close();
        hosts.close();
    }

    /// Sends some datagrams behind what was sent, which then must have been the only other packet.
    private void assertThatItCameOnce() throws Exception {
        await("packets-from-wire", 1);
        for (int i = 1; i <= 5; i++) {
            sendUdp(HOST, new byte[6]);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (host.drops().getOrDefault("no-ike", 0L) < i && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(host.counter("packets-from-wire")).isEqualTo(6);
        assertThat(host.drops()).containsEntry("no-ike", 5L).containsEntry("not-ours", 1L);
        assertThat(host.failures).isEmpty();
    }

    private void await(String counter, long value) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (host.counter(counter) < value && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private void sendUdp(String destination, byte[] payload) throws Exception {
        try (DatagramSocket socket =
                hosts.in(
                        "neighbour",
                        () -> new DatagramSocket(0, InetAddress.getByName(NEIGHBOUR)))) {
            socket.send(
                    new DatagramPacket(
                            payload, payload.length, InetAddress.getByName(destination), 4500));
        }
    }

    /// @param packet hex, without the header's checksum
    private void sendRaw(String packet) throws Exception {
        byte[] octets = HexFormat.of().parseHex(packet.replace(" ", ""));
        try (RawSocket socket =
                        hosts.in(
                                "neighbour",
                                () -> RawSocket.sender(IpFamily.IPV4, SocketOptions.DEFAULT));
                SendBatch batch = new SendBatch(1, 2000)) {
            batch.addPacket(octets, 0, octets.length);
            socket.send(batch);
            assertThat(batch.failures()).isZero();
        }
    }

    @Test
    void broadcastsToAPortOfEspEndHere() throws Exception {
        sendUdp("10.9.0.255", new byte[] {1, 2, 3, 4, 5, 6});
        assertThatItCameOnce();
    }

    @Test
    void multicastEspEndsHere() throws Exception {
        sendRaw("4500 0020 0001 0000 4032 0000 0a090002 e0000001 00001234 00000001 00000000");
        assertThatItCameOnce();
    }

    @Test
    void ipInIpOfNoSaEndsHere() throws Exception {
        sendRaw(
                "4500 0028 0001 0000 4004 0000 0a090002 0a090001"
                        + " 4500 0014 0001 0000 40fd 0000 0a090002 0a090001");
        assertThatItCameOnce();
    }
}
