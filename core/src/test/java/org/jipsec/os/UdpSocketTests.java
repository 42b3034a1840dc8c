package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

class UdpSocketTests {
    private static final int PORT = 4500;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int PATIENCE = 10_000;

    @Test
    @RequiresWire
    void carriesASuperDatagramAcrossAVeth() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "10.0.0.1/24", "right", "10.0.0.2/24");
            SocketOptions options = SocketOptions.DEFAULT.withMark(27248);
            try (UdpSocket left = hosts.in("left", () -> bind(IpFamily.IPV4, options));
                    UdpSocket right = hosts.in("right", () -> bind(IpFamily.IPV4, options));
                    SendBatch out = new SendBatch(4, 1 << 17);
                    ReceiveBatch in = new ReceiveBatch(64, 65536)) {
                assertThat(left.granted()).containsExactly(Offload.UDP_SEGMENT, Offload.UDP_GRO);
                byte[] payload = octets(40 * 1400 + 77);
                fill(out, payload, 1400, "10.0.0.2", "10.0.0.1");
                assertThat(left.send(out)).isEqualTo(1);
                byte[] got = receive(right, in, payload.length);
                assertThat(got).isEqualTo(payload);
                assertThat(in.segmentSize(0)).isEqualTo(1400);
                assertThat(in.length(0)).isGreaterThan(1400);
                assertThat(in.trafficClass(0)).isEqualTo(0xb9);
                byte[] address = new byte[4];
                in.copySource(0, address, 0);
                assertThat(InetAddress.getByAddress(address).getHostAddress())
                        .isEqualTo("10.0.0.1");
                assertThat(in.sourcePort(0)).isEqualTo(PORT);
                in.copyDestination(0, address, 0);
                assertThat(InetAddress.getByAddress(address).getHostAddress())
                        .isEqualTo("10.0.0.2");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"IPV4, 10.0.0.1/24, 10.0.0.2", "IPV6, 2001:db8::1/64, 2001:db8::2"})
    @RequiresWire
    void letsIpCutWhatIsTooLongWhenToldTo(IpFamily family, String left, String right)
            throws Exception {
        String bits = left.substring(left.indexOf('/'));
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", left, "right", right + bits);
            SocketOptions plain = SocketOptions.DEFAULT.withOffloads(Set.of());
            try (UdpSocket sender = hosts.in("left", () -> bind(family, plain));
                    UdpSocket receiver = hosts.in("right", () -> bind(family, plain));
                    SendBatch out = new SendBatch(1, 1 << 16);
                    ReceiveBatch in = new ReceiveBatch(1, 65536)) {
                byte[] payload = octets(3000);
                byte[] to = InetAddress.getByName(right).getAddress();
                out.add(payload, 0, payload.length);
                out.destination(to, 0, to.length, PORT, 0);
                assertThat(sender.send(out)).isZero();
                assertThat(out.failure(0)).isEqualTo(ErrorNumber.EMSGSIZE.number());

                sender.allowFragments();
                out.clear();
                out.add(payload, 0, payload.length);
                out.destination(to, 0, to.length, PORT, 0);
                assertThat(sender.send(out)).isEqualTo(1);
                assertThat(receive(receiver, in, payload.length)).isEqualTo(payload);
            }
        }
    }

    @Test
    @RequiresWire
    void carriesASuperDatagramOverIpv6() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "2001:db8::1/64", "right", "2001:db8::2/64");
            SocketOptions options = SocketOptions.DEFAULT.withBuffers(1 << 20, 1 << 20);
            try (UdpSocket left = hosts.in("left", () -> bind(IpFamily.IPV6, options));
                    UdpSocket right = hosts.in("right", () -> bind(IpFamily.IPV6, options));
                    SendBatch out = new SendBatch(4, 1 << 17);
                    ReceiveBatch in = new ReceiveBatch(64, 65536)) {
                assertThat(right.receiveBuffer()).isGreaterThanOrEqualTo(1 << 20);
                assertThat(right.sendBuffer()).isGreaterThanOrEqualTo(1 << 20);
                byte[] payload = octets(20 * 1300 + 5);
                fill(out, payload, 1300, "2001:db8::2", "2001:db8::1");
                assertThat(left.send(out)).isEqualTo(1);
                assertThat(receive(right, in, payload.length)).isEqualTo(payload);
                assertThat(in.isIpv6(0)).isTrue();
                assertThat(in.segmentSize(0)).isEqualTo(1300);
                assertThat(in.trafficClass(0)).isEqualTo(0xb9);
                byte[] address = new byte[16];
                in.copySource(0, address, 0);
                assertThat(address).isEqualTo(InetAddress.getByName("2001:db8::1").getAddress());
                in.copyDestination(0, address, 0);
                assertThat(address).isEqualTo(InetAddress.getByName("2001:db8::2").getAddress());
                assertThat(in.interfaceIndex(0)).isPositive();
                assertThat(in.dropped()).isZero();
            }
        }
    }

    @Test
    void sendsOneByOneWhereSegmentationIsRefused() throws Exception {
        SocketOptions options = SocketOptions.DEFAULT.withOffloads(Set.of());
        try (UdpSocket left = local(options);
                UdpSocket right = local(options);
                SendBatch out = new SendBatch(4, 1 << 17);
                ReceiveBatch in = new ReceiveBatch(64, 2048)) {
            assertThat(left.granted()).isEmpty();
            byte[] payload = octets(40 * 1400 + 77);
            fill(out, payload, 1400, "127.0.0.1", "127.0.0.1", right.port());
            out.add(payload, 0, 100); // one that needs no splitting behind it
            out.destination(LOOPBACK, 0, 4, right.port(), 0);
            assertThat(left.send(out)).isEqualTo(2);
            assertThat(out.isDone()).isTrue();
            assertThat(out.failures()).isZero();
            assertThat(right.receive(in)).isEqualTo(42);
            assertThat(in.length(0)).isEqualTo(1400);
            assertThat(in.segmentSize(0)).isEqualTo(1400);
            assertThat(in.length(40)).isEqualTo(77);
            assertThat(in.length(41)).isEqualTo(100);
            assertThat(right.receive(in)).as("EAGAIN").isZero();
        }
    }

    @Test
    void passesOverWhatTheKernelRefusesAndGoesOn() throws Exception {
        try (UdpSocket left = local(SocketOptions.DEFAULT);
                UdpSocket right = local(SocketOptions.DEFAULT);
                SendBatch out = new SendBatch(4, 1 << 18);
                ReceiveBatch in = new ReceiveBatch(8, 65536)) {
            out.add(octets(65530), 0, 65530); // more than a UDP datagram holds
            out.destination(LOOPBACK, 0, 4, right.port(), 0);
            out.add(octets(10), 0, 10);
            out.destination(LOOPBACK, 0, 4, right.port(), 0);
            assertThat(left.send(out)).isEqualTo(1);
            assertThat(out.isDone()).isTrue();
            assertThat(out.failures()).isEqualTo(1);
            assertThat(out.failure(0)).isEqualTo(ErrorNumber.EMSGSIZE.number());
            assertThat(out.failure(1)).isZero();
            assertThat(right.receive(in)).isEqualTo(1);
            assertThat(in.length(0)).isEqualTo(10);
        }
    }

    @Test
    void marksWhatDidNotFitTheSlot() throws Exception {
        try (UdpSocket left = local(SocketOptions.DEFAULT);
                UdpSocket right = local(SocketOptions.DEFAULT.withOffloads(Set.of()));
                SendBatch out = new SendBatch(4, 4096);
                ReceiveBatch in = new ReceiveBatch(2, 64)) {
            for (int length : new int[] {65, 64, 1}) {
                out.add(octets(length), 0, length);
                out.destination(LOOPBACK, 0, 4, right.port(), 0);
            }
            assertThat(left.send(out)).isEqualTo(3);
            assertThat(right.receive(in)).isEqualTo(2);
            assertThat(in.isTruncated(0)).isTrue();
            assertThat(in.length(0)).isEqualTo(64);
            assertThat(in.isTruncated(1)).isFalse();
            assertThat(right.receive(in)).isEqualTo(1);
            assertThat(in.isTruncated(0)).isFalse();
        }
    }

    @Test
    void tellsOfRefusalsByTheErrorQueueAndGoesOn() throws Exception {
        try (UdpSocket left = local(SocketOptions.DEFAULT);
                UdpSocket right = local(SocketOptions.DEFAULT);
                UdpSocket gone = local(SocketOptions.DEFAULT);
                SendBatch out = new SendBatch(4, 4096);
                ReceiveBatch in = new ReceiveBatch(8, 2048)) {
            int closed = gone.port();
            gone.close();
            out.add(octets(10), 0, 10);
            out.destination(LOOPBACK, 0, 4, closed, 0);
            assertThat(left.send(out)).isEqualTo(1);
            assertThat(left.receive(in)).as("the error is not one of receiving").isZero();
            out.clear();
            out.add(octets(10), 0, 10);
            out.destination(LOOPBACK, 0, 4, right.port(), 0);
            assertThat(left.send(out)).isEqualTo(1);
            assertThat(out.failures()).isZero();
            assertThat(right.receive(in)).isEqualTo(1);

            List<SocketError> errors = new ArrayList<>();
            assertThat(left.drainErrors(errors::add)).isEqualTo(1);
            InetAddress loopback = InetAddress.getByAddress(LOOPBACK);
            assertThat(errors)
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("protocol", "quoted")
                    .containsExactly(
                            new SocketError(
                                    loopback,
                                    closed,
                                    ErrorNumber.ECONNREFUSED.number(),
                                    0,
                                    SocketError.Origin.ICMP,
                                    3,
                                    3,
                                    Optional.of(loopback),
                                    0,
                                    Bytes.EMPTY));
            assertThat(left.drainErrors(errors::add)).isZero();
        }
    }

    /// left -- router -- right; the link behind the router takes 1300 octets only.
    @ParameterizedTest
    @CsvSource({"10.0.1., 10.0.2., 24, 1300", "2001:db8:1::, 2001:db8:2::, 64, 1300"})
    @RequiresWire
    void learnsThePathMtuFromARouter(String near, String far, int length, int mtu)
            throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "router", "right")) {
            String bits = "/" + length;
            hosts.join("left", near + 1 + bits, "router", near + 2 + bits);
            String second = hosts.join("router", far + 2 + bits, "right", far + 1 + bits);
            hosts.ip("router", "link", "set", second, "mtu", Integer.toString(mtu));
            hosts.ip("right", "link", "set", second, "mtu", Integer.toString(mtu));
            boolean ipv4 = length == 24;
            hosts.in(
                    "router",
                    () -> {
                        Sysctl.write("ipv4/ip_forward", "1");
                        Sysctl.write("ipv6/conf/all/forwarding", "1");
                        return 0;
                    });
            hosts.ip("left", "route", "add", "default", "via", near + 2);
            hosts.ip("right", "route", "add", "default", "via", far + 2);
            IpFamily family = ipv4 ? IpFamily.IPV4 : IpFamily.IPV6;
            try (UdpSocket left = hosts.in("left", () -> bind(family, SocketOptions.DEFAULT));
                    SendBatch out = new SendBatch(1, 4096)) {
                fill(out, octets(1400), 1400, far + 1, near + 1);
                assertThat(left.send(out)).isEqualTo(1);
                assertThat(errors(left))
                        .usingRecursiveFieldByFieldElementComparatorIgnoringFields(
                                "protocol", "quoted")
                        .containsExactly(
                                new SocketError(
                                        InetAddress.getByName(far + 1),
                                        PORT,
                                        ErrorNumber.EMSGSIZE.number(),
                                        mtu,
                                        ipv4 ? SocketError.Origin.ICMP : SocketError.Origin.ICMPV6,
                                        ipv4 ? 3 : 2,
                                        ipv4 ? 4 : 0,
                                        Optional.of(InetAddress.getByName(near + 2)),
                                        0,
                                        Bytes.EMPTY));
                // what the kernel has learnt is not held against the next one
                fill(out, octets(1400), 1400, far + 1, near + 1);
                assertThat(left.send(out)).isEqualTo(1);
                assertThat(errors(left)).hasSize(1);
                // the own device's MTU is
                fill(out, octets(1600), 1600, far + 1, near + 1);
                assertThat(left.send(out)).isZero();
                assertThat(out.failure(0)).isEqualTo(ErrorNumber.EMSGSIZE.number());
                assertThat(errors(left))
                        .isNotEmpty()
                        .allSatisfy(
                                error -> {
                                    assertThat(error.mtu()).isEqualTo(1500);
                                    assertThat(error.origin()).isEqualTo(SocketError.Origin.LOCAL);
                                });
            }
        }
    }

    private static List<SocketError> errors(UdpSocket socket) throws OsException {
        List<SocketError> errors = new ArrayList<>();
        try (Poller poller = Poller.create(1)) {
            int slot = poller.add(socket, false, false);
            poller.await(PATIENCE);
            assertThat(poller.hasError(slot)).isTrue();
            socket.drainErrors(errors::add);
        }
        return errors;
    }

    private static UdpSocket local(SocketOptions options) throws Exception {
        return UdpSocket.bind(
                new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), options);
    }

    private static void fill(
            SendBatch out, byte[] payload, int segment, String destination, String source)
            throws Exception {
        fill(out, payload, segment, destination, source, PORT);
    }

    private static UdpSocket bind(IpFamily family, SocketOptions options) throws OsException {
        return UdpSocket.bind(family, PORT, options);
    }

    private static void fill(
            SendBatch out, byte[] payload, int segment, String destination, String source, int port)
            throws Exception {
        byte[] to = InetAddress.getByName(destination).getAddress();
        byte[] from = InetAddress.getByName(source).getAddress();
        out.clear();
        for (int at = 0; at < payload.length; at += segment) {
            int length = Math.min(segment, payload.length - at);
            if (out.isEmpty() || !out.canAppend(length)) {
                out.add(payload, at, length);
                out.destination(to, 0, to.length, port, 0);
                out.source(from, 0, from.length);
                out.trafficClass(0xb9);
                out.segmentSize(segment);
            } else {
                out.append(payload, at, length);
            }
        }
    }

    private static byte[] receive(UdpSocket socket, ReceiveBatch in, int octets)
            throws OsException {
        byte[] got = new byte[octets];
        int length = 0;
        try (Poller poller = Poller.create(1)) {
            poller.add(socket, true, false);
            while (length < octets && poller.await(PATIENCE) > 0) {
                int count = socket.receive(in);
                for (int i = 0; i < count; i++) {
                    in.copy(i, 0, got, length, in.length(i));
                    length += in.length(i);
                }
            }
        }
        assertThat(length).isEqualTo(octets);
        return got;
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(7).nextBytes(octets);
        return octets;
    }
}
