package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Our requests against those that iproute2 sent for the command above each: the structure octet
/// for octet, the attributes in any order.
class RequestTests {
    @Test
    void addsAnSaWithACipherAndACutMac() throws WireException {
        // ip xfrm state add src 10.1.0.1 dst 10.2.0.1 proto esp spi 0x1001 reqid 7 mode transport
        //   replay-window 32 enc 'cbc(aes)' 0x0102.. auth-trunc 'hmac(sha256)' 0x0102.. 128
        assertSame(
                "add-cbc",
                add(
                        esp(0x1001)
                                .reqid(7)
                                .replayWindow(32)
                                .encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(16))
                                .authentication(AuthAlgorithm.HMAC_SHA256, Recorded.key(32))
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void addsAnAeadWithLongSequenceNumbersAndAWideWindow() throws WireException {
        // ... spi 0x1003 mode transport flag esn replay-window 1024
        //   aead 'rfc4106(gcm(aes))' 0x0102.. 128
        assertSame(
                "add-aead-esn",
                add(
                        esp(0x1003)
                                .extendedSequence(true)
                                .replayWindow(1024)
                                .encryption(EncryptionAlgorithm.AES_GCM_16, Recorded.key(36))
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void addsCompression() throws WireException {
        // ... proto comp spi 0xabcd mode transport comp deflate
        assertSame(
                "add-ipcomp",
                add(
                        sa(IpsecProtocol.IPCOMP, 0xabcd)
                                .compression(CompressionAlgorithm.DEFLATE)
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void addsUdpEncapsulationWithTheOriginalAddress() throws WireException {
        // ... spi 0x1005 mode transport enc 'cbc(aes)' 0x0102.. auth-trunc 'hmac(sha1)' 0x0102.. 96
        //   encap espinudp 4500 30000 10.9.9.9
        assertSame(
                "add-natt",
                add(
                        cbcSha1(0x1005)
                                .encapsulation(
                                        new UdpEncapsulation(
                                                4500,
                                                30000,
                                                Optional.of(Recorded.address("10.9.9.9")),
                                                0))
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void addsLimits() throws WireException {
        // ... spi 0x1007 limit time-soft 3600 limit time-hard 7200 limit time-use-soft 1800
        //   limit time-use-hard 1900 limit byte-soft 1000 limit byte-hard 2000
        //   limit packet-soft 10 limit packet-hard 20
        assertSame(
                "add-limits",
                add(
                        cbcSha1(0x1007)
                                .soft(
                                        new Lifetime(
                                                10,
                                                1000,
                                                Duration.ofSeconds(3600),
                                                Duration.ofSeconds(1800)))
                                .hard(
                                        new Lifetime(
                                                20,
                                                2000,
                                                Duration.ofSeconds(7200),
                                                Duration.ofSeconds(1900)))
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void addsAnSaOfIpv6() throws WireException {
        // ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1009 mode transport
        //   enc 'cbc(aes)' 0x0102.. auth-trunc 'hmac(sha512)' 0x5a5a.. 256
        byte[] key = new byte[64];
        Arrays.fill(key, (byte) 0x5a);
        assertSame(
                "add-ipv6",
                add(
                        SecurityAssociation.builder(
                                        Recorded.end("2001:db8::1"),
                                        Recorded.end("2001:db8::2"),
                                        IpsecProtocol.ESP,
                                        new Spi(0x1009))
                                .encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(32))
                                .authentication(AuthAlgorithm.HMAC_SHA512, Secret.of(key))
                                .build()),
                Xfrm.SA_SIZE);
    }

    @Test
    void namesAnSa() throws WireException {
        // ip xfrm state get|delete src 10.1.0.1 dst 10.2.0.1 proto esp spi 0x1001; ours leaves out
        // the source, which ESP is not looked up by
        SaId id = new SaId(Recorded.address("10.2.0.1"), IpsecProtocol.ESP, new Spi(0x1001));
        for (String label : List.of("get", "delete")) {
            Recorded.Request theirs = Recorded.request(label);
            NetlinkAnswer ours = sent(SaCodec.named(theirs.type(), id, Optional.empty()));
            assertThat(hex(ours, Xfrm.SA_ID_SIZE))
                    .isEqualTo(HexFormat.of().formatHex(theirs.body(), 0, Xfrm.SA_ID_SIZE));
        }
    }

    @Test
    void reservesAnSpi() throws WireException {
        // ip xfrm state allocspi ... proto esp mode tunnel reqid 3 min 0x2000 max 0x2fff
        NetlinkAnswer ours =
                sent(
                        SaCodec.reserve(
                                esp(0).mode(SaMode.TUNNEL).reqid(3).build(),
                                new Spi(0x2000),
                                new Spi(0x2fff)));
        byte[] theirs = Recorded.request("allocspi").body();
        assertThat(ours.type()).isEqualTo(Recorded.request("allocspi").type());
        byte[] body = body(ours);
        // theirs asks for the limits of no lifetime; a larval SA has none to be looked at, and says
        // nothing of the family of what is in the tunnel
        Arrays.fill(body, Xfrm.SA_LIFETIME, Xfrm.SA_CURRENT, (byte) 0);
        Arrays.fill(theirs, Xfrm.SA_LIFETIME, Xfrm.SA_CURRENT, (byte) 0);
        body[216] = 0;
        assertThat(HexFormat.of().formatHex(body)).isEqualTo(HexFormat.of().formatHex(theirs));
    }

    @Test
    void flushesOneProtocol() throws WireException {
        assertThat(body(sent(SaCodec.flush(IpsecProtocol.ESP)))[0])
                .isEqualTo(Recorded.request("flush-esp").body()[0]);
        assertThat(body(sent(SaCodec.flush(IpsecProtocol.UNSPEC)))[0]).isEqualTo((byte) 255);
    }

    @Test
    void addsAPolicyWithATunnel() throws WireException {
        // ip xfrm policy add src 172.16.1.0/24 dst 172.16.2.7/24 dir out priority 2147483648
        //   tmpl src 10.1.0.1 dst 10.2.0.1 proto esp mode tunnel reqid 7 level required
        assertSame(
                "policy-out",
                PolicyCodec.request(
                        Xfrm.MSG_NEWPOLICY,
                        Policy.of(
                                net(),
                                Direction.OUT,
                                PolicyAction.IPSEC,
                                new PolicyRule(
                                        IpsecProtocol.ESP,
                                        SaMode.TUNNEL,
                                        PolicyLevel.UNIQUE,
                                        7,
                                        Optional.of(
                                                new PolicyRule.Endpoints(
                                                        Recorded.end("10.1.0.1"),
                                                        Recorded.end("10.2.0.1")))))),
                Xfrm.POLICY_SIZE);
    }

    @Test
    void addsAPolicyThatDiscardsFromAPort() throws WireException {
        // ip xfrm policy add src 2001:db8::1 dst ::/0 proto udp sport 53 dir in
        //   priority 2147483648 action block limit time-hard 600
        Selector selector =
                new Selector(
                        Prefix.host(Recorded.address("2001:db8::1")),
                        53,
                        new Prefix(Recorded.address("::"), 0),
                        0,
                        17);
        Policy plain = Policy.of(selector, Direction.IN, PolicyAction.DISCARD);
        assertSame(
                "policy-block",
                PolicyCodec.request(
                        Xfrm.MSG_NEWPOLICY,
                        new Policy(
                                selector,
                                plain.direction(),
                                plain.action(),
                                plain.priority(),
                                List.of(),
                                Lifetime.ofSeconds(600),
                                Optional.empty(),
                                0)),
                Xfrm.POLICY_SIZE);
    }

    @Test
    void updatesAPolicyWithAnOptionalRuleInsideARequiredOne() throws WireException {
        // ip xfrm policy update src 10.0.0.0/8 dst 10.0.0.0/8 dir fwd priority 2147483648
        //   tmpl proto comp mode transport level use tmpl proto ah mode transport
        Prefix ten = new Prefix(Recorded.address("10.0.0.0"), 8);
        assertSame(
                "policy-use",
                PolicyCodec.request(
                        Xfrm.MSG_UPDPOLICY,
                        Policy.of(
                                Selector.between(ten, ten),
                                Direction.FWD,
                                PolicyAction.IPSEC,
                                rule(IpsecProtocol.IPCOMP, PolicyLevel.USE),
                                rule(IpsecProtocol.AH, PolicyLevel.REQUIRE))),
                Xfrm.POLICY_SIZE);
    }

    @Test
    void namesAPolicyBySelectorAndByNumber() throws WireException {
        // ip xfrm policy get src 172.16.1.0/24 dst 172.16.2.7/24 dir out
        assertSame(
                "policy-get",
                PolicyCodec.bySelector(
                        Xfrm.MSG_GETPOLICY, Policy.of(net(), Direction.OUT, PolicyAction.NONE)),
                Xfrm.POLICY_ID_SIZE);
        // ip xfrm policy delete index 9 dir out: the selector, which nobody looks at, has a family
        byte[] theirs = Recorded.request("policy-delete-index").body();
        theirs[40] = 0;
        assertThat(body(sent(PolicyCodec.byId(Xfrm.MSG_DELPOLICY, 9, Direction.OUT))))
                .isEqualTo(theirs);
    }

    private static void assertSame(String label, NetlinkRequest request, int structure)
            throws WireException {
        Recorded.Request theirs = Recorded.request(label);
        NetlinkAnswer ours = sent(request);
        assertThat(ours.type()).isEqualTo(theirs.type());
        assertThat(hex(ours, structure))
                .isEqualTo(HexFormat.of().formatHex(theirs.body(), 0, structure));
        ByteBuffer rest = ByteBuffer.wrap(theirs.body()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer our = ours.rewound();
        our.position(structure);
        assertThat(text(NetlinkAnswer.attributes(our)))
                .isEqualTo(
                        text(
                                NetlinkAnswer.attributes(
                                        rest.position(structure)
                                                .slice()
                                                .order(ByteOrder.LITTLE_ENDIAN))));
    }

    private static TreeMap<Integer, String> text(Map<Integer, ByteBuffer> attributes) {
        TreeMap<Integer, String> text = new TreeMap<>();
        attributes.forEach(
                (type, value) -> {
                    byte[] octets = new byte[value.remaining()];
                    value.get(octets);
                    // iproute2 leaves out the window, which is empty in the beginning
                    int length = type == Xfrm.REPLAY_ESN_VAL ? 24 : octets.length;
                    text.put(type, HexFormat.of().formatHex(octets, 0, length));
                });
        return text;
    }

    private static NetlinkAnswer sent(NetlinkRequest request) throws WireException {
        return NetlinkAnswer.split(ByteBuffer.wrap(request.toOctets(1))).getFirst();
    }

    private static String hex(NetlinkAnswer answer, int octets) {
        return HexFormat.of().formatHex(body(answer), 0, octets);
    }

    private static byte[] body(NetlinkAnswer answer) {
        byte[] body = new byte[answer.rewound().remaining()];
        answer.rewound().get(body);
        return body;
    }

    private static NetlinkRequest add(SecurityAssociation sa) {
        return SaCodec.request(Xfrm.MSG_NEWSA, sa, SaExtras.NONE);
    }

    private static SecurityAssociation.Builder cbcSha1(int spi) {
        return esp(spi).encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, Recorded.key(20));
    }

    private static SecurityAssociation.Builder esp(int spi) {
        return sa(IpsecProtocol.ESP, spi);
    }

    private static SecurityAssociation.Builder sa(IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                Recorded.end("10.1.0.1"), Recorded.end("10.2.0.1"), protocol, new Spi(spi));
    }

    private static Selector net() {
        return Selector.between(
                new Prefix(Recorded.address("172.16.1.0"), 24),
                new Prefix(Recorded.address("172.16.2.7"), 24));
    }

    private static PolicyRule rule(IpsecProtocol protocol, PolicyLevel level) {
        return new PolicyRule(protocol, SaMode.TRANSPORT, level, 0, Optional.empty());
    }
}
