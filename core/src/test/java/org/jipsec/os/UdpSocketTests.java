package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.Random;

class UdpSocketTests {
    private static final int PORT = 4500;
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

    private static UdpSocket bind(IpFamily family, SocketOptions options) throws OsException {
        return UdpSocket.bind(family, PORT, options);
    }

    private static void fill(
            SendBatch out, byte[] payload, int segment, String destination, String source)
            throws Exception {
        byte[] to = InetAddress.getByName(destination).getAddress();
        byte[] from = InetAddress.getByName(source).getAddress();
        out.clear();
        for (int at = 0; at < payload.length; at += segment) {
            int length = Math.min(segment, payload.length - at);
            if (out.isEmpty() || !out.canAppend(length)) {
                out.add(payload, at, length);
                out.destination(to, 0, to.length, PORT, 0);
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
