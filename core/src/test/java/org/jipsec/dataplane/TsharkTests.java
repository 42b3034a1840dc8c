package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.testing.RequiredTool;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Our capture files before Wireshark: with the keys it decrypts every packet, finds every ICV
/// good, and sees what we sent. Its names are those of its table `esp_sa`; one wrong letter, and it
/// ignores the line.
class TsharkTests {
    private static final int PAYLOAD = 50;

    // as version 4 prints them, or others
    private static final String YES = "(1|True)";
    private static final String NO = "(0|False|)";

    /// @param wiresharkName of the table's column
    record Cipher(String wiresharkName, EncryptionAlgorithm algorithm, int keyLength) {}

    record Mac(String wiresharkName, AuthAlgorithm algorithm, int keyLength) {}

    record Case(Cipher cipher, Mac mac, boolean ipv4, boolean tunnel, boolean udp) {
        InetAddress from() {
            return ipv4 ? TestPackets.A4 : TestPackets.A6;
        }

        InetAddress to() {
            return ipv4 ? TestPackets.B4 : TestPackets.B6;
        }

        InetAddress outerFrom() {
            return tunnel ? ipv4 ? TestPackets.GATE_A4 : TestPackets.GATE_A6 : from();
        }

        InetAddress outerTo() {
            return tunnel ? ipv4 ? TestPackets.GATE_B4 : TestPackets.GATE_B6 : to();
        }
    }

    private static final Mac SHA1 = new Mac("HMAC-SHA-1-96 [RFC2404]", AuthAlgorithm.HMAC_SHA1, 20);
    private static final Mac NO_MAC = new Mac("NULL", AuthAlgorithm.NONE, 0);
    private static final Cipher AES =
            new Cipher("AES-CBC [RFC3602]", EncryptionAlgorithm.AES_CBC, 16);

    private static final List<Cipher> CIPHERS =
            List.of(
                    new Cipher("NULL", EncryptionAlgorithm.NULL, 0),
                    new Cipher("DES-CBC [RFC2405]", EncryptionAlgorithm.DES_CBC, 8),
                    new Cipher("TripleDES-CBC [RFC2451]", EncryptionAlgorithm.TRIPLE_DES_CBC, 24),
                    new Cipher("CAST5-CBC [RFC2144]", EncryptionAlgorithm.CAST128_CBC, 16),
                    new Cipher("BLOWFISH-CBC [RFC2451]", EncryptionAlgorithm.BLOWFISH_CBC, 16),
                    new Cipher("TWOFISH-CBC", EncryptionAlgorithm.TWOFISH_CBC, 16),
                    new Cipher("TWOFISH-CBC", EncryptionAlgorithm.TWOFISH_CBC, 32),
                    AES,
                    new Cipher("AES-CBC [RFC3602]", EncryptionAlgorithm.AES_CBC, 24),
                    new Cipher("AES-CBC [RFC3602]", EncryptionAlgorithm.AES_CBC, 32),
                    new Cipher("AES-CTR [RFC3686]", EncryptionAlgorithm.AES_CTR, 20),
                    new Cipher("AES-CTR [RFC3686]", EncryptionAlgorithm.AES_CTR, 28),
                    new Cipher("AES-CTR [RFC3686]", EncryptionAlgorithm.AES_CTR, 36));

    private static final List<Mac> MACS =
            List.of(
                    new Mac("HMAC-MD5-96 [RFC2403]", AuthAlgorithm.HMAC_MD5, 16),
                    SHA1,
                    new Mac("HMAC-SHA-256-128 [RFC4868]", AuthAlgorithm.HMAC_SHA256, 32),
                    new Mac("HMAC-SHA-384-192 [RFC4868]", AuthAlgorithm.HMAC_SHA384, 48),
                    new Mac("HMAC-SHA-512-256 [RFC4868]", AuthAlgorithm.HMAC_SHA512, 64),
                    new Mac("MAC-RIPEMD-160-96 [RFC2857]", AuthAlgorithm.HMAC_RIPEMD160, 20));

    private static final List<Cipher> COMBINED =
            List.of(
                    new Cipher(
                            "AES-GCM with 8 octet ICV [RFC4106]",
                            EncryptionAlgorithm.AES_GCM_8,
                            20),
                    new Cipher(
                            "AES-GCM with 12 octet ICV [RFC4106]",
                            EncryptionAlgorithm.AES_GCM_12,
                            20),
                    new Cipher(
                            "AES-GCM with 16 octet ICV [RFC4106]",
                            EncryptionAlgorithm.AES_GCM_16,
                            20),
                    new Cipher(
                            "AES-GCM with 16 octet ICV [RFC4106]",
                            EncryptionAlgorithm.AES_GCM_16,
                            28),
                    new Cipher(
                            "AES-GCM with 16 octet ICV [RFC4106]",
                            EncryptionAlgorithm.AES_GCM_16,
                            36));

    @TempDir Path folder;

    @Test
    void decryptsAndVerifiesEveryPacketOfOurs() throws IOException, InterruptedException {
        Path tshark = RequiredTool.program("tshark", "tshark");
        List<Case> cases = cases();
        Path capture = folder.resolve("ours.pcap");
        write(cases, capture, false);

        List<String> lines = run(tshark, cases, capture);

        assertThat(lines).hasSameSizeAs(cases);
        String payload = Bytes.of(TestPackets.text(PAYLOAD)).hex();
        for (int i = 0; i < cases.size(); i++) {
            String ports = cases.get(i).udp() ? "4500,2000" : "2000";
            String payloads = cases.get(i).udp() ? ".*," + payload : payload;
            assertThat(lines.get(i))
                    .as("%s", cases.get(i))
                    .matches(
                            ("0x%08x\\|1\\|" + YES + "\\|" + NO + "\\|%s\\|%s")
                                    .formatted(spi(i), ports, payloads));
        }
    }

    @Test
    void findsTheIcvOfAChangedPacketBad() throws IOException, InterruptedException {
        Path tshark = RequiredTool.program("tshark", "tshark");
        List<Case> cases = cases();
        Path capture = folder.resolve("changed.pcap");
        write(cases, capture, true);

        List<String> lines = run(tshark, cases, capture);

        assertThat(lines).hasSameSizeAs(cases);
        for (int i = 0; i < cases.size(); i++) {
            assertThat(lines.get(i))
                    .as("%s", cases.get(i))
                    .matches(("0x%08x\\|1\\|" + NO + "\\|" + YES + "\\|.*").formatted(spi(i)));
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (boolean ipv4 : new boolean[] {true, false}) {
            for (boolean tunnel : new boolean[] {true, false}) {
                CIPHERS.forEach(cipher -> cases.add(new Case(cipher, SHA1, ipv4, tunnel, false)));
                MACS.forEach(mac -> cases.add(new Case(AES, mac, ipv4, tunnel, false)));
                COMBINED.forEach(
                        cipher -> cases.add(new Case(cipher, NO_MAC, ipv4, tunnel, false)));
            }
        }
        cases.add(new Case(AES, SHA1, true, false, true));
        cases.add(new Case(AES, SHA1, true, true, true));
        return cases;
    }

    private static int spi(int index) {
        return 0x1000 + index;
    }

    private static void write(List<Case> cases, Path capture, boolean changed) throws IOException {
        Instant then = Instant.ofEpochMilli(TestHost.NOW);
        try (PcapWriter pcap = new PcapWriter(Files.newOutputStream(capture), () -> then)) {
            for (int i = 0; i < cases.size(); i++) {
                byte[] packet = packet(cases.get(i), spi(i)).toArray();
                if (changed) {
                    packet[packet.length - 1] ^= 1;
                }
                pcap.write(PacketBuffer.of(Bytes.of(packet)));
            }
        }
    }

    private static Bytes packet(Case one, int spi) {
        SecurityAssociation.Builder sa =
                TestSas.sa(IpsecProtocol.ESP, one.outerFrom(), one.outerTo(), spi)
                        .mode(one.tunnel() ? SaMode.TUNNEL : SaMode.TRANSPORT)
                        .encryption(one.cipher().algorithm(), TestSas.key(one.cipher().keyLength()))
                        .authentication(one.mac().algorithm(), TestSas.key(one.mac().keyLength()));
        if (one.udp()) {
            sa.encapsulation(new UdpEncapsulation(4500, 4500, Optional.empty(), 0));
        }
        TestHost host = new TestHost(one.from());
        host.add(sa.build());
        host.add(
                TestSas.policy(
                        Direction.OUT,
                        one.from(),
                        one.to(),
                        one.tunnel()
                                ? TestSas.tunnel(IpsecProtocol.ESP, one.outerFrom(), one.outerTo())
                                : TestSas.transport(IpsecProtocol.ESP)));
        Bytes wire = host.send(TestPackets.udp(one.from(), one.to(), PAYLOAD));
        assertThat(host.verdict.kind())
                .as("%s", host.verdict.reason())
                .isEqualTo(Verdict.Kind.SEND);
        return wire;
    }

    /// @return per packet SPI, sequence number, whether the ICV is good, whether it is bad, UDP
    /// destination ports, payloads
    private List<String> run(Path tshark, List<Case> cases, Path capture)
            throws IOException, InterruptedException {
        Path settings = Files.createDirectories(folder.resolve("wireshark"));
        List<String> table = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            Case one = cases.get(i);
            table.add(
                    "\"%s\",\"%s\",\"%s\",\"0x%08x\",\"%s\",\"%s\",\"%s\",\"%s\""
                            .formatted(
                                    one.ipv4() ? "IPv4" : "IPv6",
                                    one.outerFrom().getHostAddress(),
                                    one.outerTo().getHostAddress(),
                                    spi(i),
                                    one.cipher().wiresharkName(),
                                    key(one.cipher().keyLength()),
                                    one.mac().wiresharkName(),
                                    key(one.mac().keyLength())));
        }
        Files.write(settings.resolve("esp_sa"), table);

        Path said = folder.resolve("said");
        Path complaints = folder.resolve("complaints");
        ProcessBuilder command =
                new ProcessBuilder(
                        tshark.toString(),
                        "-r",
                        capture.toString(),
                        "-o",
                        "esp.enable_encryption_decode:TRUE",
                        "-o",
                        "esp.enable_authentication_check:TRUE",
                        "-T",
                        "fields",
                        "-E",
                        "separator=|",
                        "-e",
                        "esp.spi",
                        "-e",
                        "esp.sequence",
                        "-e",
                        "esp.icv_good",
                        "-e",
                        "esp.icv_bad",
                        "-e",
                        "udp.dstport",
                        "-e",
                        "udp.payload");
        command.environment().put("HOME", folder.toString());
        command.environment().put("XDG_CONFIG_HOME", folder.toString());
        Process process =
                command.redirectOutput(said.toFile()).redirectError(complaints.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("tshark ends").isTrue();
        assertThat(process.exitValue())
                .as("%s", Files.readString(complaints, StandardCharsets.UTF_8))
                .isZero();
        return Files.readAllLines(said);
    }

    private static String key(int length) {
        return length == 0 ? "" : "0x" + Bytes.of(TestSas.key(length).toArray()).hex();
    }
}
