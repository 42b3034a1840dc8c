package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// About which packets nothing is said (RFC 1122 3.2.2, RFC 4443 2.4 e).
class IcmpErrorTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;

    private static Bytes icmp(InetAddress from, InetAddress to, int protocol, int type) {
        byte[] message = Arrays.copyOf(new byte[] {(byte) type}, 40);
        return TestPackets.ip(from, to, protocol, message);
    }

    private static Bytes between(String from, String to) {
        return TestPackets.udp(TestPackets.address(from), TestPackets.address(to), 40);
    }

    private static Bytes fragment(int offset) {
        return TestPackets.ipv4(A, B, 17, 0, offset / 8 | 0x2000, 1, new byte[0], new byte[64]);
    }

    private static Bytes fragment6(int offset) {
        byte[] header = {17, 0, 0, (byte) (offset | 1), 0, 0, 0, 9};
        byte[] payload = TestPackets.concat(header, new byte[64]).toArray();
        return TestPackets.ipv6(A6, B6, IpHeaders.FRAGMENT, 0, payload);
    }

    static Stream<Arguments> unanswered() {
        return Stream.of(
                        IntStream.of(3, 4, 5, 11, 12)
                                .mapToObj(
                                        type -> Arguments.of("ICMP " + type, icmp(A, B, 1, type))),
                        IntStream.of(1, 2, 3, 4, 100, 127, 137)
                                .mapToObj(
                                        type ->
                                                Arguments.of(
                                                        "ICMPv6 " + type, icmp(A6, B6, 58, type))),
                        Stream.of(
                                Arguments.of("a later fragment", fragment(64)),
                                Arguments.of("a later fragment of IPv6", fragment6(64)),
                                Arguments.of("to multicast", between("192.0.2.1", "224.0.0.9")),
                                Arguments.of(
                                        "to broadcast", between("192.0.2.1", "255.255.255.255")),
                                Arguments.of("from this network", between("0.0.0.0", "192.0.2.1")),
                                Arguments.of("from loopback", between("127.0.0.1", "192.0.2.1")),
                                Arguments.of("from multicast", between("224.0.0.9", "192.0.2.1")),
                                Arguments.of(
                                        "from broadcast", between("255.255.255.255", "192.0.2.1")),
                                Arguments.of("to multicast", between("2001:db8::1", "ff02::1")),
                                Arguments.of("from unspecified", between("::", "2001:db8::1")),
                                Arguments.of("from loopback", between("::1", "2001:db8::1")),
                                Arguments.of("from multicast", between("ff05::2", "2001:db8::1"))))
                .flatMap(all -> all);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unanswered")
    void saysNothing(String about, Bytes packet) {
        assertThat(messages(packet)).isZero();
    }

    static Stream<Arguments> answered() {
        return Stream.of(
                Arguments.of("an echo request", icmp(A, B, 1, 8)),
                Arguments.of("an echo request of ICMPv6", icmp(A6, B6, 58, 128)),
                Arguments.of("UDP whose first octet is like an error's", TestPackets.udp(A, B, 40)),
                Arguments.of("a first fragment", fragment(0)),
                Arguments.of("a first fragment of IPv6", fragment6(0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answered")
    void saysSomething(String about, Bytes packet) {
        assertThat(messages(packet)).isEqualTo(2);
    }

    private static int messages(Bytes packet) {
        PacketBuffer buffer = PacketBuffer.of(packet);
        IpHeaders headers = new IpHeaders();
        assertThat(headers.read(buffer)).isNull();
        Verdict verdict = new Verdict();
        IcmpError.tooBig(buffer, headers, 1280, verdict);
        IcmpError.timeExceeded(buffer, headers, verdict);
        return verdict.extraCount();
    }
}
