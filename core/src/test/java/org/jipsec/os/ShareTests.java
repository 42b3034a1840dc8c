package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Several sockets of one protocol: what comes, comes to one of them.
@RequiresWire
class ShareTests {
    private static final int COUNT = 3;
    private static final int PATIENCE = 10_000;
    private Namespaces hosts;

    @BeforeEach
    void open() {
        hosts = Namespaces.create("host");
        hosts.ip("host", "link", "set", "lo", "up");
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    private static String loopback(IpFamily family) {
        return family == IpFamily.IPV4 ? "127.0.0.1" : "::1";
    }

    /// With the checksum of IPv4 left to the kernel.
    private static byte[] packet(IpFamily family, int protocol, byte[] payload) throws Exception {
        byte[] address = InetAddress.getByName(loopback(family)).getAddress();
        ByteBuffer out;
        if (family == IpFamily.IPV4) {
            out = ByteBuffer.allocate(24 + payload.length);
            out.put((byte) 0x46).put((byte) 0).putShort((short) (24 + payload.length));
            out.putInt(0x12340000).put((byte) 64).put((byte) protocol).putShort((short) 0);
            out.put(address).put(address).putInt(0x01010101); // options, to be stepped over
        } else {
            out = ByteBuffer.allocate(40 + payload.length);
            out.putInt(0x60000000).putShort((short) payload.length);
            out.put((byte) protocol).put((byte) 64).put(address).put(address);
        }
        return out.put(payload).array();
    }

    /// What each socket got, by the octets that are distinct in each packet: its last four.
    private static List<List<Integer>> received(List<? extends MessageSocket> sockets, int expected)
            throws OsException {
        List<List<Integer>> all = new ArrayList<>();
        sockets.forEach(_ -> all.add(new ArrayList<>()));
        int seen = 0;
        try (Poller poller = Poller.create(sockets.size());
                ReceiveBatch in = new ReceiveBatch(64, 2048)) {
            for (MessageSocket each : sockets) {
                poller.add(each, true, false);
            }
            while (seen < expected) {
                assertThat(poller.await(PATIENCE)).as("%d of %d", seen, expected).isPositive();
                seen += receiveAll(sockets, in, all);
            }
            receiveAll(sockets, in, all); // on loopback all is there when the last one is
        }
        return all;
    }

    private static int receiveAll(
            List<? extends MessageSocket> sockets, ReceiveBatch in, List<List<Integer>> all)
            throws OsException {
        int seen = 0;
        for (int i = 0; i < sockets.size(); i++) {
            int count = sockets.get(i).receive(in);
            for (int slot = 0; slot < count; slot++) {
                byte[] octets = new byte[in.length(slot)];
                in.copy(slot, 0, octets, 0, octets.length);
                boolean isShort = octets.length < 4;
                all.get(i).add(isShort ? -1 : ByteBuffer.wrap(octets).getInt(octets.length - 4));
            }
            seen += count;
        }
        return seen;
    }

    @ParameterizedTest
    @CsvSource({
        "IPV4, 50, 0, 4",
        "IPV4, 51, 4, 4",
        "IPV4, 108, 2, 2",
        "IPV6, 50, 0, 4",
        "IPV6, 51, 4, 4",
        "IPV6, 108, 2, 2"
    })
    void shareOutByTheSpi(IpFamily family, int protocol, int at, int size) throws Exception {
        List<RawSocket> sockets = new ArrayList<>();
        try (RawSocket sender =
                        hosts.in("host", () -> RawSocket.sender(family, SocketOptions.DEFAULT));
                SendBatch out = new SendBatch(1, 2048)) {
            for (int i = 0; i < COUNT; i++) {
                Share share = new Share(i, COUNT);
                sockets.add(
                        hosts.in(
                                "host",
                                () ->
                                        RawSocket.receiver(
                                                family, protocol, share, SocketOptions.DEFAULT)));
            }
            int spis = 50;
            Map<Integer, Integer> spiOf = new HashMap<>();
            for (int i = 0; i < 3 * spis; i++) {
                int spi = 0x1000 + i % spis * 0x10; // as people choose them
                ByteBuffer payload = ByteBuffer.allocate(20);
                if (size == 4) {
                    payload.putInt(at, spi);
                } else {
                    payload.putShort(at, (short) spi);
                }
                payload.putInt(16, i);
                spiOf.put(i, spi);
                send(sender, out, packet(family, protocol, payload.array()));
            }
            // too short for an SPI
            send(sender, out, packet(family, protocol, new byte[] {0, 0, 7}));

            List<List<Integer>> got = received(sockets, 3 * spis + 1);
            int total = 0;
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < COUNT; i++) {
                total += got.get(i).size();
                Set<Integer> own = new HashSet<>();
                for (int number : got.get(i)) {
                    if (spiOf.containsKey(number)) {
                        own.add(spiOf.get(number));
                    } else {
                        assertThat(i).as("socket of the short one").isZero();
                    }
                }
                assertThat(own.size()).isBetween(8, 26);
                assertThat(seen).doesNotContainAnyElementsOf(own);
                seen.addAll(own);
            }
            assertThat(total).isEqualTo(3 * spis + 1);
            assertThat(seen).hasSize(spis);
        } finally {
            sockets.forEach(RawSocket::close);
        }
    }

    private static void send(RawSocket sender, SendBatch out, byte[] packet) throws OsException {
        out.clear();
        out.addPacket(packet, 0, packet.length);
        assertThat(sender.send(out)).isOne();
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void shareOutDatagramsByTheirSender(IpFamily family) throws Exception {
        List<UdpSocket> sockets =
                hosts.in(
                        "host",
                        () -> UdpSocket.bindShared(family, 4500, COUNT, SocketOptions.DEFAULT));
        InetAddress address = InetAddress.getByName(loopback(family));
        try {
            int senders = 40;
            for (int sender = 0; sender < senders; sender++) {
                try (DatagramSocket socket =
                        hosts.in("host", () -> new DatagramSocket(0, address))) {
                    for (int spi = 0; spi < 4; spi++) { // 0: IKE
                        byte[] datagram =
                                ByteBuffer.allocate(12).putInt(spi).putInt(8, sender).array();
                        socket.send(new DatagramPacket(datagram, 12, address, 4500));
                    }
                }
            }
            List<List<Integer>> got = received(sockets, 4 * senders);
            Set<Integer> seen = new HashSet<>();
            int total = 0;
            for (List<Integer> each : got) {
                total += each.size();
                Set<Integer> own = new HashSet<>(each);
                assertThat(own).isNotEmpty();
                assertThat(seen).doesNotContainAnyElementsOf(own);
                seen.addAll(own);
            }
            assertThat(total).isEqualTo(4 * senders);
            assertThat(seen).hasSize(senders);
        } finally {
            sockets.forEach(UdpSocket::close);
        }
    }

    @Test
    void aPortThatAnotherProgramHasIsNotShared() throws Exception {
        try (DatagramSocket other =
                hosts.in(
                        "host",
                        () -> {
                            DatagramSocket socket = new DatagramSocket(null);
                            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                            socket.bind(new InetSocketAddress("0.0.0.0", 4500));
                            return socket;
                        })) {
            assertThat(other.isBound()).isTrue();
            assertThatExceptionOfType(OsException.class)
                    .isThrownBy(
                            () ->
                                    hosts.in(
                                            "host",
                                            () ->
                                                    UdpSocket.bindShared(
                                                            IpFamily.IPV4,
                                                            4500,
                                                            2,
                                                            SocketOptions.DEFAULT)))
                    .matches(refused -> refused.is(ErrorNumber.EADDRINUSE));
        }
    }

    @Test
    void refusesAShareThatThereIsNot() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Share(2, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Share(-1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Share(0, 0));
    }
}
