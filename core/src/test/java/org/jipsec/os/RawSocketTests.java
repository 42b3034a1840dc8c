package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

@RequiresWire
class RawSocketTests {
    private static final int PATIENCE = 10_000;
    private static final int ESP = 50;
    private static final SocketOptions MARKED = SocketOptions.DEFAULT.withMark(27248);

    @Test
    void carriesWholePacketsOfIpv4() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "10.0.0.1/24", "right", "10.0.0.2/24");
            try (RawSocket left = hosts.in("left", () -> RawSocket.sender(IpFamily.IPV4, MARKED));
                    RawSocket right =
                            hosts.in(
                                    "right", () -> RawSocket.receiver(IpFamily.IPV4, ESP, MARKED));
                    SendBatch out = new SendBatch(8, 1 << 16);
                    ReceiveBatch in = new ReceiveBatch(8, 2048)) {
                byte[] packet = ipv4("10.0.0.1", "10.0.0.2", 0xb9, 100);
                for (int i = 0; i < 3; i++) {
                    out.addPacket(packet, 0, packet.length);
                }
                assertThat(left.send(out)).isEqualTo(3);
                int seen = 0;
                while (seen < 3) {
                    int count = receive(right, in);
                    for (int i = 0; i < count; i++) {
                        byte[] got = new byte[in.length(i)];
                        in.copy(i, 0, got, 0, got.length);
                        got[10] = 0; // the checksum is the kernel's
                        got[11] = 0;
                        assertThat(got).isEqualTo(packet);
                        assertThat(in.isIpv6(i)).isFalse();
                    }
                    seen += count;
                }
            }
        }
    }

    @Test
    void tellsWhatIpv6HadBeforeThePayload() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "2001:db8::1/64", "right", "2001:db8::2/64");
            try (RawSocket left = hosts.in("left", () -> RawSocket.sender(IpFamily.IPV6, MARKED));
                    RawSocket right =
                            hosts.in(
                                    "right", () -> RawSocket.receiver(IpFamily.IPV6, ESP, MARKED));
                    SendBatch out = new SendBatch(8, 1 << 16);
                    ReceiveBatch in = new ReceiveBatch(8, 2048)) {
                byte[] plain = ipv6("2001:db8::1", "2001:db8::2", ESP, "", 64);
                // hop-by-hop, destination options before and after a routing header of type 4
                // with nothing left to visit, each of 8 octets but for the routing header
                String hopByHop = "3c00010400000000";
                String before = "2b00010400000000";
                String routing = "3c020400" + "00000000" + "20010db8000000000000000000000002";
                String after = "3200010400000000";
                byte[] full =
                        ipv6(
                                "2001:db8::1",
                                "2001:db8::2",
                                0,
                                hopByHop + before + routing + after,
                                64);
                hosts.in(
                        "right",
                        () -> {
                            for (String conf : List.of("all", "veth0")) {
                                Sysctl.write("ipv6/conf/" + conf + "/seg6_enabled", "1");
                            }
                            return 0;
                        });
                out.addPacket(plain, 0, plain.length);
                out.addPacket(full, 0, full.length);
                assertThat(left.send(out)).isEqualTo(2);

                List<String> seen = new ArrayList<>();
                while (seen.size() < 2) {
                    int count = receive(right, in);
                    for (int i = 0; i < count; i++) {
                        byte[] address = new byte[16];
                        assertThat(in.length(i)).isEqualTo(64);
                        assertThat(in.isIpv6(i)).isTrue();
                        assertThat(in.hopLimit(i)).isEqualTo(33);
                        assertThat(in.trafficClass(i)).isEqualTo(0xb9);
                        assertThat(in.flowLabel(i)).isEqualTo(0xabcde);
                        in.copyDestination(i, address, 0);
                        assertThat(address)
                                .isEqualTo(InetAddress.getByName("2001:db8::2").getAddress());
                        seen.add(extensions(in, i));
                    }
                }
                assertThat(seen)
                        .containsExactly(
                                "",
                                "0:%s 60:%s 43:%s 60:%s "
                                        .formatted(hopByHop, before, routing, after));
            }
        }
    }

    /// The error stands in the queue of the socket that receives the protocol, not the sender's.
    @Test
    void learnsThePathMtuOfEspFromARouter() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "router", "right")) {
            hosts.join("left", "10.0.1.1/24", "router", "10.0.1.2/24");
            String second = hosts.join("router", "10.0.2.2/24", "right", "10.0.2.1/24");
            hosts.ip("router", "link", "set", second, "mtu", "1300");
            hosts.ip("right", "link", "set", second, "mtu", "1300");
            hosts.in(
                    "router",
                    () -> {
                        Sysctl.write("ipv4/ip_forward", "1");
                        return 0;
                    });
            hosts.ip("left", "route", "add", "default", "via", "10.0.1.2");
            try (RawSocket sender =
                            hosts.in("left", () -> RawSocket.sender(IpFamily.IPV4, MARKED));
                    RawSocket receiver =
                            hosts.in("left", () -> RawSocket.receiver(IpFamily.IPV4, ESP, MARKED));
                    SendBatch out = new SendBatch(2, 8192)) {
                byte[] packet = ipv4("10.0.1.1", "10.0.2.1", 0, 1380);
                out.addPacket(packet, 0, packet.length);
                assertThat(sender.send(out)).isEqualTo(1);
                assertThat(errors(receiver))
                        .usingRecursiveFieldByFieldElementComparatorIgnoringFields(
                                "protocol", "quoted")
                        .containsExactly(
                                new SocketError(
                                        InetAddress.getByName("10.0.2.1"),
                                        0,
                                        ErrorNumber.EMSGSIZE.number(),
                                        1300,
                                        SocketError.Origin.ICMP,
                                        3,
                                        4,
                                        Optional.of(InetAddress.getByName("10.0.1.2")),
                                        0,
                                        Bytes.EMPTY));
                out.clear();
                out.addPacket(packet, 0, packet.length);
                assertThat(sender.send(out)).as("what was learnt is not held against it").isOne();
                assertThat(errors(receiver)).hasSize(1);

                byte[] large = ipv4("10.0.1.1", "10.0.2.1", 0, 1600);
                out.clear();
                out.addPacket(large, 0, large.length);
                assertThat(sender.send(out)).isZero();
                assertThat(out.failure(0)).isEqualTo(ErrorNumber.EMSGSIZE.number());
                assertThat(errors(sender))
                        .isNotEmpty()
                        .allSatisfy(error -> assertThat(error.mtu()).isEqualTo(1500));
            }
        }
    }

    private static String extensions(ReceiveBatch in, int slot) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < in.extensions(slot); i++) {
            byte[] octets = new byte[in.extensionLength(slot, i)];
            in.copyExtension(slot, i, octets, 0);
            text.append(in.extensionType(slot, i))
                    .append(':')
                    .append(HexFormat.of().formatHex(octets))
                    .append(' ');
        }
        return text.toString();
    }

    private static int receive(RawSocket socket, ReceiveBatch in) throws OsException {
        try (Poller poller = Poller.create(1)) {
            int slot = poller.add(socket, true, false);
            poller.await(PATIENCE);
            assertThat(poller.isReadable(slot)).as("something to read").isTrue();
            return socket.receive(in);
        }
    }

    private static List<SocketError> errors(RawSocket socket) throws OsException {
        List<SocketError> errors = new ArrayList<>();
        try (Poller poller = Poller.create(1)) {
            int slot = poller.add(socket, false, false);
            poller.await(PATIENCE);
            assertThat(poller.hasError(slot)).as("an error to read").isTrue();
            socket.drainErrors(errors::add);
        }
        return errors;
    }

    private static byte[] ipv4(String source, String destination, int tos, int payload)
            throws Exception {
        ByteBuffer out = ByteBuffer.allocate(20 + payload);
        out.put((byte) 0x45).put((byte) tos).putShort((short) (20 + payload));
        out.putShort((short) 0x1234).putShort((short) 0x4000); // DF
        out.put((byte) 64).put((byte) ESP).putShort((short) 0);
        out.put(InetAddress.getByName(source).getAddress());
        out.put(InetAddress.getByName(destination).getAddress());
        Arrays.fill(out.array(), 20, out.capacity(), (byte) 0x5a);
        return out.array();
    }

    private static byte[] ipv6(
            String source, String destination, int next, String extensions, int payload)
            throws Exception {
        byte[] headers = HexFormat.of().parseHex(extensions);
        ByteBuffer out = ByteBuffer.allocate(40 + headers.length + payload);
        out.putInt(0x6b9abcde).putShort((short) (headers.length + payload));
        out.put((byte) next).put((byte) 33);
        out.put(InetAddress.getByName(source).getAddress());
        out.put(InetAddress.getByName(destination).getAddress());
        out.put(headers);
        Arrays.fill(out.array(), 40 + headers.length, out.capacity(), (byte) 0x5a);
        return out.array();
    }
}
