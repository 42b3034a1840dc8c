package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Whole packets that others made, with keys they published.
class PacketVectorTests {
    private static final InetAddress FROM = TestPackets.address("192.168.123.3");
    private static final InetAddress TO = TestPackets.address("192.168.123.100");

    private final TestHost host = new TestHost(TO, TestPackets.address("192.168.123.200"));

    @ParameterizedTest(name = "RFC 3602 4, case {0}")
    @CsvSource({
        "5, 90d382b410eeba7ad938c46cec1a82bf, 0000432100000001e96e8c08ab465763fd098d45dd3ff893"
                + "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
                + "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
                + "a269add047ad2d5913ac19b7cfbad4a6,"
                + " 08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f1011121314151617"
                + "18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
        "6, 90d382b410eeba7ad938c46cec1a82bf, 000043210000000869d08df7d203329db093fc4924e5bd80"
                + "f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75,"
                + " 0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
    })
    void opensTransportModeOfRfc3602(int number, String key, String esp, String payload) {
        host.add(rfc3602(TO, Integer.parseInt(esp.substring(4, 8), 16), key));

        Bytes clear = host.receive(TestPackets.ip(FROM, TO, 50, TestPackets.hex(esp)));

        assertThat(host.verdict.kind()).isEqualTo(Verdict.Kind.DELIVER);
        assertThat(clear).isEqualTo(TestPackets.ip(FROM, TO, 1, TestPackets.hex(payload)));
    }

    @ParameterizedTest(name = "RFC 3602 4, case {0}")
    @CsvSource({
        "7, 0123456789abcdef0123456789abcdef, 0000876500000002f4e765244f6407adf13dc1380f673f37"
                + "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
                + "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
                + "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d,"
                + " 45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d"
                + "02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
                + "2425262728292a2b2c2d2e2f3031323334353637",
        "8, 0123456789abcdef0123456789abcdef, 000087650000000585d47224b5f3dd5d2101d4ea8dffab22"
                + "15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb5"
                + "0f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3"
                + "d2726d9b5ef6affc6d17a0decbb13892,"
                + " 45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083d"
                + "a3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                + "ffffffff",
    })
    void opensTunnelModeOfRfc3602(int number, String key, String esp, String inner) {
        InetAddress gateway = TestPackets.address("192.168.123.200");
        host.add(rfc3602(gateway, 0x8765, key).toBuilder().mode(SaMode.TUNNEL).build());
        host.add(
                TestSas.policy(
                        Direction.IN,
                        FROM,
                        gateway,
                        TestSas.tunnel(IpsecProtocol.ESP, FROM, gateway)));

        Bytes clear = host.receive(TestPackets.ip(FROM, gateway, 50, TestPackets.hex(esp)));

        assertThat(host.verdict.kind())
                .as("%s", host.verdict.reason())
                .isEqualTo(Verdict.Kind.DELIVER);
        assertThat(clear.hex()).isEqualTo(inner);
    }

    private static SecurityAssociation rfc3602(InetAddress to, int spi, String key) {
        return TestSas.sa(IpsecProtocol.ESP, FROM, to, spi)
                .encryption(EncryptionAlgorithm.AES_CBC, Secret.ofHex(key))
                .build();
    }

    record GcmCase(
            String key, String nonce, String additional, String plain, String cipher, String icv) {
        static GcmCase of(String line) {
            String[] words = line.split(" ");
            return new GcmCase(words[0], words[1], words[2], words[3], words[4], words[5]);
        }

        boolean extended() {
            return additional.length() == 24;
        }

        int spi() {
            return Integer.parseUnsignedInt(additional.substring(0, 8), 16);
        }

        long sequence() {
            return Long.parseUnsignedLong(additional.substring(8), 16);
        }

        long iv() {
            return Long.parseUnsignedLong(nonce.substring(8), 16);
        }

        byte[] esp() {
            return TestPackets.hex(
                    additional.substring(0, 8)
                            + additional.substring(additional.length() - 8)
                            + nonce.substring(8)
                            + cipher
                            + icv);
        }

        /// Without padding, pad length and next header.
        String payload() {
            int end = plain.length() - 4;
            int padding = Integer.parseInt(plain.substring(end, end + 2), 16);
            return plain.substring(0, end - 2 * padding);
        }

        int nextHeader() {
            return Integer.parseInt(plain.substring(plain.length() - 2), 16);
        }

        ActiveSa sa() {
            ActiveSa sa =
                    new ActiveSa(
                            TestSas.sa(IpsecProtocol.ESP, FROM, TO, spi())
                                    .encryption(
                                            EncryptionAlgorithm.AES_GCM_16,
                                            Secret.ofHex(key + nonce.substring(0, 8)))
                                    .extendedSequence(extended())
                                    .build());
            sa.continueFrom(sequence() - 1);
            return sa;
        }
    }

    static Stream<GcmCase> gcmCases() throws IOException {
        return lines("/vectors/packets/draft-mcgrew-gcm-test-01.txt").map(GcmCase::of);
    }

    private static Stream<String> lines(String resource) throws IOException {
        try (InputStream in = PacketVectorTests.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines().filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("gcmCases")
    void opensTheCasesOfDraftMcgrew(GcmCase vector) {
        host.sas.add(vector.sa());

        Bytes clear = host.receive(TestPackets.ip(FROM, TO, 50, vector.esp()));

        assertThat(host.verdict.kind())
                .as("%s", host.verdict.reason())
                .isEqualTo(Verdict.Kind.DELIVER);
        assertThat(clear)
                .isEqualTo(
                        TestPackets.ip(
                                FROM, TO, vector.nextHeader(), TestPackets.hex(vector.payload())));
    }

    @ParameterizedTest
    @MethodSource("gcmCases")
    void makesTheCasesOfDraftMcgrew(GcmCase vector) {
        // the IV is the sequence number under a mask: with this mask it is the vector's
        RandomGenerator mask = () -> vector.sequence() ^ vector.iv();
        host.sas.add(vector.sa());
        host.add(TestSas.policy(Direction.OUT, FROM, TO, TestSas.transport(IpsecProtocol.ESP)));
        PacketBuffer packet =
                PacketBuffer.of(
                        TestPackets.ip(
                                FROM, TO, vector.nextHeader(), TestPackets.hex(vector.payload())));

        try (Outbound outbound = new Outbound(mask, outer -> 1500)) {
            outbound.process(packet, host, host, TestHost.NOW, host.verdict);
        }

        assertThat(packet.toBytes()).isEqualTo(TestPackets.ip(FROM, TO, 50, vector.esp()));
    }

    @Test
    void opensTheExampleOfRfc7634() {
        InetAddress from = TestPackets.address("203.0.113.153");
        InetAddress to = TestPackets.address("203.0.113.5");
        InetAddress inner = TestPackets.address("192.0.2.5");
        TestHost gateway = new TestHost(to, inner);
        gateway.add(
                TestSas.sa(IpsecProtocol.ESP, from, to, 0x01020304)
                        .encryption(
                                EncryptionAlgorithm.CHACHA20_POLY1305,
                                Secret.ofHex(
                                        "808182838485868788898a8b8c8d8e8f"
                                                + "909192939495969798999a9b9c9d9e9fa0a1a2a3"))
                        .mode(SaMode.TUNNEL)
                        .build());
        gateway.add(anyPolicy(TestSas.tunnel(IpsecProtocol.ESP, from, to)));
        byte[] esp =
                TestPackets.hex(
                        "01020304000000051011121314151617"
                                + "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
                                + "14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
                                + "cbec163fac469b502773f6fb94e664da9165b82829f641e0"
                                + "76aaa8266b7fb0f7b11b369907e1ad43");

        Bytes clear = gateway.receive(TestPackets.ip(from, to, 50, esp));

        assertThat(gateway.verdict.kind())
                .as("%s", gateway.verdict.reason())
                .isEqualTo(Verdict.Kind.DELIVER);
        assertThat(clear.hex())
                .isEqualTo(
                        "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
                                + "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
                                + "2425262728292a2b2c2d2e2f3031323334353637");
    }

    private static Policy anyPolicy(org.jipsec.sadb.PolicyRule... rules) {
        Prefix any = new Prefix(TestPackets.address("0.0.0.0"), 0);
        return Policy.of(Selector.between(any, any), Direction.IN, PolicyAction.IPSEC, rules);
    }

    private static final InetAddress SUNRISE = TestPackets.address("192.1.2.23");
    private static final InetAddress SUNSET = TestPackets.address("192.1.2.45");
    private static final InetAddress INNER = TestPackets.address("192.0.1.1");

    private static SecurityAssociation.Builder sunrise(InetAddress to, int spi) {
        return TestSas.sa(IpsecProtocol.ESP, SUNRISE, to, spi)
                .mode(SaMode.TUNNEL)
                .authentication(
                        AuthAlgorithm.HMAC_MD5, Secret.ofHex("87658765876587658765876587658765"));
    }

    /// What tcpdump printed of the innermost packet, in its words.
    private static String tcpdump(Bytes packet) {
        assertThat(packet.u8(9)).isEqualTo(1);
        assertThat(packet.u8(20)).isEqualTo(8);
        return "IP %d.%d.%d.%d > %d.%d.%d.%d: ICMP echo request, id %d, seq %d, length %d"
                .formatted(
                        packet.u8(12),
                        packet.u8(13),
                        packet.u8(14),
                        packet.u8(15),
                        packet.u8(16),
                        packet.u8(17),
                        packet.u8(18),
                        packet.u8(19),
                        packet.u8(24) << 8 | packet.u8(25),
                        packet.u8(26) << 8 | packet.u8(27),
                        packet.length() - 20);
    }

    private void printsAsTcpdump(TestHost sunset, String capture, String output)
            throws IOException {
        List<Bytes> packets = PcapFile.read("/vectors/tcpdump/" + capture);
        List<String> lines = lines("/vectors/tcpdump/" + output).toList();
        assertThat(packets).hasSameSizeAs(lines).hasSize(8);
        for (int i = 0; i < packets.size(); i++) {
            Bytes clear = sunset.receive(packets.get(i));
            assertThat(sunset.verdict.kind())
                    .as("%s", sunset.verdict.reason())
                    .isEqualTo(Verdict.Kind.DELIVER);
            assertThat(lines.get(i)).endsWith(": " + tcpdump(clear));
        }
    }

    @Test
    void opensTcpdumpsTripleDesCapture() throws IOException {
        TestHost sunset = new TestHost(SUNSET);
        sunset.add(
                sunrise(SUNSET, 0x12345678)
                        .encryption(
                                EncryptionAlgorithm.TRIPLE_DES_CBC,
                                Secret.ofHex("4043434545464649494a4a4c4c4f4f515152525454575758"))
                        .build());
        sunset.add(
                anyPolicy(TestSas.tunnel(IpsecProtocol.ESP, SUNRISE, SUNSET))
                        .withDirection(Direction.FWD));

        printsAsTcpdump(sunset, "02-sunrise-sunset-esp.pcap", "esp1.out");
    }

    @Test
    void opensTcpdumpsNestedTunnels() throws IOException {
        TestHost sunset = new TestHost(SUNSET, INNER);
        sunset.add(
                sunrise(SUNSET, 0x12345678)
                        .encryption(
                                EncryptionAlgorithm.TRIPLE_DES_CBC,
                                Secret.ofHex("43434545464649494a4a4c4c4f4f51515252545457575840"))
                        .authentication(
                                AuthAlgorithm.HMAC_MD5,
                                Secret.ofHex("65876587658765876587658765876587"))
                        .build());
        sunset.add(
                sunrise(INNER, 0xabcdabcd)
                        .encryption(
                                EncryptionAlgorithm.TRIPLE_DES_CBC,
                                Secret.ofHex("434545464649494a4a4c4c4f4f5151525254545757584043"))
                        .build());
        sunset.add(
                anyPolicy(
                        TestSas.tunnel(IpsecProtocol.ESP, SUNRISE, INNER),
                        TestSas.tunnel(IpsecProtocol.ESP, SUNRISE, SUNSET)));

        printsAsTcpdump(sunset, "08-sunrise-sunset-esp2.pcap", "esp2.out");
    }

    @Test
    void opensTcpdumpsAesCapture() throws IOException {
        TestHost sunset = new TestHost(SUNSET);
        sunset.add(
                sunrise(SUNSET, 0xd1234567)
                        .encryption(
                                EncryptionAlgorithm.AES_CBC,
                                Secret.ofHex(
                                        "aaaabbbbccccdddd4043434545464649"
                                                + "494a4a4c4c4f4f515152525454575758"))
                        .authentication(
                                AuthAlgorithm.HMAC_SHA1,
                                Secret.ofHex("8765876587658765876587658765876587658765"))
                        .build());
        sunset.add(
                anyPolicy(TestSas.tunnel(IpsecProtocol.ESP, SUNRISE, SUNSET))
                        .withDirection(Direction.FWD));

        printsAsTcpdump(sunset, "08-sunrise-sunset-aes.pcap", "esp5.out");
    }

    @Test
    void opensTcpdumpsUdpCapture() throws IOException {
        TestHost sunset = new TestHost(SUNSET);
        sunset.add(
                sunrise(SUNSET, 0x12345678)
                        .encryption(
                                EncryptionAlgorithm.TRIPLE_DES_CBC,
                                Secret.ofHex("4043434545464649494a4a4c4c4f4f515152525454575758"))
                        .encapsulation(new UdpEncapsulation(4500, 4500, Optional.empty(), 0))
                        .build());
        sunset.add(
                anyPolicy(TestSas.tunnel(IpsecProtocol.ESP, SUNRISE, SUNSET))
                        .withDirection(Direction.FWD));

        for (Bytes packet : PcapFile.read("/vectors/tcpdump/espudp1.pcap")) {
            Bytes clear = sunset.receive(packet);
            assertThat(sunset.verdict.kind())
                    .as("%s", sunset.verdict.reason())
                    .isEqualTo(Verdict.Kind.DELIVER);
            assertThat(tcpdump(clear)).startsWith("IP 192.0.2.1 > 192.0.1.1: ICMP echo request");
        }
    }
}
