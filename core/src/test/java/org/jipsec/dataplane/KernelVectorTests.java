package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What the Linux kernel made of packets of known content, with every algorithm and mode that it
/// has: we open it and find the packet again, and from that packet, given the kernel's IV, we make
/// the same octets.
class KernelVectorTests {
    private static final List<KernelVectors.Case> CASES = KernelVectors.read();

    @Test
    void coverWhatTheKernelCanDo() {
        assertThat(CASES).hasSizeGreaterThan(400);
        assertThat(CASES.stream().filter(KernelVectors.Case::delivered))
                .hasSizeGreaterThan(CASES.size() - 40);
        assertThat(CASES.stream().filter(KernelVectorTests::isReproducible))
                .hasSizeGreaterThan(CASES.size() * 8 / 10);
    }

    @TestFactory
    Stream<DynamicTest> opensWhatTheKernelSent() {
        return CASES.stream()
                .filter(one -> !isRouteUsedUp(one))
                .map(one -> dynamicTest(one.name(), () -> opens(one)));
    }

    /// Before it computes the ICV, the kernel takes the last address of any source route for the
    /// destination, also of one that is used up and records where the packet has been. Nobody can
    /// receive that, not even the kernel.
    @TestFactory
    Stream<DynamicTest> refusesWhatTheKernelItselfRefuses() {
        return CASES.stream()
                .filter(KernelVectorTests::isRouteUsedUp)
                .filter(one -> !one.delivered())
                .map(one -> dynamicTest(one.name(), () -> refuses(one)));
    }

    @TestFactory
    Stream<DynamicTest> makesWhatTheKernelMade() {
        return CASES.stream()
                .filter(KernelVectorTests::isReproducible)
                .map(one -> dynamicTest(one.name(), () -> makes(one)));
    }

    private static boolean isRouteUsedUp(KernelVectors.Case one) {
        return one.name().contains("source route used up");
    }

    /// Not where the kernel chooses otherwise than we:
    /// * its DEFLATE finds other matches;
    /// * behind the ICV of AH it pads with whatever its memory held, and on IPv4 to 8 octets, if
    ///   not told to align to 4;
    /// * it puts IPsec behind all destination options, if there is no routing header;
    /// * it tells a tunnel's routers ECT(0) of a packet that met congestion before (RFC 3168 9.1),
    ///   not that it did (RFC 6040 4.1);
    /// * it identifies the packets of two tunnels in one bundle by two random numbers.
    private static boolean isReproducible(KernelVectors.Case one) {
        boolean compresses =
                one.outbound().stream()
                        .anyMatch(sa -> sa.association().protocol() == IpsecProtocol.IPCOMP);
        boolean behindOptions =
                one.name().contains("destination") && !one.name().contains("routing");
        long tunnels = one.outbound().stream().filter(sa -> isTunnel(sa.association())).count();
        boolean congested = tunnels > 0 && ecn(one.sent().getFirst()) == Ecn.CE;
        return !compresses
                && !behindOptions
                && tunnels <= 1
                && !congested
                && !isRouteUsedUp(one)
                && one.outbound().stream().noneMatch(KernelVectorTests::isPadded);
    }

    private static int ecn(Bytes packet) {
        byte[] octets = packet.toArray();
        return TunnelHeader.trafficClass(octets, 0, octets[0] >> 4 == 4) & 3;
    }

    private static boolean isPadded(KernelVectors.Sa sa) {
        SecurityAssociation association = sa.association();
        return association.protocol() == IpsecProtocol.AH
                && !sa.aligned()
                && (12 + association.authentication().icvBits() / 8) % 8 != 0;
    }

    private static boolean isTunnel(SecurityAssociation sa) {
        return sa.mode() == SaMode.TUNNEL;
    }

    private static void opens(KernelVectors.Case one) {
        TestHost host = receiver(one);
        for (int i = 0; i < one.sent().size(); i++) {
            Bytes arrived = arrived(one, i);

            if (isProtected(one)) {
                host.receive(withItsLastBitChanged(arrived));
                assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.DROP);
            }
            Bytes opened = host.receive(arrived);

            assertThat(host.verdict.kind())
                    .as("packet %d: %s", i, host.verdict.reason())
                    .isEqualTo(Verdict.Kind.DELIVER);
            assertThat(opened).as("packet %d", i).isEqualTo(expected(one, i));
        }
    }

    private static void refuses(KernelVectors.Case one) {
        TestHost host = receiver(one);
        host.receive(arrived(one, 0));
        assertThat(host.verdict.reason()).isEqualTo(DropReason.BAD_ICV);
    }

    private static void makes(KernelVectors.Case one) {
        for (int i = 0; i < one.sent().size(); i++) {
            Bytes wire = one.wire().get(i);
            TestHost host = new TestHost();
            for (KernelVectors.Sa sa : one.outbound()) {
                host.sas.add(sa.active(i));
            }
            host.add(policy(Direction.OUT, one.outbound(), one.sent().get(i)));
            PacketBuffer packet = PacketBuffer.of(one.sent().get(i));
            try (Outbound outbound = new Outbound(ivs(one, i), outer -> 1500)) {
                outbound.process(packet, host, host, TestHost.NOW, host.verdict);
            }
            assertThat(host.verdict.kind())
                    .as("packet %d: %s", i, host.verdict.reason())
                    .isEqualTo(Verdict.Kind.SEND);
            assertThat(packet.toBytes()).as("packet %d", i).isEqualTo(wire);
        }
    }

    /// Chance as the kernel had it: first the identification of a tunnel's header, then what a
    /// counted IV is masked with, or the IV itself.
    private static IvSource ivs(KernelVectors.Case one, int index) {
        byte[] wire = one.wire().get(index).toArray();
        int iv = espIv(wire);
        return new IvSource(() -> 0) {
            private boolean identified;

            @Override
            long nextLong() {
                if (!identified) {
                    identified = true;
                    return Octets.u16(wire, 4);
                }
                return iv < 0 ? 0 : Octets.s64(wire, iv) ^ number(one, index);
            }

            @Override
            void write(byte[] octets, int at, int length) {
                System.arraycopy(wire, iv, octets, at, length);
            }
        };
    }

    /// Of ESP in the packet at `index`.
    private static long number(KernelVectors.Case one, int index) {
        return one.outbound().stream()
                .filter(sa -> sa.association().protocol() == IpsecProtocol.ESP)
                .mapToLong(sa -> sa.last() + 1 + index)
                .findFirst()
                .orElseThrow();
    }

    /// Where ESP's IV stands in a packet; -1 without ESP, or without anything behind it.
    private static int espIv(byte[] packet) {
        boolean ipv4 = packet[0] >> 4 == 4;
        int protocol = packet[ipv4 ? 9 : 6] & 0xff;
        int at = ipv4 ? (packet[0] & 15) * 4 : 40;
        while (protocol != 50) {
            int next = packet[at] & 0xff;
            switch (protocol) {
                case 0, 43, 60 -> at += 8 + 8 * packet[at + 1];
                case 51 -> at += 8 + 4 * packet[at + 1];
                case 17 -> {
                    if (Octets.u16(packet, at + 2) != 4500) {
                        return -1;
                    }
                    at += 8;
                    next = 50;
                }
                default -> {
                    return -1;
                }
            }
            protocol = next;
        }
        return at + 16 <= packet.length ? at + 8 : -1;
    }

    private static boolean isProtected(KernelVectors.Case one) {
        SecurityAssociation last = one.inbound().getLast().association();
        return last.encryption().isAead() || last.authentication().icvBits() > 0;
    }

    private static TestHost receiver(KernelVectors.Case one) {
        InetAddress outer = one.inbound().getLast().association().destination().address();
        Bytes packet = expected(one, 0);
        InetAddress inner = ends(packet).destination();
        TestHost host = inner.equals(outer) ? new TestHost(outer) : new TestHost(outer, inner);
        one.inbound().forEach(sa -> host.sas.add(sa.active(0)));
        host.add(policy(Direction.IN, one.inbound(), packet));
        return host;
    }

    private static Policy policy(Direction direction, List<KernelVectors.Sa> sas, Bytes packet) {
        PolicyRule[] rules =
                sas.stream()
                        .map(KernelVectors.Sa::association)
                        .map(
                                sa ->
                                        isTunnel(sa)
                                                ? TestSas.tunnel(
                                                        sa.protocol(),
                                                        sa.source().address(),
                                                        sa.destination().address())
                                                : TestSas.transport(sa.protocol()))
                        .toArray(PolicyRule[]::new);
        Ends ends = ends(packet);
        return TestSas.policy(direction, ends.source(), ends.destination(), rules);
    }

    record Ends(InetAddress source, InetAddress destination) {}

    private static Ends ends(Bytes packet) {
        byte[] octets = packet.toArray();
        return octets[0] >> 4 == 4
                ? new Ends(address(octets, 12, 4), address(octets, 16, 4))
                : new Ends(address(octets, 8, 16), address(octets, 24, 16));
    }

    private static InetAddress address(byte[] octets, int at, int length) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(octets, at, at + length));
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }

    /// As it reached the receiver. A router that does not pass on what a routing header of these
    /// types asks for (RFC 5095) is stood in for here.
    private static Bytes arrived(KernelVectors.Case one, int index) {
        return one.arrived().isEmpty() ? routed(one.wire().get(index)) : one.arrived().get(index);
    }

    /// What was sent, with what changes on the way as it arrived.
    private static Bytes expected(KernelVectors.Case one, int index) {
        byte[] packet = routed(one.sent().get(index)).toArray();
        boolean tunnel = one.inbound().stream().anyMatch(sa -> isTunnel(sa.association()));
        if (one.arrived().isEmpty() || tunnel) {
            return Bytes.of(packet);
        }
        byte[] arrived = one.arrived().get(index).toArray();
        if (packet[0] >> 4 == 4) {
            int length = (packet[0] & 15) * 4;
            packet[8] = arrived[8];
            System.arraycopy(arrived, 16, packet, 16, length - 16);
            Octets.put16(packet, 10, 0);
            Octets.put16(packet, 10, TestPackets.checksum(packet, 0, length, 0));
        } else {
            packet[7] = arrived[7];
        }
        return Bytes.of(packet);
    }

    /// An IPv6 packet at the end of its routing header (RFC 2460 4.4).
    private static Bytes routed(Bytes packet) {
        byte[] octets = packet.toArray();
        int protocol = octets[6];
        int at = 40;
        while (octets[0] >> 4 == 6 && (protocol == 0 || protocol == 43 || protocol == 60)) {
            if (protocol == 43) {
                int hops = octets[at + 1] / 2;
                for (; octets[at + 3] > 0; octets[at + 3]--) {
                    int hop = at + 8 + 16 * (hops - octets[at + 3]);
                    byte[] next = Arrays.copyOfRange(octets, hop, hop + 16);
                    System.arraycopy(octets, 24, octets, hop, 16);
                    System.arraycopy(next, 0, octets, 24, 16);
                }
            }
            protocol = octets[at];
            at += 8 + 8 * octets[at + 1];
        }
        return Bytes.of(octets);
    }

    private static Bytes withItsLastBitChanged(Bytes packet) {
        byte[] octets = packet.toArray();
        octets[octets.length - 1] ^= 1;
        return Bytes.of(octets);
    }
}
