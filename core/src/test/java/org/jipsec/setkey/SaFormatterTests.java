package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/// The worked example of spec/setkey.md 7.3 and what neither it nor the goldens show.
class SaFormatterTests {
    private static final Instant NOVEMBER_14 = Instant.parse("2023-11-14T22:13:20Z");
    private static final SaFormatter FORMATTER = new SaFormatter(ZoneOffset.UTC, false);

    @Test
    void printsWhatOnlyTheKernelHasAWordFor() {
        SecurityAssociation sa =
                between("10.1.0.1", "10.2.0.1", IpsecProtocol.ESP, 0x1008)
                        .mode(SaMode.ANY)
                        .encryption(EncryptionAlgorithm.NONE, Secret.ofHex("0102030405060708"))
                        .authentication(AuthAlgorithm.NONE, Secret.ofHex("0a0b0c0d"))
                        .build();
        SaSnapshot snapshot =
                new SaSnapshot(
                        sa,
                        SaState.MATURE,
                        new CurrentLifetime(0, 0, NOVEMBER_14, Optional.empty()),
                        new DumpMark(0, 1, 0),
                        Optional.empty(),
                        new UnknownParts("cbc(serpent)", "hmac(sha1) cut to 160 bits", "", "beet"));
        StringBuilder out = new StringBuilder();
        FORMATTER.append(out, snapshot, NOVEMBER_14);
        assertThat(out.toString().lines().toList().subList(1, 4))
                .containsExactly(
                        "\tesp mode=beet spi=4104(0x00001008) reqid=0(0x00000000)",
                        "\tE: cbc(serpent)  01020304 05060708",
                        "\tA: hmac(sha1) cut to 160 bits  0a0b0c0d");
    }

    @Test
    void printsATunnelThatHasBeenUsed() {
        SecurityAssociation sa =
                between("192.168.1.100", "192.168.2.100", IpsecProtocol.ESP, 0x201)
                        .mode(SaMode.TUNNEL)
                        .encryption(
                                EncryptionAlgorithm.TRIPLE_DES_CBC,
                                Secret.ofHex("7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831"))
                        .authentication(
                                AuthAlgorithm.HMAC_MD5,
                                Secret.ofHex("c0291ff014dccdd03874d9e8e4cdf3e6"))
                        .build();
        CurrentLifetime current =
                new CurrentLifetime(
                        12, 1344, NOVEMBER_14, Optional.of(NOVEMBER_14.plusSeconds(60)));
        assertThat(text(sa, SaState.MATURE, current, NOVEMBER_14.plusSeconds(100)))
                .isEqualTo(
                        """
                        192.168.1.100 192.168.2.100\s
                        \tesp mode=tunnel spi=513(0x00000201) reqid=0(0x00000000)
                        \tE: 3des-cbc  7aeaca3f 87d060a1 2f4a4487 d5a5c335 5920fae6 9a96c831
                        \tA: hmac-md5  c0291ff0 14dccdd0 3874d9e8 e4cdf3e6
                        \tseq=0x00000000 replay=0 flags=0x00000000 state=mature\s
                        \tcreated: Nov 14 22:13:20 2023\tcurrent: Nov 14 22:15:00 2023
                        \tdiff: 100(s)\thard: 0(s)\tsoft: 0(s)
                        \tlast: Nov 14 22:14:20 2023\thard: 0(s)\tsoft: 0(s)
                        \tcurrent: 1344(bytes)\thard: 0(bytes)\tsoft: 0(bytes)
                        \tallocated: 12\thard: 0\tsoft: 0
                        \tsadb_seq=1 pid=4711 refcnt=0
                        """);
    }

    @Test
    void printsPortsAndOriginalAddressOfUdpEncapsulation() {
        SecurityAssociation sa =
                between("10.0.0.1", "10.0.0.2", IpsecProtocol.ESP, 95762109)
                        .mode(SaMode.TUNNEL)
                        .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                        .replayWindow(4)
                        .hard(Lifetime.ofSeconds(28800))
                        .soft(Lifetime.ofSeconds(23040))
                        .encapsulation(
                                new UdpEncapsulation(
                                        4500, 30000, Optional.of(address("10.9.9.9")), 0))
                        .build();
        Instant added = NOVEMBER_14.minus(Duration.ofDays(10));
        String text =
                text(
                        sa,
                        SaState.DYING,
                        new CurrentLifetime(0, 0, added, Optional.empty()),
                        added.plusSeconds(100));
        assertThat(text)
                .isEqualTo(
                        """
                        10.0.0.1[4500] 10.0.0.2[30000]\s
                        \tesp-udp mode=tunnel spi=95762109(0x05b536bd) reqid=0(0x00000000)
                        \tNAT OA=10.9.9.9
                        \tseq=0x00000000 replay=4 flags=0x00000000 state=dying\s
                        \tcreated: Nov  4 22:13:20 2023\tcurrent: Nov  4 22:15:00 2023
                        \tdiff: 100(s)\thard: 28800(s)\tsoft: 23040(s)
                        \tlast:                     \thard: 0(s)\tsoft: 0(s)
                        \tcurrent: 0(bytes)\thard: 0(bytes)\tsoft: 0(bytes)
                        \tallocated: 0\thard: 0\tsoft: 0
                        \tsadb_seq=1 pid=4711 refcnt=0
                        """);
        StringBuilder withPorts = new StringBuilder();
        new SaFormatter(ZoneOffset.UTC, true)
                .append(withPorts, snapshot(sa, SaState.DYING, fresh()), NOVEMBER_14);
        assertThat(withPorts.toString()).startsWith("10.0.0.1[0][4500] 10.0.0.2[0][30000] \n");
    }

    @Test
    void printsALabelWithItsLength() {
        SecurityAssociation sa =
                between("::1", "2001:db8::2", IpsecProtocol.AH, 0xffffffff)
                        .reqid(-1)
                        .authentication(AuthAlgorithm.KEYED_MD5, Secret.of(new byte[40]))
                        .context(new SecurityContext(1, 2, "system_u"))
                        .build();
        assertThat(text(sa, SaState.LARVAL, fresh(), NOVEMBER_14))
                .startsWith(
                        "::1 2001:db8::2 \n"
                                + "\tah mode=transport spi=4294967295(0xffffffff)"
                                + " reqid=4294967295(0xffffffff)\n"
                                + "\tA: md5 "
                                + " 00000000".repeat(8)
                                + "\n 00000000 00000000\n")
                .contains(
                        """
                        \tsecurity context doi: 1
                        \tsecurity context algorithm: 2
                        \tsecurity context length: 9
                        \tsecurity context: system_u
                        \tsadb_seq=1\
                        """);
    }

    @Test
    void endsNoLineAfterACompression() {
        SecurityAssociation sa =
                between("10.0.0.1", "10.0.0.2", IpsecProtocol.IPCOMP, 0x1234)
                        .compression(CompressionAlgorithm.DEFLATE)
                        .build();
        assertThat(text(sa, SaState.MATURE, fresh(), NOVEMBER_14))
                .contains("\n\tC: deflate \tseq=0x00000000 replay=0");
    }

    @Test
    void printsTimesInTheGivenZoneAndNoneForTheEpoch() {
        SecurityAssociation sa = between("10.0.0.1", "10.0.0.2", IpsecProtocol.ESP, 1).build();
        StringBuilder out = new StringBuilder();
        CurrentLifetime never = new CurrentLifetime(0, -1, Instant.EPOCH, Optional.empty());
        new SaFormatter(ZoneId.of("Asia/Kolkata"), false)
                .append(out, snapshot(sa, SaState.MATURE, never), NOVEMBER_14);
        assertThat(out.toString())
                .contains(
                        "\tcreated:                     \tcurrent: Nov 15 03:43:20 2023\n"
                                + "\tdiff: 0(s)\t")
                .contains("\tcurrent: 18446744073709551616(bytes)"); // by way of a double
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ESP    | MATURE | 0x201 | 1000 | 0    | 5900 esp M 00000201 big/0   192.168.1.100 -> ::1
                    AH     | LARVAL | 0x1   | 0    | 1000 | 5900 ah  L 00000001   0/big 192.168.1.100 -> ::1
                    IPCOMP | DYING  | 0x1   | 999  | 60   | 5900 #9  D 00000001 999/60  192.168.1.100 -> ::1
                    TCP    | DEAD   | 0x1   | 10   | 999  | 5900 #8  d 00000001  10/999 192.168.1.100 -> ::1
                    """)
    void printsOneLineForEver(
            IpsecProtocol protocol, SaState state, String spi, long age, long hard, String line) {
        Instant now = Instant.parse("2023-11-14T22:59:00Z");
        SecurityAssociation sa =
                between("192.168.1.100", "::1", protocol, Integer.decode(spi))
                        .hard(Lifetime.ofSeconds(hard))
                        .build();
        StringBuilder out = new StringBuilder();
        CurrentLifetime current =
                new CurrentLifetime(0, 0, now.minusSeconds(age), Optional.empty());
        FORMATTER.appendShort(out, snapshot(sa, state, current), now);
        assertThat(out.toString()).isEqualTo(line + "\n");
    }

    private static String text(
            SecurityAssociation sa, SaState state, CurrentLifetime current, Instant now) {
        StringBuilder out = new StringBuilder();
        FORMATTER.append(out, snapshot(sa, state, current), now);
        return out.toString();
    }

    private static SaSnapshot snapshot(
            SecurityAssociation sa, SaState state, CurrentLifetime current) {
        return new SaSnapshot(sa, state, current, new DumpMark(1, 4711, 0));
    }

    private static CurrentLifetime fresh() {
        return new CurrentLifetime(0, 0, NOVEMBER_14, Optional.empty());
    }

    private static SecurityAssociation.Builder between(
            String source, String destination, IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                Endpoint.of(address(source)),
                Endpoint.of(address(destination)),
                protocol,
                new Spi(spi));
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }
}
