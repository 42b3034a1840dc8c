package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The ICV of AH over headers that change on the way, against one that the test computes by hand
/// over the header as RFC 4302 3.3.3.1 says it counts.
class AhCoverageTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress LAST = TestPackets.address("10.3.3.3");

    private static Bytes sent(InetAddress a, InetAddress b, Bytes packet) {
        TestHost host = new TestHost(a);
        host.add(
                TestSas.sa(IpsecProtocol.AH, a, b, 0x200)
                        .authentication(AuthAlgorithm.HMAC_SHA1, TestSas.key(20))
                        .build());
        host.add(TestSas.policy(Direction.OUT, a, b, TestSas.transport(IpsecProtocol.AH)));
        Bytes wire = host.send(packet);
        assertThat(host.verdict.kind())
                .as("%s", host.verdict.reason())
                .isEqualTo(Verdict.Kind.SEND);
        return wire;
    }

    private static String hmac(byte[] octets) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(TestSas.key(20).toArray(), "HmacSHA1"));
        return Bytes.of(Arrays.copyOf(mac.doFinal(octets), 12)).hex();
    }

    private static String icv(byte[] wire, int ah) {
        return Bytes.of(wire, ah + 12, 12).hex();
    }

    @Test
    void coversOptionsThatDoNotChangeAndWhereASourceRouteEnds() throws GeneralSecurityException {
        byte[] options =
                TestPackets.hex(
                        "94 04 0000" // router alert
                                + "44 08 05 00 00000000" // timestamp
                                + "83 0b 04 0a010101 0a030303 01" // loose route by way of two hops
                                + "82 07 12345678 00"); // security
        byte[] wire =
                sent(
                                A,
                                B,
                                TestPackets.ipv4(
                                        A,
                                        B,
                                        17,
                                        0x10,
                                        0x4000,
                                        7,
                                        Arrays.copyOf(options, 32),
                                        TestPackets.text(20)))
                        .toArray();
        int ah = 52;

        byte[] counted = wire.clone();
        counted[1] = 0;
        counted[6] = 0;
        counted[8] = 0;
        counted[10] = 0;
        counted[11] = 0;
        System.arraycopy(LAST.getAddress(), 0, counted, 16, 4);
        Arrays.fill(counted, 24, 32, (byte) 0);
        Arrays.fill(counted, 32, 43, (byte) 0);
        Arrays.fill(counted, ah + 12, ah + 24, (byte) 0);
        assertThat(icv(wire, ah)).isEqualTo(hmac(counted));
    }

    @Test
    void coversExtensionHeadersAsTheyArrive() throws GeneralSecurityException {
        InetAddress a = TestPackets.A6;
        InetAddress b = TestPackets.B6;
        InetAddress last = TestPackets.address("2001:db8:3::3");
        // the hop-by-hop header is 16 octets: its second half is padding
        byte[] chain =
                TestPackets.concat(
                                TestPackets.hex("2b01 2602 abcd 0502 0000 0104 00000000"),
                                TestPackets.hex("1102 0001 00000000"),
                                last.getAddress())
                        .toArray();
        byte[] wire =
                sent(
                                a,
                                b,
                                TestPackets.ipv6(
                                        a,
                                        b,
                                        0,
                                        0x11,
                                        TestPackets.concat(chain, TestPackets.text(20)).toArray()))
                        .toArray();
        int ah = 40 + 16 + 24;
        assertThat(wire[40 + 16]).as("named by the routing header").isEqualTo((byte) 51);

        byte[] counted = wire.clone();
        Octets.put32(counted, 0, 0x6000_0000);
        counted[7] = 0;
        counted[40 + 4] = 0; // the option that may change
        counted[40 + 5] = 0;
        System.arraycopy(last.getAddress(), 0, counted, 24, 16);
        System.arraycopy(b.getAddress(), 0, counted, 40 + 16 + 8, 16);
        counted[40 + 16 + 3] = 0; // no segments left
        Arrays.fill(counted, ah + 12, ah + 24, (byte) 0);
        assertThat(icv(wire, ah)).isEqualTo(hmac(counted));
    }

    @Test
    void refusesARouteLongerThanItsHeader() {
        InetAddress a = TestPackets.A6;
        InetAddress b = TestPackets.B6;
        AhCoverage coverage = new AhCoverage();
        PacketBuffer packet =
                PacketBuffer.of(TestPackets.ip(a, b, 43, TestPackets.hex("3300 0001 00000000")));

        assertThat(coverage.cover(packet, false, 48)).isFalse();
    }
}
