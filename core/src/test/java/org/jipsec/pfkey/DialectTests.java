package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Messages of FreeBSD and NetBSD. Their octets were written by hand after the headers, as no BSD
/// was at hand to record them: `sys/net/pfkeyv2.h` and `sys/netipsec/ipsec.h` of FreeBSD (with
/// SADB_X_EXT_SA_REPLAY, so 11 and later) and NetBSD (1.78 of 2018); little-endian.
class DialectTests {
    /// `SADB_DUMP`, ESP, of two IPv4 addresses: SA, SA2, source, destination, both keys.
    private static final String SA_OF_THE_BSDS =
            """
            02 0a 00 03 1400 0000 00000000 d2040000
            0200 0100 00001001 04 01 05 0c 00000000
            0200 1300 02 00 0000 07000000 4d000000
            0300 0500 ff 20 0000  10 02 0000 0a010001 0000000000000000
            0300 0600 ff 20 0000  10 02 0000 0a010002 0000000000000000
            0500 0800 0001 0000
              000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f
            0300 0900 8000 0000 00112233445566778899aabbccddeeff
            """;

    /// `SADB_X_SPDDUMP`, IPv6, out, esp/tunnel with ends of 28 octets each and a reqid in 16 bits.
    private static final String POLICY =
            """
            02 12 00 00 1600 0000 00000000 d2040000
            0a00 1200 0200 02 00 03000000 %s
              4000 3200 02 03 2100
              1c %2$s 0000 00000000 20010db8000000000000000000000001 00000000
              1c %2$s 0000 00000000 20010db8000000000000000000000002 00000000
            0500 0500 ff 80 0000
              1c %2$s 0000 00000000 20010db8000000000000000000000011 00000000 00000000
            0500 0600 3a 40 0000
              1c %2$s 0000 00000000 20010db8000000000000000000000000 00000000 00000000
            """;

    /// Number 3: BEET on Linux, where setkey printed the number; FreeBSD's TCP-MD5 is another.
    @Test
    void namesTheModeThatOnlyLinuxHas() {
        SaSnapshot sa =
                new SaSnapshot(
                        SecurityAssociation.builder(
                                        Endpoint.of(IpText.parse("10.1.0.1").orElseThrow()),
                                        Endpoint.of(IpText.parse("10.1.0.2").orElseThrow()),
                                        IpsecProtocol.ESP,
                                        new Spi(0x1001))
                                .build(),
                        SaState.MATURE,
                        new CurrentLifetime(0, 0, Instant.EPOCH, Optional.empty()),
                        new DumpMark(0, 0, 0),
                        Optional.empty(),
                        new UnknownParts("252", "", "", "3"));
        assertThat(Dialect.LINUX.named(sa).unknown())
                .isEqualTo(new UnknownParts("252", "", "", "beet"));
        assertThat(List.of(Dialect.LINUX_AS_SETKEY, Dialect.FREEBSD, Dialect.JIPSEC))
                .allSatisfy(other -> assertThat(other.named(sa)).isEqualTo(sa));
    }

    @ParameterizedTest
    @EnumSource(names = {"FREEBSD", "NETBSD"})
    void readsAnSa(Dialect dialect) throws Exception {
        SecurityAssociation sa = SaMapping.snapshot(decode(SA_OF_THE_BSDS, dialect)).association();
        assertThat(sa.source()).isEqualTo(end("10.1.0.1"));
        assertThat(sa.destination()).isEqualTo(end("10.1.0.2"));
        assertThat(sa.spi()).isEqualTo(new Spi(0x1001));
        assertThat(sa.mode()).isEqualTo(SaMode.TUNNEL);
        assertThat(sa.reqid()).isEqualTo(77);
        assertThat(sa.authentication()).isEqualTo(AuthAlgorithm.HMAC_SHA256);
        assertThat(sa.encryption()).isEqualTo(EncryptionAlgorithm.AES_CBC);
        assertThat(sa.encryptionKey()).isEqualTo(Secret.ofHex("00112233445566778899aabbccddeeff"));
        assertThat(sa.replayWindow()).as("4 octets of bitmap").isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource({"FREEBSD, 1c, 07000080, 2147483655", "NETBSD, 18, 07000080, 0"})
    void readsAPolicyOfIpv6(Dialect dialect, String inet6, String priority, long expected)
            throws Exception {
        String text = POLICY.formatted(priority, inet6);
        Policy policy = PolicyMapping.snapshot(decode(text, dialect)).policy();
        assertThat(policy.direction()).isEqualTo(Direction.OUT);
        assertThat(policy.action()).isEqualTo(PolicyAction.IPSEC);
        assertThat(policy.id()).isEqualTo(3);
        assertThat(Integer.toUnsignedLong(policy.priority())).isEqualTo(expected);
        assertThat(policy.selector())
                .isEqualTo(
                        new Selector(
                                Prefix.host(end("2001:db8::11").address()),
                                0,
                                new Prefix(end("2001:db8::").address(), 64),
                                0,
                                58));
        assertThat(policy.rules())
                .containsExactly(
                        new PolicyRule(
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                PolicyLevel.UNIQUE,
                                33,
                                Optional.of(
                                        new PolicyRule.Endpoints(
                                                end("2001:db8::1"), end("2001:db8::2")))));
    }

    @ParameterizedTest
    @CsvSource({"FREEBSD, 1c, 07000080", "NETBSD, 18, 00000000"})
    void writesWhatItReads(Dialect dialect, String inet6, String priority) throws Exception {
        for (String text : List.of(SA_OF_THE_BSDS, POLICY.formatted(priority, inet6))) {
            ByteBuffer written = PfkeyCodec.encode(decode(text, dialect), dialect);
            assertThat(HexFormat.of().formatHex(written.array()))
                    .isEqualTo(text.replaceAll("\\s", ""));
        }
    }

    /// `sadb_x_nat_t_frag` is 25 on both, where Linux has SADB_X_EXT_KMADDRESS.
    @ParameterizedTest
    @EnumSource(names = {"FREEBSD", "NETBSD"})
    void knowsTheSizeOfFragmentsInUdp(Dialect dialect) throws Exception {
        String text =
                SA_OF_THE_BSDS.replace("1400 0000", "1800 0000")
                        + """
                        0100 1400 02 000000
                        0100 1500 1194 0000
                        0100 1600 1195 0000
                        0100 1900 1405 0000
                        """;
        SecurityAssociation sa = SaMapping.snapshot(decode(text, dialect)).association();
        assertThat(sa.encapsulation())
                .contains(new UdpEncapsulation(4500, 4501, Optional.empty(), 1300));
        assertThat(sa.replayWindow()).isEqualTo(32);
        assertThat(hex(PfkeyCodec.encode(request(sa), dialect))).contains("0100190014050000");
        assertThat(dialect.refusal(new SadbOperation.AddSa(sa))).isEmpty();
        assertThat(Dialect.LINUX.refusal(new SadbOperation.AddSa(sa))).isPresent();
    }

    /// `sadb_x_sa_replay`, 26, in packets; `sadb_sa` says as much as it can.
    @Test
    void knowsTheWideWindowsOfFreebsd() throws Exception {
        String text =
                SA_OF_THE_BSDS
                                .replace("1400 0000", "1500 0000")
                                .replace("00001001 04", "00001001 ff")
                        + "0100 1a00 00100000";
        SecurityAssociation sa = SaMapping.snapshot(decode(text, Dialect.FREEBSD)).association();
        assertThat(sa.replayWindow()).isEqualTo(4096);
        assertThat(hex(PfkeyCodec.encode(request(sa), Dialect.FREEBSD)))
                .contains("01001a0000100000")
                .contains("00001001ff");
    }

    @ParameterizedTest
    @CsvSource({"160, 11", "224, 12", "288, 13"})
    void numbersGmacByItsKeyOnTheBsds(int bits, int number) {
        assertThat(Dialect.FREEBSD.authenticationOnWire(AuthAlgorithm.AES_GMAC.number(), bits))
                .hasValue(number);
        assertThat(Dialect.NETBSD.authenticationFromWire(number))
                .isEqualTo(AuthAlgorithm.AES_GMAC.number());
    }

    @Test
    void putsTheSizesOfGmacTogether() throws Exception {
        String registered =
                """
                02 07 00 00 0600 0000 00000000 d2040000
                0400 0e00 00000000  0b00a000a0000000 0c00e000e0000000 0d00200120010000
                """;
        Capabilities capabilities =
                CapabilityMapping.capabilities(
                        decode(registered, Dialect.FREEBSD), Dialect.FREEBSD.features());
        assertThat(capabilities.authentication())
                .containsOnly(
                        Map.entry(AuthAlgorithm.AES_GMAC, new Capabilities.KeyBits(160, 288)));
        assertThat(capabilities.has(Capabilities.Feature.FORWARD_POLICIES)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"JIPSEC, 8", "LINUX, 8", "FREEBSD, 11", "NETBSD, 11"})
    void numbersTheSignaturesOfTcp(Dialect dialect, int number) throws Exception {
        PfkeyMessage flush =
                PfkeyMessage.of(MessageType.FLUSH, IpsecProtocol.TCP.saType(), 0, 1234);
        ByteBuffer written = PfkeyCodec.encode(flush, dialect);
        assertThat(written.get(3)).isEqualTo((byte) number);
        assertThat(PfkeyCodec.decode(written, dialect)).isEqualTo(flush);
    }

    @ParameterizedTest
    @CsvSource({
        "LINUX, -1, 1, true",
        "LINUX, -1, 0, true",
        "LINUX, -1, 2, false",
        "LINUX, 7, 8, true",
        "LINUX, 7, 9, false",
        "LINUX, 7, 0, true",
        "FREEBSD, -1, 12, true",
        "FREEBSD, 12, 11, true",
        "FREEBSD, 12, 10, false",
        "NETBSD, 1, 0, true",
        "NETBSD, 2, 0, false",
    })
    void countsTheEntriesOfADump(Dialect dialect, int previous, int sequence, boolean follows) {
        assertThat(dialect.follows(previous, sequence)).isEqualTo(follows);
    }

    @Test
    void refusesWhatLinuxHasNoFieldFor() throws Exception {
        SecurityAssociation plain =
                SaMapping.snapshot(decode(SA_OF_THE_BSDS, Dialect.NETBSD)).association();
        assertRefused(plain, Errno.ENOSYS); // 128 bits of hmac-sha256
        SecurityAssociation.Builder md5 =
                plain.toBuilder()
                        .authentication(AuthAlgorithm.HMAC_MD5, Secret.ofHex("00".repeat(16)));
        assertThat(Dialect.LINUX.refusal(new SadbOperation.AddSa(md5.build()))).isEmpty();
        assertRefused(md5.extendedSequence(true).build(), Errno.EINVAL);
        assertRefused(md5.extendedSequence(false).replayWindow(33).build(), Errno.EINVAL);
        assertRefused(
                md5.replayWindow(0)
                        .authentication(AuthAlgorithm.AES_CMAC, Secret.ofHex("00".repeat(16)))
                        .build(),
                Errno.ENOSYS);
        assertThat(Dialect.LINUX.refusal(new SadbOperation.GetStatistics())).isPresent();
    }

    @Test
    void sendsAKernelNothingOfOurOwn() {
        PfkeyExtension own = new PfkeyExtension.Reason("why");
        PfkeyMessage message = PfkeyMessage.of(MessageType.ADD, 3, 0, 1, List.of(own));
        for (Dialect dialect : Dialect.values()) {
            int octets = PfkeyCodec.encode(message, dialect).remaining();
            assertThat(octets > PfkeyCodec.HEADER).isEqualTo(!dialect.isKernel());
        }
    }

    private static void assertRefused(SecurityAssociation sa, Errno errno) {
        assertThat(Dialect.LINUX.refusal(new SadbOperation.AddSa(sa)))
                .hasValueSatisfying(
                        refused -> {
                            assertThat(refused.errno()).isEqualTo(errno);
                            assertThat(refused.why()).isNotEmpty();
                        });
    }

    private static PfkeyMessage request(SecurityAssociation sa) {
        return PfkeyRequests.message(new SadbOperation.AddSa(sa), 0, 1234);
    }

    private static String hex(ByteBuffer octets) {
        return HexFormat.of().formatHex(octets.array());
    }

    private static PfkeyMessage decode(String hex, Dialect dialect) throws WireException {
        byte[] octets = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        return PfkeyCodec.decode(ByteBuffer.wrap(octets), dialect);
    }

    private static Endpoint end(String address) {
        return Endpoint.of(IpText.parse(address).orElseThrow());
    }
}
