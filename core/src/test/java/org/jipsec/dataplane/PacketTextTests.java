package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.A6;
import static org.jipsec.dataplane.TestPackets.B4;
import static org.jipsec.dataplane.TestPackets.B6;
import static org.jipsec.dataplane.TestPackets.hex;

import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.time.ZoneId;
import java.util.Random;

class PacketTextTests {
    private static String line(Bytes packet) {
        return PacketText.line(PacketBuffer.of(packet));
    }

    @Test
    void printsAsTheHowtoDoes() {
        Bytes packet =
                TestPackets.ipv4(
                        A4,
                        B4,
                        51,
                        0,
                        0x4000,
                        1,
                        new byte[0],
                        hex(
                                "32040000 00000200 00000001 000000000000000000000000"
                                        + " 00000201 00000001 0011223344556677"));
        assertThat(PacketText.line(VirtualClock.START, ZoneId.of("UTC"), PacketBuffer.of(packet)))
                .isEqualTo(
                        "12:45:39.373005 192.168.1.100 > 192.168.2.100:"
                                + " AH(spi=0x00000200,seq=0x1): ESP(spi=0x00000201,seq=0x1) (DF)");
    }

    @Test
    void printsPings() {
        assertThat(line(TestPings.request(A4, B4, 3)))
                .isEqualTo(
                        "192.168.1.100 > 192.168.2.100: ICMP echo request, id 7, seq 3, length 64"
                                + " (DF)");
        assertThat(line(TestPings.reply(B6, A6, 3)))
                .isEqualTo(
                        "2001:db8:2::100 > 2001:db8:1::100: ICMP6, echo reply, id 7, seq 3, length"
                                + " 64");
    }

    @Test
    void printsWhatIsInUdp() {
        assertThat(line(TestPackets.udp(A4, B4, 53, 1000, new byte[12])))
                .isEqualTo("192.168.1.100.53 > 192.168.2.100.1000: UDP, length 12");
        assertThat(line(TestPackets.udp(A4, B4, 4500, 1027, hex("0000020100000005aabb"))))
                .endsWith(".1027: UDP-encap: ESP(spi=0x00000201,seq=0x5)");
        assertThat(line(TestPackets.udp(A4, B4, 4500, 4500, hex("ff"))))
                .endsWith("isakmp-nat-keep-alive");
        assertThat(line(TestPackets.udp(A4, B4, 4500, 4500, new byte[32])))
                .endsWith("NONESP-encap: isakmp, length 28");
    }

    @Test
    void printsCompressionTunnelsAndTheRest() {
        assertThat(line(TestPackets.ip(A4, B4, 108, hex("06000002aabb"))))
                .endsWith(": IPComp(cpi=0x0002)");
        assertThat(line(TestPackets.ip(A4, B4, 41, TestPings.request(A6, B6, 1).toArray())))
                .endsWith(
                        ": IP6 2001:db8:1::100 > 2001:db8:2::100: ICMP6, echo request, id 7, seq 1,"
                                + " length 64");
        assertThat(line(TestPackets.ip(A4, B4, 89, new byte[24])))
                .endsWith(": ip-proto-89, length 24");
        assertThat(line(TestPackets.ip(A6, B6, 59, new byte[0]))).endsWith(": no next header");
        assertThat(line(TestPackets.ip(A4, B4, 6, new byte[20]))).endsWith(".0: TCP, length 20");
    }

    @Test
    void printsFragments() {
        Bytes first = TestPackets.ipv4(A4, B4, 17, 0, 0x2000, 4711, new byte[0], new byte[64]);
        assertThat(line(first)).endsWith(": UDP, length 56 (frag 4711:64@0+)");
        Bytes last = TestPackets.ipv4(A4, B4, 17, 0, 8, 4711, new byte[0], new byte[16]);
        assertThat(line(last)).endsWith(": (frag 4711:16@64)");
    }

    @Test
    void saysWhatIsNoPacket() {
        assertThat(line(Bytes.EMPTY)).isEqualTo("[empty-packet], 0 octets");
        assertThat(line(Bytes.ofHex("f0"))).isEqualTo("[bad-version], 1 octets");
        assertThat(line(TestPackets.ip(A4, B4, 50, new byte[7]))).endsWith(": [|esp]");
        assertThat(line(TestPackets.ip(A4, B4, 51, new byte[11]))).endsWith(": [|ah]");
    }

    @Test
    void takesAnyOctets() {
        Random random = new Random(7);
        byte[] octets = TestPings.request(A4, B4, 1).toArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = octets.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[9] = (byte) random.nextInt();
            assertThat(line(Bytes.of(damaged, 0, random.nextInt(damaged.length + 1)))).isNotEmpty();
        }
    }
}
