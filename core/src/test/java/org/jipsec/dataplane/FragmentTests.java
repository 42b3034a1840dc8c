package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class FragmentTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;

    private final TestHost left = new TestHost(A, TestPackets.A6);
    private final TestHost right = new TestHost(B, TestPackets.B6);

    private void transport(InetAddress a, InetAddress b) {
        var sa = TestSas.esp(a, b, 0x201).build();
        left.add(sa);
        right.add(sa);
        left.add(TestSas.policy(Direction.OUT, a, b, TestSas.transport(IpsecProtocol.ESP)));
        right.add(TestSas.policy(Direction.IN, a, b, TestSas.transport(IpsecProtocol.ESP)));
    }

    private List<Bytes> sent(Bytes packet) {
        List<Bytes> all = new ArrayList<>();
        all.add(left.send(packet));
        assertThat(left.verdict.kind())
                .as("%s", left.verdict.reason())
                .isEqualTo(Verdict.Kind.SEND);
        for (int i = 0; i < left.verdict.extraCount(); i++) {
            all.add(left.verdict.extra(i).toBytes());
        }
        return all;
    }

    private Bytes arrives(List<Bytes> packets) {
        Bytes last = Bytes.EMPTY;
        for (int i = 0; i < packets.size(); i++) {
            last = right.receive(packets.get(i));
            assertThat(right.verdict.kind())
                    .as("%s", right.verdict.reason())
                    .isEqualTo(
                            i < packets.size() - 1 ? Verdict.Kind.ABSORBED : Verdict.Kind.DELIVER);
        }
        return last;
    }

    @ParameterizedTest
    @ValueSource(ints = {1400, 1473, 3000, 20_000, 65_000})
    void cutsWhatIsTooLargeForThePath(int payload) {
        transport(A, B);
        Bytes packet = TestPackets.udp(A, B, payload);

        List<Bytes> fragments = sent(packet);

        assertThat(fragments)
                .hasSize(
                        (payload + 8 + 2 + 15) / 16 * 16 + 36 > 1480
                                ? (payload + 70) / 1480 + 1
                                : 1);
        assertThat(fragments).allMatch(fragment -> fragment.length() <= 1500);
        Collections.shuffle(fragments, new Random(payload));
        assertThat(arrives(fragments)).isEqualTo(packet);
    }

    @Test
    void cutsIpv6WhereTheInnerPacketCannotBeSmaller() {
        left.mtu = 1280;
        transport(TestPackets.A6, TestPackets.B6);
        Bytes packet = TestPackets.udp(TestPackets.A6, TestPackets.B6, 1232);
        assertThat(packet.length()).isEqualTo(1280);

        List<Bytes> fragments = sent(packet);

        assertThat(fragments).hasSize(2).allMatch(fragment -> fragment.u8(6) == 44);
        assertThat(arrives(fragments)).isEqualTo(packet);
    }

    @Test
    void numbersFragmentedPacketsOfIpv6SoThatNobodyForeseesIt() {
        left.mtu = 1280;
        transport(TestPackets.A6, TestPackets.B6);
        Set<String> ids = new HashSet<>();
        Set<Integer> steps = new HashSet<>();
        int last = 0;
        for (int i = 0; i < 100; i++) {
            List<Bytes> fragments = sent(TestPackets.udp(TestPackets.A6, TestPackets.B6, 1232));
            Set<String> own = new HashSet<>();
            for (Bytes fragment : fragments) {
                own.add(fragment.hex().substring(2 * 44, 2 * 48));
            }
            assertThat(own).as("one for all fragments of a packet").hasSize(1);
            ids.addAll(own);
            int id = Integer.parseUnsignedInt(own.iterator().next(), 16);
            steps.add(id - last);
            last = id;
        }
        assertThat(ids).hasSize(100);
        assertThat(steps).as("RFC 7739: no counter").hasSize(100);
    }

    @Test
    void putsFragmentsTogetherBeforeTransportMode() {
        transport(A, B);
        byte[] whole = TestPackets.udp(A, B, 2000).toArray();
        Bytes first = part(whole, 0, 1480, true);
        Bytes second = part(whole, 1480, 2008, false);

        left.send(second);
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        List<Bytes> fragments = sent(first);

        Bytes arrived = arrives(fragments);
        assertThat(Bytes.of(arrived.toArray(), 20, arrived.length() - 20))
                .isEqualTo(Bytes.of(whole, 20, whole.length - 20));
    }

    @Test
    void sendsFragmentsThroughATunnelAsTheyAre() {
        var sa =
                TestSas.esp(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1001)
                        .mode(SaMode.TUNNEL)
                        .build();
        left.add(sa);
        left.add(
                TestSas.policy(
                        Direction.OUT,
                        A,
                        B,
                        TestSas.tunnel(
                                IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4)));

        assertThat(sent(part(TestPackets.udp(A, B, 2000).toArray(), 1480, 2008, false))).hasSize(1);
    }

    @Test
    void putsFragmentsTogetherWhenPoliciesLookAtPorts() {
        left.byPort = true;
        byte[] whole = TestPackets.udp(A, B, 2000).toArray();

        left.send(part(whole, 0, 1480, true));
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);

        assertThat(sent(part(whole, 1480, 2008, false)))
                .as("in clear it leaves in fragments again")
                .hasSize(2);
    }

    @Test
    void doesNotLetAClearFragmentCompleteAProtectedOne() {
        var sa =
                TestSas.esp(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1001)
                        .mode(SaMode.TUNNEL)
                        .build();
        TestHost gateway = new TestHost(B, TestPackets.GATE_B4);
        var rule = TestSas.tunnel(IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4);
        left.add(sa);
        left.add(TestSas.policy(Direction.OUT, A, B, rule));
        gateway.add(sa);
        gateway.add(TestSas.policy(Direction.IN, A, B, rule));
        gateway.byPort = true;
        byte[] whole = TestPackets.udp(A, B, 2000).toArray();
        Bytes first = part(whole, 0, 1400, true);
        Bytes second = part(whole, 1400, 2008, false);

        gateway.receive(left.send(first));
        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        gateway.receive(second);
        assertThat(gateway.verdict.kind())
                .as("the forged end waits for a beginning of its own")
                .isEqualTo(Verdict.Kind.ABSORBED);
        gateway.receive(left.send(second));
        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
    }

    /// Of the payload of `whole`, as a fragment.
    private static Bytes part(byte[] whole, int from, int to, boolean more) {
        byte[] payload = Arrays.copyOfRange(whole, 20 + from, 20 + to);
        return TestPackets.ipv4(
                A, B, 17, 0, from / 8 | (more ? 0x2000 : 0), 0x77, new byte[0], payload);
    }

    @Test
    void forgetsAPacketThatOverlaps() {
        byte[] whole = TestPackets.udp(A, B, 100).toArray();
        right.byPort = true;
        right.receive(part(whole, 0, 64, true));
        right.receive(part(whole, 56, 108, false));
        assertThat(right.verdict.reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);

        right.receive(part(whole, 64, 108, false));
        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
    }

    @Test
    void refusesTwoEnds() {
        byte[] whole = TestPackets.udp(A, B, 100).toArray();
        right.byPort = true;
        right.receive(part(whole, 64, 108, false));
        right.receive(part(whole, 0, 8, false));
        right.receive(part(whole, 8, 16, false));
        assertThat(right.verdict.reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
    }

    @Test
    void keepsItsMemoryWithinBounds() {
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            right.receive(
                    TestPackets.ipv4(
                            A,
                            B,
                            50,
                            0,
                            0x2000 | random.nextInt(8000),
                            random.nextInt(65536),
                            new byte[0],
                            new byte[8]));
            right.now += 5;
        }
        assertThat(right.verdict.crowdedOut()).isEqualTo(1);
        right.now += Reassembler.TIMEOUT_MILLIS;
        right.receive(TestPackets.ipv4(A, B, 50, 0, 0x2000, 1, new byte[0], new byte[8]));
        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        assertThat(right.verdict.lapsed()).isEqualTo(Reassembler.MAXIMUM_PER_SOURCE);
    }

    /// The last fragment of all, then the same with more in it: it ends behind what is held.
    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void refusesAnEndThatIsLongerTheSecondTime(int size) {
        right.byPort = true;
        right.receive(end(1));
        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);

        right.receive(end(size));
        assertThat(right.verdict.reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
    }

    private static Bytes end(int size) {
        return TestPackets.ipv4(A, B, 17, 0, 8192 / 8, 0x77, new byte[0], new byte[size]);
    }

    /// Only the first fragment shows that this is UDP; the policy is for all of them.
    @Test
    void sendsNoFragmentInClearThatDoesNotTellItsProtocol() {
        InetAddress a = TestPackets.A6;
        InetAddress b = TestPackets.B6;
        left.add(TestSas.esp(a, b, 0x201).build());
        left.add(
                Policy.of(
                        new Selector(Prefix.host(a), 0, Prefix.host(b), 0, IpHeaders.UDP),
                        Direction.OUT,
                        PolicyAction.IPSEC,
                        TestSas.transport(IpsecProtocol.ESP)));
        byte[] udp = TestPackets.udp(a, b, 1600).toArray();
        byte[] options = {IpHeaders.UDP, 0, 1, 4, 0, 0, 0, 0};
        byte[] whole =
                TestPackets.concat(options, Arrays.copyOfRange(udp, 40, udp.length)).toArray();

        left.send(part6(whole, 800, whole.length, false));
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        left.send(part6(whole, 0, 800, true));
        assertThat(left.verdict.kind()).isEqualTo(Verdict.Kind.SEND);
        assertThat(left.verdict.stepCount()).isEqualTo(1);
    }

    private static Bytes part6(byte[] whole, int from, int to, boolean more) {
        byte[] header = {
            IpHeaders.DESTINATION_OPTIONS,
            0,
            (byte) (from >> 8),
            (byte) (from | (more ? 1 : 0)),
            0,
            0,
            0,
            9
        };
        return TestPackets.ipv6(
                TestPackets.A6,
                TestPackets.B6,
                IpHeaders.FRAGMENT,
                0,
                TestPackets.concat(header, Arrays.copyOfRange(whole, from, to)).toArray());
    }

    /// A tunnel of IPComp sends what does not shrink as IP in IP, which may be cut on the way.
    @Test
    void putsTogetherWhatATunnelDidNotCompress() {
        TestHost gateway = new TestHost(B, TestPackets.GATE_B4);
        gateway.add(
                TestSas.ipcomp(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1234)
                        .mode(SaMode.TUNNEL)
                        .build());
        gateway.add(
                TestSas.policy(
                        Direction.IN,
                        A,
                        B,
                        TestSas.tunnel(
                                IpsecProtocol.IPCOMP, TestPackets.GATE_A4, TestPackets.GATE_B4)));
        Bytes inner = TestPackets.udp(A, B, 100);

        gateway.receive(outer(inner, 64, 128, false));
        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        Bytes arrived = gateway.receive(outer(inner, 0, 64, true));
        assertThat(gateway.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(arrived).isEqualTo(inner);
    }

    private static Bytes outer(Bytes inner, int from, int to, boolean more) {
        return TestPackets.ipv4(
                TestPackets.GATE_A4,
                TestPackets.GATE_B4,
                IpHeaders.IPV4,
                0,
                from / 8 | (more ? 0x2000 : 0),
                0x88,
                new byte[0],
                Arrays.copyOfRange(inner.toArray(), from, to));
    }
}
