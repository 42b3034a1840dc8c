package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

/// Those who send beginnings of packets that never end do not keep others from theirs; and what
/// fragments say besides.
class FragmentLimitTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;

    private final TestHost host = new TestHost(B, B6, TestPackets.GATE_B4);
    private int crowdedOut;

    private static InetAddress source(int number) {
        return TestPackets.address("10.0." + number / 256 + "." + number % 256);
    }

    private static Bytes first(InetAddress from, int id) {
        return TestPackets.ipv4(from, B, 17, 0, 0x2000, id, new byte[0], udp(0));
    }

    private static Bytes rest(InetAddress from, int id) {
        return TestPackets.ipv4(from, B, 17, 0, 1, id, new byte[0], udp(8));
    }

    /// The first or second 8 octets of a datagram without a checksum.
    private static byte[] udp(int at) {
        return at == 0
                ? TestPackets.hex("03e8 07d0 0010 0000")
                : TestPackets.hex("41424344 45464748");
    }

    private Verdict.Kind receive(Bytes packet) {
        host.receive(packet);
        crowdedOut += host.verdict.crowdedOut();
        return host.verdict.kind();
    }

    @Test
    void letsNoSourceTakeThePlacesOfOthers() {
        receive(first(source(1), 7));
        for (int id = 0; id < 1000; id++) {
            assertThat(receive(first(A, id))).isEqualTo(Verdict.Kind.ABSORBED);
        }

        assertThat(receive(rest(source(1), 7))).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(crowdedOut).isEqualTo(1000 - Reassembler.MAXIMUM_PER_SOURCE);
    }

    @Test
    void givesUpTheOldestOfASourceThatHasTooMany() {
        for (int id = 0; id <= Reassembler.MAXIMUM_PER_SOURCE; id++) {
            receive(first(A, id));
        }

        assertThat(receive(rest(A, 1))).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(receive(rest(A, Reassembler.MAXIMUM_PER_SOURCE)))
                .isEqualTo(Verdict.Kind.DELIVER);
        assertThat(receive(rest(A, 0))).as("given up").isEqualTo(Verdict.Kind.ABSORBED);
    }

    /// Sources cost nothing; what is sent at once still arrives.
    @Test
    void putsTogetherWhatComesTogetherWhateverElseIsWaiting() {
        for (int number = 0; number < 500; number++) {
            receive(first(source(number), 7));
        }

        assertThat(crowdedOut).isEqualTo(500 - Reassembler.MAXIMUM_IN_CLEAR);
        assertThat(receive(first(A, 9))).isEqualTo(Verdict.Kind.ABSORBED);
        for (int number = 0; number < Reassembler.MAXIMUM_IN_CLEAR - 1; number++) {
            receive(first(source(1000 + number), 7));
        }
        assertThat(receive(rest(A, 9))).isEqualTo(Verdict.Kind.DELIVER);
    }

    @Test
    void keepsWhatCameProtectedBeforeWhatCameInClear() {
        TestHost peer = tunnel();

        receive(peer.send(first(A, 7)));
        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.ABSORBED);
        for (int number = 0; number < 500; number++) {
            receive(first(source(number), 7));
        }

        assertThat(receive(peer.send(rest(A, 7)))).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(host.verdict.stepCount()).isEqualTo(1);
    }

    /// Inside a tunnel a peer may write what it likes.
    @Test
    void countsAllThatComesThroughAnSaAsOfOneSource() {
        TestHost peer = tunnel();
        peer.policies.clear();
        for (int number = 0; number < 40; number++) {
            peer.add(
                    TestSas.policy(
                            Direction.OUT,
                            source(number),
                            B,
                            TestSas.tunnel(
                                    IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4)));
            receive(peer.send(first(source(number), 7)));
        }

        assertThat(crowdedOut).isEqualTo(40 - Reassembler.MAXIMUM_PER_SOURCE);
    }

    private TestHost tunnel() {
        TestHost peer = new TestHost(A);
        var sa =
                TestSas.esp(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x1001)
                        .mode(SaMode.TUNNEL)
                        .build();
        var rule = TestSas.tunnel(IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4);
        peer.add(sa);
        peer.add(TestSas.policy(Direction.OUT, A, B, rule));
        host.add(sa);
        host.add(TestSas.policy(Direction.IN, A, B, rule));
        return peer;
    }

    @Test
    void waitsForAsLongAsItSays() {
        receive(first(A, 1));
        host.now += Reassembler.TIMEOUT_MILLIS - 1;
        assertThat(receive(rest(A, 1))).isEqualTo(Verdict.Kind.DELIVER);

        receive(first(A, 2));
        host.now += Reassembler.TIMEOUT_MILLIS;
        assertThat(receive(rest(A, 2))).isEqualTo(Verdict.Kind.ABSORBED);
        assertThat(host.verdict.lapsed()).isEqualTo(1);
    }

    /// RFC 3168 5.3.
    @ParameterizedTest(name = "IPv4 {0}: {1} and {2} make {3}")
    @CsvSource({
        "true, 0, 0, 0",
        "true, 1, 1, 1",
        "true, 2, 2, 2",
        "true, 3, 3, 3",
        "true, 2, 3, 3",
        "true, 3, 2, 3",
        "true, 1, 3, 3",
        "true, 3, 1, 3",
        "true, 2, 1, 2",
        "true, 1, 2, 1",
        "true, 0, 3, fragment-ecn",
        "true, 3, 0, fragment-ecn",
        "false, 0, 0, 0",
        "false, 2, 2, 2",
        "false, 2, 3, 3",
        "false, 3, 2, 3",
        "false, 1, 3, 3",
        "false, 0, 3, fragment-ecn",
        "false, 3, 0, fragment-ecn",
    })
    void tellsTheWholeOfCongestionThatAFragmentMet(
            boolean ipv4, int first, int second, String outcome) {
        Bytes[] fragments =
                ipv4
                        ? new Bytes[] {
                            TestPackets.ipv4(
                                    A, B, 17, 0xa8 | first, 0x2000, 1, new byte[0], udp(0)),
                            TestPackets.ipv4(A, B, 17, 0xa8 | second, 1, 1, new byte[0], udp(8))
                        }
                        : new Bytes[] {
                            fragment6(0xa8 | first, 1, udp(0)), fragment6(0xa8 | second, 8, udp(8))
                        };
        for (boolean inOrder : new boolean[] {true, false}) {
            receive(fragments[inOrder ? 0 : 1]);
            Bytes arrived = host.receive(fragments[inOrder ? 1 : 0]);

            DropReason reason = host.verdict.reason();
            if (reason != null) {
                assertThat(reason.word()).isEqualTo(outcome);
                continue;
            }
            int trafficClass = ipv4 ? arrived.u8(1) : Octets.u16(arrived.toArray(), 0) >> 4 & 0xff;
            assertThat(trafficClass).isEqualTo(0xa8 | Integer.parseInt(outcome));
            assertThat(Octets.u16(arrived.toArray(), 0) >> 12).isEqualTo(ipv4 ? 4 : 6);
            if (ipv4) {
                assertThat(TestPackets.checksum(arrived.toArray(), 0, 20, 0)).isZero();
            }
        }
    }

    private static Bytes fragment6(int trafficClass, int offsetAndMore, byte[] payload) {
        byte[] header = {17, 0, 0, (byte) offsetAndMore, 0, 0, 0, 9};
        return TestPackets.ipv6(
                A6, B6, 44, trafficClass, TestPackets.concat(header, payload).toArray());
    }

    /// The second, of offset 0 and without more, would make a whole packet of a first fragment.
    @ParameterizedTest
    @ValueSource(strings = {"11 00 0000 00000002", "11 00 0001 00000002", "11 00 0008 00000002"})
    void refusesTwoFragmentHeaders(String second) {
        for (String firstHeader : new String[] {"2c 00 0001 00000001", "2c 00 0000 00000001"}) {
            byte[] payload =
                    TestPackets.concat(
                                    TestPackets.hex(firstHeader), TestPackets.hex(second), udp(0))
                            .toArray();
            Bytes packet = TestPackets.ipv6(A6, B6, 44, 0, payload);

            assertThat(receive(packet)).isEqualTo(Verdict.Kind.DROP);
            assertThat(host.verdict.reason()).isEqualTo(DropReason.BAD_FRAGMENT);
            host.send(packet);
            assertThat(host.verdict.reason()).isEqualTo(DropReason.BAD_FRAGMENT);
        }
    }
}
