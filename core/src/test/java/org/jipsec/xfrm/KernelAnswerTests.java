package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a real kernel told of SAs and policies that `ip xfrm` had made.
class KernelAnswerTests {
    private static final DumpMark MARK = new DumpMark(0, 1, 0);

    @Test
    void readsACipherWithACutMac() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-esp-cbc"));
        assertThat(sa.association())
                .isEqualTo(
                        sa(IpsecProtocol.ESP, 0x1001)
                                .mode(SaMode.TUNNEL)
                                .reqid(7)
                                .replayWindow(32)
                                .encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(16))
                                .authentication(AuthAlgorithm.HMAC_SHA256, Recorded.key(32))
                                .build());
        assertThat(sa.unknown()).isEqualTo(UnknownParts.NONE);
        assertThat(sa.isLarval()).isFalse();
        assertThat(sa.sequence()).isEqualTo(new SequenceState(0, 0, List.of(0)));
        assertThat(sa.current().packets()).isZero();
        assertThat(sa.current().added()).isAfter(Instant.parse("2026-11-23T00:00:00Z"));
        assertThat(sa.current().firstUsed()).isEmpty();
        assertThat(sa.snapshot(MARK, sa.current().added()).state()).isEqualTo(SaState.MATURE);
    }

    @Test
    void readsLongSequenceNumbersAndAWideWindow() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-aead-esn"));
        assertThat(sa.association())
                .isEqualTo(
                        sa(IpsecProtocol.ESP, 0x1003)
                                .extendedSequence(true)
                                .replayWindow(1024)
                                .encryption(EncryptionAlgorithm.AES_GCM_16, Recorded.key(36))
                                .build());
        assertThat(sa.sequence())
                .isEqualTo(new SequenceState(0, 0, Collections.nCopies(1024 / 32, 0)));
    }

    @Test
    void readsAhAndIpcomp() throws WireException {
        assertThat(SaCodec.read(Recorded.answer("event sa-ah")).association())
                .isEqualTo(
                        sa(IpsecProtocol.AH, 0x1004)
                                .authentication(AuthAlgorithm.HMAC_MD5, Recorded.key(16))
                                .build());
        assertThat(SaCodec.read(Recorded.answer("event sa-ipcomp")).association())
                .isEqualTo(
                        sa(IpsecProtocol.IPCOMP, 0xabcd)
                                .compression(CompressionAlgorithm.DEFLATE)
                                .build());
    }

    @Test
    void readsUdpEncapsulation() throws WireException {
        assertThat(SaCodec.read(Recorded.answer("event sa-natt")).association().encapsulation())
                .contains(
                        new UdpEncapsulation(
                                4500, 30000, Optional.of(Recorded.address("10.9.9.9")), 0));
    }

    @Test
    void readsLimits() throws WireException {
        SecurityAssociation sa = SaCodec.read(Recorded.answer("event sa-limits")).association();
        assertThat(sa.soft())
                .isEqualTo(new Lifetime(10, 1000, Duration.ofHours(1), Duration.ofSeconds(1800)));
        assertThat(sa.hard())
                .isEqualTo(new Lifetime(20, 2000, Duration.ofHours(2), Duration.ofSeconds(1900)));
    }

    @Test
    void readsAnSaOfIpv6() throws WireException {
        SecurityAssociation sa = SaCodec.read(Recorded.answer("event sa-ipv6")).association();
        assertThat(sa.source()).isEqualTo(Recorded.end("2001:db8::1"));
        assertThat(sa.destination()).isEqualTo(Recorded.end("2001:db8::2"));
        assertThat(sa.authentication()).isEqualTo(AuthAlgorithm.HMAC_SHA512);
    }

    @Test
    void keepsWhatTheLanguageCannotSay() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-mark"));
        assertThat(sa.extras().mark()).contains(Bytes.ofHex("01000000ff000000"));
        assertThat(sa.extras().flags()).isEqualTo(4); // nopmtudisc
        assertThat(sa.extras().attributes())
                .containsEntry(Xfrm.IF_ID, Bytes.ofHex("2a000000"))
                .containsEntry(29, Bytes.ofHex("05000000")) // XFRMA_SET_MARK
                .containsEntry(30, Bytes.ofHex("ff000000")) // and its mask
                .containsEntry(Xfrm.SA_EXTRA_FLAGS, Bytes.ofHex("01000000"));
    }

    @Test
    void givesBackOnAnUpdateWhatItDoesNotSay() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-mark"));
        NetlinkAnswer update =
                NetlinkAnswer.split(
                                ByteBuffer.wrap(
                                        SaCodec.request(
                                                        Xfrm.MSG_UPDSA,
                                                        sa.association(),
                                                        sa.extras())
                                                .toOctets(1)))
                        .getFirst();
        KernelSa again = SaCodec.read(update);
        assertThat(again.extras()).isEqualTo(sa.extras());
        assertThat(again.association()).isEqualTo(sa.association());
    }

    @Test
    void tellsAForeignSaInTheKernelsWords() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-foreign"));
        assertThat(sa.unknown())
                .isEqualTo(
                        new UnknownParts("cbc(serpent)", "hmac(sha1) cut to 160 bits", "", "beet"));
        assertThat(sa.association().encryption()).isEqualTo(EncryptionAlgorithm.NONE);
        assertThat(sa.association().encryptionKey()).isEqualTo(Recorded.key(16));
        assertThat(sa.association().mode()).isEqualTo(SaMode.ANY);
        assertThat(sa.isLarval()).isFalse();
    }

    @Test
    void takesTheOldAttributeWhereThereIsNoOther() throws WireException {
        // the kernel tells a MAC twice; of old it told XFRMA_ALG_AUTH alone
        KernelSa sa =
                SaCodec.read(
                        without(Recorded.answer("event sa-esp-old-auth"), Xfrm.ALG_AUTH_TRUNC));
        assertThat(sa.association().authentication()).isEqualTo(AuthAlgorithm.HMAC_SHA1);
        assertThat(sa.association().authenticationKey()).isEqualTo(Recorded.key(20));
        assertThat(
                        SaCodec.read(
                                        without(
                                                Recorded.answer("event sa-esp-cbc"),
                                                Xfrm.ALG_AUTH_TRUNC))
                                .association()
                                .authentication())
                .isEqualTo(AuthAlgorithm.HMAC_SHA256_96);
    }

    @Test
    void seesAReservationAndAnAcquireByTheirLackOfAlgorithms() throws WireException {
        List<KernelSa> larval = new java.util.ArrayList<>();
        for (NetlinkAnswer answer : Recorded.answers("dump-acquire")) {
            if (answer.type() == Xfrm.MSG_NEWSA) {
                KernelSa sa = SaCodec.read(answer);
                if (sa.isLarval()) {
                    larval.add(sa);
                }
            }
        }
        assertThat(larval)
                .extracting(sa -> sa.association().spi())
                .containsExactlyInAnyOrder(new Spi(0), new Spi(0x2000));
        assertThat(larval)
                .extracting(sa -> sa.snapshot(MARK, Instant.EPOCH).state())
                .containsOnly(SaState.LARVAL);
    }

    @Test
    void isDyingWhenASoftLimitIsOver() throws WireException {
        KernelSa sa = SaCodec.read(Recorded.answer("event sa-limits"));
        Instant added = sa.current().added();
        assertThat(sa.snapshot(MARK, added.plusSeconds(3599)).state()).isEqualTo(SaState.MATURE);
        assertThat(sa.snapshot(MARK, added.plusSeconds(3600)).state()).isEqualTo(SaState.DYING);
        assertThat(used(sa, new CurrentLifetime(9, 999, added, Optional.of(added)), added))
                .isEqualTo(SaState.MATURE);
        assertThat(used(sa, new CurrentLifetime(10, 0, added, Optional.of(added)), added))
                .isEqualTo(SaState.DYING);
        assertThat(used(sa, new CurrentLifetime(1, 1000, added, Optional.of(added)), added))
                .isEqualTo(SaState.DYING);
        assertThat(
                        used(
                                sa,
                                new CurrentLifetime(1, 1, added, Optional.of(added)),
                                added.plusSeconds(1800)))
                .isEqualTo(SaState.DYING);
    }

    private static SaState used(KernelSa sa, CurrentLifetime current, Instant now) {
        return new KernelSa(
                        sa.association(),
                        sa.ipProtocol(),
                        sa.isLarval(),
                        current,
                        sa.sequence(),
                        sa.extras(),
                        sa.unknown(),
                        sa.original())
                .snapshot(MARK, now)
                .state();
    }

    @Test
    void readsAPolicyWithATunnel() throws WireException {
        KernelPolicy policy = PolicyCodec.read(Recorded.answer("event policy-out"));
        assertThat(policy.policy().withId(0))
                .isEqualTo(
                        Policy.of(
                                        Selector.between(
                                                new Prefix(Recorded.address("172.16.1.0"), 24),
                                                new Prefix(Recorded.address("172.16.2.7"), 24)),
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
                                                                Recorded.end("10.2.0.1")))))
                                .withPriority(100));
        assertThat(policy.policy().id() & 7).isEqualTo(1);
        assertThat(policy.isMain()).isTrue();
        assertThat(policy.isHidden()).isFalse();
    }

    /// As af_key prints them: a policy's timer holds it for a second, or as long as it has an end.
    @Test
    void countsTheReferencesToAPolicy() throws WireException {
        KernelPolicy policy = PolicyCodec.read(Recorded.answer("event policy-out"));
        KernelPolicy brief = PolicyCodec.read(Recorded.answer("event short-policy"));
        Instant added = policy.current().added();
        assertThat(references(policy, added)).isEqualTo(2);
        assertThat(references(policy, added.plusMillis(1999))).isEqualTo(2);
        assertThat(references(policy, added.plusSeconds(2))).isEqualTo(1);
        assertThat(references(brief, brief.current().added().plusSeconds(60))).isEqualTo(2);
    }

    private static int references(KernelPolicy policy, Instant now) {
        return policy.snapshot(0, 0, now).mark().references();
    }

    /// A port of 0 that has to match, the type of an echo reply: `any`, as PF_KEY, which has no
    /// masks, tells it and setkey prints it.
    @Test
    void readsAPortOfZeroAsAny() throws WireException {
        byte[] reply = ScriptedKernel.body("event policy-in-block");
        ByteBuffer.wrap(reply, 32, 8).putInt(0x0000_ffff).putInt(0x0000_ffff);
        Selector selector = SelectorCodec.read(ByteBuffer.wrap(reply));
        assertThat(selector.sourcePort()).isZero();
        assertThat(selector.destinationPort()).isZero();
        assertThat(selector.protocol()).isEqualTo(58);
    }

    @Test
    void readsTheTypeOfAnIcmpMessageWhereAPortStands() throws WireException {
        Policy policy = PolicyCodec.read(Recorded.answer("event policy-in-block")).policy();
        assertThat(policy.selector())
                .isEqualTo(
                        new Selector(
                                Prefix.host(Recorded.address("2001:db8::1")),
                                135,
                                new Prefix(Recorded.address("::"), 0),
                                0,
                                58));
        assertThat(policy.action()).isEqualTo(PolicyAction.DISCARD);
        assertThat(policy.lifetime()).isEqualTo(Lifetime.ofSeconds(600));
    }

    @Test
    void readsLevelsAsAfKeyDoes() throws WireException {
        Policy policy = PolicyCodec.read(Recorded.answer("event policy-fwd-use")).policy();
        assertThat(policy.direction()).isEqualTo(Direction.FWD);
        assertThat(policy.rules())
                .containsExactly(
                        new PolicyRule(
                                IpsecProtocol.IPCOMP,
                                SaMode.TRANSPORT,
                                PolicyLevel.USE,
                                0,
                                Optional.empty()),
                        new PolicyRule(
                                IpsecProtocol.AH,
                                SaMode.TRANSPORT,
                                PolicyLevel.REQUIRE,
                                0,
                                Optional.empty()));
    }

    @Test
    void knowsWhatAPolicyIsFoundBy() throws WireException {
        KernelPolicy policy = PolicyCodec.read(Recorded.answer("event policy-mark"));
        assertThat(policy.original().mark()).contains(Bytes.ofHex("07000000ff000000"));
        assertThat(policy.original().interfaceId()).contains(Bytes.ofHex("2a000000"));
        assertThat(policy.isHidden()).isTrue();
    }

    @Test
    void readsADumpOfSeveralDatagrams() throws WireException {
        List<NetlinkAnswer> answers = Recorded.answers("dump-sas");
        assertThat(answers.getLast().isDone()).isTrue();
        assertThat(answers.getLast().errno()).isZero();
        assertThat(Recorded.datagrams("dump-sas")).hasSizeGreaterThan(1);
        int count = 0;
        for (NetlinkAnswer answer : answers.subList(0, answers.size() - 1)) {
            SaCodec.read(answer);
            count++;
        }
        assertThat(count).isEqualTo(11);
    }

    @Test
    void tellsWhyTheKernelRefused() throws WireException {
        // the recorded acknowledgements are capped: their request was of another program
        assertThat(refusal("refused-cipher"))
                .isEqualTo("ENOSYS Requested CRYPT algorithm not found");
        assertThat(refusal("refused-mode")).isEqualTo("EINVAL Unsupported mode");
        assertThat(refusal("refused-exists")).isEqualTo("EEXIST ");
        assertThat(refusal("get-missing")).isEqualTo("ESRCH ");
        assertThat(RefusalText.of(Recorded.answers("default").getLast(), new byte[0])).isEmpty();
    }

    private static String refusal(String label) throws WireException {
        return RefusalText.of(Recorded.answer(label), new byte[0])
                .map(refused -> refused.errno() + " " + refused.why())
                .orElseThrow();
    }

    @Test
    void refusesAStructureThatEndsEarly() throws WireException {
        NetlinkAnswer whole = Recorded.answer("event sa-esp-cbc");
        for (int octets = 0; octets < Xfrm.SA_SIZE; octets += 7) {
            NetlinkAnswer cut = body(whole, Xfrm.MSG_NEWSA, whole.body().slice(0, octets));
            assertThatThrownBy(() -> SaCodec.read(cut)).isInstanceOf(WireException.class);
        }
    }

    private static NetlinkAnswer without(NetlinkAnswer answer, int attribute) throws WireException {
        ByteBuffer in = answer.rewound();
        ByteBuffer info = in.slice(0, Xfrm.SA_SIZE);
        ByteBuffer rest = in.position(Xfrm.SA_SIZE).slice().order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, ByteBuffer> attributes = new TreeMap<>(NetlinkAnswer.attributes(rest));
        attributes.remove(attribute);
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN).put(info);
        attributes.forEach(
                (type, value) -> {
                    out.putShort((short) (4 + value.remaining())).putShort(type.shortValue());
                    out.put(value);
                    while (out.position() % 4 != 0) {
                        out.put((byte) 0);
                    }
                });
        return body(answer, answer.type(), out.flip());
    }

    private static NetlinkAnswer body(NetlinkAnswer answer, int type, ByteBuffer body) {
        return new NetlinkAnswer(
                type,
                answer.flags(),
                answer.sequence(),
                answer.port(),
                body.slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static SecurityAssociation.Builder sa(IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                Recorded.end("10.1.0.1"), Recorded.end("10.2.0.1"), protocol, new Spi(spi));
    }
}
