package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.EnumSet;
import java.util.Set;

class TunTests {
    private static final int PATIENCE = 10_000;
    private static final int ROOM = Tun.HEADER + 65536;

    @Test
    void asksForLessWhenAllIsRefused() throws Exception {
        EnumSet<Offload> tcp = EnumSet.of(Offload.TUN_CHECKSUM, Offload.TUN_TSO4, Offload.TUN_TSO6);
        // as a kernel before 6.2
        assertThat(TunOffloads.negotiate(Offload.all(), flags -> (flags & 0x60) == 0))
                .isEqualTo(tcp);
        assertThat(TunOffloads.negotiate(Offload.all(), flags -> (flags & ~0x3) == 0))
                .containsExactly(Offload.TUN_CHECKSUM, Offload.TUN_TSO4);
        assertThat(TunOffloads.negotiate(Offload.all(), flags -> (flags & ~0x1) == 0))
                .containsExactly(Offload.TUN_CHECKSUM);
        assertThat(TunOffloads.negotiate(Offload.all(), flags -> flags == 0)).isEmpty();
        assertThat(TunOffloads.negotiate(Offload.all(), flags -> false)).isEmpty();
    }

    @Test
    void asksOnlyForWhatIsWantedAndMakesSense() throws Exception {
        assertThat(
                        TunOffloads.negotiate(
                                EnumSet.of(Offload.TUN_CHECKSUM, Offload.TUN_USO4), flags -> true))
                .containsExactly(Offload.TUN_CHECKSUM);
        assertThat(TunOffloads.negotiate(EnumSet.of(Offload.TUN_TSO4), flags -> true)).isEmpty();
        assertThat(TunOffloads.negotiate(Set.of(), flags -> true)).isEmpty();
    }

    @Test
    @RequiresWire
    void answersAPing() throws Exception {
        try (Namespaces host = Namespaces.create("a");
                Tun tun = tun(host, 1, Offload.all());
                NativeBuffer buffer = NativeBuffer.ofSize(ROOM)) {
            Process ping = host.start("a", "ping", "-c1", "-w10", "10.0.0.2");
            TunQueue queue = tun.queues().getFirst();
            while (ping.isAlive()) {
                int octets = read(queue, buffer);
                int packet = Tun.HEADER;
                if (octets > packet + 28
                        && buffer.get(packet) >>> 4 == 4
                        && buffer.get(packet + 9) == 1
                        && buffer.get(packet + 20) == 8) {
                    int source = buffer.getInt(packet + 12);
                    buffer.putInt(packet + 12, buffer.getInt(packet + 16));
                    buffer.putInt(packet + 16, source);
                    buffer.put(packet + 20, (byte) 0); // echo reply
                    int sum = buffer.getNetworkShort(packet + 22) + 0x0800;
                    buffer.putNetworkShort(packet + 22, (sum & 0xffff) + (sum >> 16));
                    assertThat(queue.write(buffer, 0, octets)).isEqualTo(octets);
                    break;
                }
            }
            assertThat(new String(ping.getInputStream().readAllBytes())).contains("1 received");
            assertThat(ping.waitFor()).isZero();
        }
    }

    @Test
    @RequiresWire
    void handsOutTcpInSuperPackets() throws Exception {
        try (Namespaces host = Namespaces.create("a");
                Tun tun = tun(host, 1, Offload.all());
                NativeBuffer buffer = NativeBuffer.ofSize(ROOM)) {
            assertThat(tun.granted())
                    .containsExactly(
                            Offload.TUN_CHECKSUM,
                            Offload.TUN_TSO4,
                            Offload.TUN_TSO6,
                            Offload.TUN_USO4,
                            Offload.TUN_USO6);
            assertThat(largest(host, tun, buffer)).isGreaterThan(1400 + Tun.HEADER);
            assertThat(buffer.get(1)).as("GSO type").isEqualTo((byte) 1);
            assertThat(buffer.get(0) & 1).as("checksum is ours").isEqualTo(1);
            assertThat(buffer.getShort(4)).as("segment").isLessThanOrEqualTo((short) 1360);
        }
    }

    @Test
    @RequiresWire
    void handsOutSinglePacketsWhereOffloadsAreRefused() throws Exception {
        try (Namespaces host = Namespaces.create("a");
                Tun tun = tun(host, 1, Set.of());
                NativeBuffer buffer = NativeBuffer.ofSize(ROOM)) {
            assertThat(tun.granted()).isEmpty();
            assertThat(largest(host, tun, buffer)).isEqualTo(1400 + Tun.HEADER);
            assertThat(buffer.get(0)).isZero();
            assertThat(buffer.get(1)).isZero();
        }
    }

    @Test
    @RequiresWire
    void makesSeveralQueuesOfADeviceOfItsOwn() throws Exception {
        try (Namespaces host = Namespaces.create("a")) {
            Tun tun = host.in("a", () -> Tun.create("jipsec0", 3, Offload.all()));
            assertThat(tun.queues()).hasSize(3);
            assertThatThrownBy(() -> host.in("a", () -> Tun.create("jipsec0", 3, Offload.all())))
                    .isInstanceOf(OsException.class)
                    .hasMessage("TUNSETIFF(jipsec0): EBUSY (device or resource busy)");
            tun.setMtu(1280);
            tun.setQueueLength(2000);
            assertThat(tun.mtu()).isEqualTo(1280);
            assertThat(tun.isUp()).isFalse();
            tun.setUp(true);
            assertThat(tun.isUp()).isTrue();
            assertThat(host.ip("a", "link", "show", "jipsec0"))
                    .contains("mtu 1280", "qlen 2000", ",UP")
                    .startsWith(tun.interfaceIndex() + ": jipsec0");
            tun.close();
            tun.close();
            assertThat(host.ip("a", "link", "show")).doesNotContain("jipsec0");
            assertThatThrownBy(() -> tun.queues().getFirst().write(buffer(), 0, 60))
                    .hasMessage("use(jipsec0): EBADF (bad file descriptor): closed");
        }
    }

    @Test
    @RequiresWire
    void refusesAPacketWhileDownAndEndsWhenDeleted() throws Exception {
        try (Namespaces host = Namespaces.create("a");
                Tun tun = tun(host, 1, Offload.all());
                NativeBuffer buffer = buffer()) {
            TunQueue queue = tun.queues().getFirst();
            tun.setUp(false);
            buffer.put(Tun.HEADER, (byte) 0x45);
            assertThat(queue.write(buffer, 0, 60)).isEqualTo(TunQueue.REFUSED);
            assertThat(queue.refusal()).isEqualTo(ErrorNumber.EIO.number());
            tun.setUp(true);
            assertThat(queue.write(buffer, 0, 60)).isEqualTo(60);
            buffer.put(1, (byte) 0x77); // no such kind of super-packet
            assertThat(queue.write(buffer, 0, 60)).isEqualTo(TunQueue.REFUSED);
            assertThat(queue.refusal()).isEqualTo(ErrorNumber.EINVAL.number());
            host.ip("a", "link", "delete", "jipsec0");
            assertThatThrownBy(() -> queue.read(buffer, 0, 60))
                    .isInstanceOf(OsException.class)
                    .hasMessageContaining("read(jipsec0): EBADFD");
            assertThatThrownBy(tun::mtu).hasMessage("SIOCGIFMTU(jipsec0): ENODEV (no such device)");
        }
    }

    /// Plays the other end of a TCP connection just far enough to be sent data.
    ///
    /// @return the octets of the largest that was read, which `buffer` then holds
    private static int largest(Namespaces host, Tun tun, NativeBuffer buffer) throws Exception {
        TunQueue queue = tun.queues().getFirst();
        try (SocketChannel client = host.in("a", SocketChannel::open)) {
            client.configureBlocking(false);
            client.connect(new InetSocketAddress("10.0.0.2", 9));
            int octets;
            do {
                octets = read(queue, buffer);
            } while (buffer.get(Tun.HEADER) >>> 4 != 4 || buffer.get(Tun.HEADER + 9) != 6);
            byte[] syn = new byte[octets - Tun.HEADER];
            buffer.copyTo(Tun.HEADER, syn, 0, syn.length);
            byte[] answer = TcpAnswers.synAck(ByteBuffer.wrap(syn), 1360);
            buffer.fill(0, Tun.HEADER);
            buffer.copyFrom(answer, 0, answer.length, Tun.HEADER);
            queue.write(buffer, 0, Tun.HEADER + answer.length);
            while (!client.finishConnect()) {
                Thread.onSpinWait();
            }
            client.write(ByteBuffer.allocate(1 << 16));
            do {
                octets = read(queue, buffer);
            } while (octets < 1000);
            return octets;
        }
    }

    private static int read(TunQueue queue, NativeBuffer buffer) throws OsException {
        try (Poller poller = Poller.create(1)) {
            int slot = poller.add(queue, true, false);
            while (true) {
                int octets = queue.read(buffer, 0, buffer.size());
                if (octets != TunQueue.WOULD_BLOCK) {
                    return octets;
                }
                poller.await(PATIENCE);
                assertThat(poller.isReadable(slot)).as("something to read").isTrue();
            }
        }
    }

    private static Tun tun(Namespaces host, int queues, Set<Offload> wanted) throws Exception {
        Tun tun = host.in("a", () -> Tun.create("jipsec0", queues, wanted));
        tun.setMtu(1400);
        host.ip("a", "address", "add", "10.0.0.1/24", "dev", "jipsec0");
        tun.setUp(true);
        return tun;
    }

    private static NativeBuffer buffer() {
        return NativeBuffer.ofSize(128);
    }
}
