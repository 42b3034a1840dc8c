package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.zip.Deflater;

/// What ESP, AH and IPComp may carry besides the usual.
class UnusualPayloadTests {
    private final TestHost left = new TestHost();
    private final TestHost right = new TestHost(TestPackets.B4, TestPackets.B6);

    private Bytes through(SecurityAssociation sa, Bytes packet) {
        InetAddress from = sa.source().address();
        InetAddress to = sa.destination().address();
        PolicyRule rule = TestSas.transport(sa.protocol());
        left.add(sa);
        right.add(sa);
        left.add(TestSas.policy(Direction.OUT, from, to, rule));
        right.add(TestSas.policy(Direction.IN, from, to, rule));
        Bytes wire = left.send(packet);
        assertThat(left.verdict.stepCount()).isEqualTo(1);
        return right.receive(wire);
    }

    /// 59, no next header.
    @ParameterizedTest(name = "{0}, IPv4 {1}")
    @CsvSource({"AH, true", "AH, false", "IPCOMP, true", "IPCOMP, false"})
    void deliversNothingAtAll(IpsecProtocol protocol, boolean ipv4) {
        InetAddress a = ipv4 ? TestPackets.A4 : TestPackets.A6;
        InetAddress b = ipv4 ? TestPackets.B4 : TestPackets.B6;
        Bytes packet = TestPackets.ip(a, b, 59, TestPackets.text(200));
        SecurityAssociation.Builder sa =
                protocol == IpsecProtocol.AH
                        ? TestSas.ah(a, b, 0x200)
                        : TestSas.ipcomp(a, b, 0x200);

        assertThat(through(sa.build(), packet)).isEqualTo(packet);
        assertThat(right.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesItForADummyFromEsp(boolean ipv4) {
        InetAddress a = ipv4 ? TestPackets.A4 : TestPackets.A6;
        InetAddress b = ipv4 ? TestPackets.B4 : TestPackets.B6;

        through(TestSas.esp(a, b, 0x200).build(), TestPackets.ip(a, b, 59, TestPackets.text(20)));

        assertThat(right.verdict.reason()).isEqualTo(DropReason.DUMMY_PACKET);
    }

    /// 300 octets of which DEFLATE makes `compressed` with the header.
    private static byte[] compressed(byte[] octets) {
        byte[] out = new byte[400];
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(octets);
        deflater.finish();
        int length = deflater.deflate(out, 4, out.length - 4);
        deflater.end();
        out[0] = 17;
        out[3] = 2;
        return Arrays.copyOf(out, 4 + length);
    }

    /// As many octets of padding as leave the packet no longer than it was; what is more was not
    /// made by compressing.
    @ParameterizedTest(name = "up to {0} octets from the original length: {1}")
    @CsvSource({"-200, DELIVER", "-1, DELIVER", "0, DELIVER", "1, DROP", "1000, DROP"})
    void ignoresWhatIsBehindTheEndOfDeflate(int from, Verdict.Kind kind) {
        Bytes packet = TestPackets.udp(TestPackets.A4, TestPackets.B4, 292);
        byte[] upper = Arrays.copyOfRange(packet.toArray(), 20, packet.length());
        right.add(TestSas.ipcomp(TestPackets.A4, TestPackets.B4, 2).build());
        byte[] payload = compressed(upper);
        assertThat(payload.length).isLessThan(100);

        Bytes arrived =
                right.receive(
                        TestPackets.ip(
                                TestPackets.A4,
                                TestPackets.B4,
                                108,
                                Arrays.copyOf(payload, upper.length + from)));

        assertThat(right.verdict.kind()).isEqualTo(kind);
        if (kind == Verdict.Kind.DELIVER) {
            assertThat(arrived).isEqualTo(packet);
        } else {
            assertThat(right.verdict.reason()).isEqualTo(DropReason.IPCOMP_DATA);
        }
    }

    @Test
    void refusesDeflateThatHasNoEnd() {
        byte[] upper = TestPackets.text(300);
        right.add(TestSas.ipcomp(TestPackets.A4, TestPackets.B4, 2).build());
        byte[] payload = compressed(upper);

        right.receive(
                TestPackets.ip(
                        TestPackets.A4,
                        TestPackets.B4,
                        108,
                        Arrays.copyOf(payload, payload.length - 1)));

        assertThat(right.verdict.reason()).isEqualTo(DropReason.IPCOMP_DATA);
    }
}
