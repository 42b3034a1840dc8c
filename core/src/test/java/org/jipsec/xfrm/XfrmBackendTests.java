package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Operations over a kernel that answers as the test says: what is asked, and that nothing is lost
/// when the kernel's databases change meanwhile.
class XfrmBackendTests {
    private static final int PORT = 77;
    private static final int ESRCH = 3;
    private static final int ENOENT = 2;
    private static final SadbReply DONE = new SadbReply.Done();
    private static final SadbOperation DUMP = new SadbOperation.DumpSas(IpsecProtocol.UNSPEC);

    private static XfrmBackend backend(ScriptedKernel kernel) {
        return new XfrmBackend(
                kernel,
                new ScriptedKernel(PORT + 1, (_, _) -> {}),
                new KernelFacts(false, Optional.empty()),
                4242,
                InstantSource.fixed(Instant.EPOCH),
                Duration.ofMillis(50));
    }

    private static ScriptedKernel kernel(ScriptedKernel.Script script) {
        return new ScriptedKernel(PORT, script);
    }

    /// Dumps SAs of these recordings, and acknowledges all else.
    private static ScriptedKernel dumping(String... labels) {
        return kernel(
                (request, kernel) -> {
                    if (ScriptedKernel.isDump(request)) {
                        for (String label : labels) {
                            kernel.say(entry(kernel, request, label, 2));
                        }
                        kernel.say(kernel.done(request));
                    } else {
                        kernel.acknowledge(request);
                    }
                });
    }

    private static byte[] entry(
            ScriptedKernel kernel, NetlinkAnswer request, String label, int flags) {
        int type = request.type() == Xfrm.MSG_GETSA ? Xfrm.MSG_NEWSA : Xfrm.MSG_NEWPOLICY;
        return kernel.answer(request, type, flags, body(label));
    }

    private static byte[] body(String label) {
        try {
            return ScriptedKernel.body(label);
        } catch (WireException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    private static List<Integer> spis(SadbReply reply) {
        assertThat(reply).isInstanceOf(SadbReply.Sas.class);
        return ((SadbReply.Sas) reply)
                .snapshots().stream().map(one -> one.association().spi().value()).toList();
    }

    // ---- dumps ----

    @Test
    void numbersADumpAsAfKeyDoes() throws IOException {
        SadbReply reply =
                backend(dumping("event sa-esp-cbc", "event sa-ah", "event sa-natt")).execute(DUMP);
        assertThat(((SadbReply.Sas) reply).snapshots())
                .extracting(SaSnapshot::mark)
                .containsExactly(
                        new DumpMark(1, 4242, 0),
                        new DumpMark(2, 4242, 0),
                        new DumpMark(0, 4242, 0));
    }

    @Test
    void leavesOutWhatIsNotAsked() throws IOException {
        // an old kernel that does not look at the protocol
        ScriptedKernel kernel = dumping("event sa-esp-cbc", "event sa-ah", "event sa-ipcomp");
        XfrmBackend backend = backend(kernel);
        assertThat(spis(backend.execute(new SadbOperation.DumpSas(IpsecProtocol.AH))))
                .containsExactly(0x1004);
        assertThat(attribute(kernel.requests.getFirst(), Xfrm.SA_ID_SIZE, Xfrm.PROTO))
                .isEqualTo("33");
    }

    @Test
    void repeatsADisturbedDumpAndTellsNothingTwice() throws IOException {
        AtomicInteger dumps = new AtomicInteger();
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (dumps.incrementAndGet() == 1) {
                                it.say(entry(it, request, "event sa-esp-cbc", 2));
                                it.say(
                                        entry(
                                                it,
                                                request,
                                                "event sa-ah",
                                                2 | ScriptedKernel.DUMP_INTERRUPTED));
                            } else {
                                it.say(entry(it, request, "event sa-natt", 2));
                                it.say(entry(it, request, "event sa-esp-cbc", 2));
                            }
                            it.say(it.done(request));
                        });
        assertThat(spis(backend(kernel).execute(DUMP))).containsExactly(0x1001, 0x1004, 0x1005);
        assertThat(dumps).hasValue(2);
    }

    @Test
    void repeatsADumpOfWhichSomethingWasLost() throws IOException {
        AtomicInteger dumps = new AtomicInteger();
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (dumps.incrementAndGet() == 1) {
                                it.lose();
                            } else {
                                it.say(entry(it, request, "event policy-out", 2));
                            }
                            it.say(it.done(request));
                        });
        SadbReply reply = backend(kernel).execute(new SadbOperation.DumpPolicies());
        assertThat(((SadbReply.Policies) reply).snapshots()).hasSize(1);
    }

    @Test
    void givesUpADumpThatIsDisturbedEachTime() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) ->
                                it.say(
                                        it.answer(
                                                request,
                                                ScriptedKernel.DONE,
                                                2 | ScriptedKernel.DUMP_INTERRUPTED,
                                                new byte[4])));
        assertThat(backend(kernel).execute(DUMP))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EAGAIN));
        assertThat(kernel.requests).hasSize(20);
    }

    @Test
    void leavesSubPoliciesAlone() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            it.say(entry(it, request, "event policy-out", 2));
                            byte[] main = body("event policy-fwd-use");
                            ByteBuffer sub =
                                    ByteBuffer.allocate(main.length + 12)
                                            .order(ByteOrder.LITTLE_ENDIAN)
                                            .put(main);
                            // XFRMA_POLICY_TYPE: XFRM_POLICY_TYPE_SUB
                            sub.putShort((short) 10).putShort((short) 16).put((byte) 1);
                            it.say(it.answer(request, Xfrm.MSG_NEWPOLICY, 2, sub.array()));
                            it.say(it.done(request));
                        });
        SadbReply reply = backend(kernel).execute(new SadbOperation.DumpPolicies());
        assertThat(((SadbReply.Policies) reply).snapshots())
                .extracting(one -> one.policy().direction())
                .containsExactly(Direction.OUT);
    }

    @Test
    void showsAForeignSa() throws IOException {
        SadbReply reply = backend(dumping("event sa-foreign")).execute(DUMP);
        assertThat(((SadbReply.Sas) reply).snapshots().getFirst().unknown().encryption())
                .isEqualTo("cbc(serpent)");
    }

    // ---- SAs that are found only by more than their name ----

    /// Knows the SA of `event sa-mark`, by its mark alone.
    private static ScriptedKernel withAMarkedSa() {
        return kernel(
                (request, it) -> {
                    if (ScriptedKernel.isDump(request)) {
                        it.say(entry(it, request, "event sa-mark", 2));
                        it.say(it.done(request));
                    } else if (request.type() == Xfrm.MSG_UPDSA
                            || hasMark(request, Xfrm.SA_ID_SIZE)) {
                        if (request.type() == Xfrm.MSG_GETSA) {
                            it.say(entry(it, request, "event sa-mark", 0));
                        }
                        it.acknowledge(request);
                    } else {
                        it.refuse(request, ESRCH);
                    }
                });
    }

    private static boolean hasMark(NetlinkAnswer request, int structure) {
        try {
            return !attribute(request, structure, Xfrm.MARK).isEmpty();
        } catch (IllegalStateException noAttributes) {
            return false;
        }
    }

    /// In hex, empty when it is not there.
    private static String attribute(NetlinkAnswer request, int structure, int type) {
        try {
            ByteBuffer in = request.rewound();
            ByteBuffer found = NetlinkAnswer.attributes(in.position(structure)).get(type);
            return found == null ? "" : org.jipsec.wire.Bytes.rest(found).hex();
        } catch (WireException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    @Test
    void deletesAnSaWithAMark() throws IOException {
        ScriptedKernel kernel = withAMarkedSa();
        List<SadbReply> replies = new ArrayList<>();
        backend(kernel)
                .executeAll(
                        List.of(
                                new SadbOperation.DeleteSa(reference(0x1006)),
                                new SadbOperation.DeleteSa(reference(0x1007)),
                                new SadbOperation.DeleteSa(reference(0x1008))),
                        (_, reply) -> replies.add(reply));
        assertThat(replies)
                .containsExactly(DONE, new Refused(Errno.ESRCH, ""), new Refused(Errno.ESRCH, ""));
        // one dump for all
        assertThat(kernel.requests.stream().filter(ScriptedKernel::isDump)).hasSize(1);
    }

    @Test
    void keepsOnAnUpdateWhatTheLanguageCannotSay() throws IOException {
        ScriptedKernel kernel = withAMarkedSa();
        SecurityAssociation renewed =
                esp(0x1006)
                        .mode(SaMode.TUNNEL)
                        .hard(Lifetime.ofSeconds(70))
                        .soft(Lifetime.ofSeconds(60))
                        .build();
        assertThat(backend(kernel).execute(new SadbOperation.UpdateSa(renewed))).isEqualTo(DONE);
        NetlinkAnswer update = kernel.requests.getLast();
        assertThat(update.type()).isEqualTo(Xfrm.MSG_UPDSA);
        assertThat(attribute(update, Xfrm.SA_SIZE, Xfrm.MARK)).isEqualTo("01000000ff000000");
        assertThat(attribute(update, Xfrm.SA_SIZE, Xfrm.IF_ID)).isEqualTo("2a000000");
        assertThat(attribute(update, Xfrm.SA_SIZE, 29)).isEqualTo("05000000");
        assertThat(attribute(update, Xfrm.SA_SIZE, Xfrm.SA_EXTRA_FLAGS)).isEqualTo("01000000");
        assertThat(update.body().get(216)).as("nopmtudisc").isEqualTo((byte) 4);
    }

    @Test
    void deletesAPolicyWithAMark() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (ScriptedKernel.isDump(request)) {
                                it.say(entry(it, request, "event policy-mark", 2));
                                it.say(it.done(request));
                            } else if (hasMark(request, Xfrm.POLICY_ID_SIZE)) {
                                it.acknowledge(request);
                            } else {
                                it.refuse(request, ENOENT);
                            }
                        });
        Policy policy =
                Policy.of(
                        Selector.between(
                                Prefix.host(Recorded.address("10.1.1.1")),
                                Prefix.host(Recorded.address("10.1.1.2"))),
                        Direction.OUT,
                        PolicyAction.NONE);
        assertThat(backend(kernel).execute(new SadbOperation.DeletePolicy(policy))).isEqualTo(DONE);
        assertThat(attribute(kernel.requests.getLast(), Xfrm.POLICY_ID_SIZE, Xfrm.IF_ID))
                .isEqualTo("2a000000");
        assertThat(
                        backend(kernel)
                                .execute(
                                        new SadbOperation.DeletePolicy(
                                                policy.withDirection(Direction.IN))))
                .isEqualTo(new Refused(Errno.ENOENT, ""));
    }

    // ---- others change what we are about to change ----

    @Test
    void tellsWhenAnSaGoesBetweenReadingAndUpdating() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (request.type() == Xfrm.MSG_GETSA) {
                                it.say(entry(it, request, "event sa-natt", 0));
                                it.acknowledge(request);
                            } else {
                                it.refuse(request, ESRCH);
                            }
                        });
        SecurityAssociation sa =
                esp(0x1005)
                        .encapsulation(new UdpEncapsulation(4500, 30001, Optional.empty(), 0))
                        .build();
        assertThat(backend(kernel).execute(new SadbOperation.UpdateSa(sa)))
                .isEqualTo(new Refused(Errno.ESRCH, ""));
        // the peer's own address, which the update did not say, went along
        assertThat(attribute(kernel.requests.getLast(), Xfrm.SA_SIZE, Xfrm.ENCAP))
                .contains("0a090909");
    }

    /// ESP in TCP (RFC 9329) is type 7.
    @Test
    void keepsAnSaInTcpWhereItIs() throws IOException {
        byte[] inTcp = body("event sa-natt");
        assertThat(NatT.type(inTcp)).isEqualTo(Xfrm.UDP_ENCAP_ESPINUDP);
        NatT.type(inTcp, 7);
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (ScriptedKernel.isDump(request)) {
                                it.say(it.answer(request, Xfrm.MSG_NEWSA, 2, inTcp));
                                it.say(it.done(request));
                                return;
                            }
                            if (request.type() == Xfrm.MSG_GETSA) {
                                it.say(it.answer(request, Xfrm.MSG_NEWSA, 0, inTcp));
                            }
                            it.acknowledge(request);
                        });
        XfrmBackend backend = backend(kernel);
        SecurityAssociation sa =
                esp(0x1005)
                        .encapsulation(new UdpEncapsulation(4500, 30001, Optional.empty(), 0))
                        .build();
        assertThat(backend.execute(new SadbOperation.UpdateSa(sa))).isEqualTo(DONE);
        assertThat(attribute(kernel.requests.getLast(), Xfrm.SA_SIZE, Xfrm.ENCAP))
                .startsWith("0700" + "1194" + "7531");
        SaSnapshot dumped = ((SadbReply.Sas) backend.execute(DUMP)).snapshots().getFirst();
        assertThat(backend.execute(new SadbOperation.RestoreSa(dumped))).isEqualTo(DONE);
        assertThat(attribute(kernel.requests.getLast(), Xfrm.SA_SIZE, Xfrm.ENCAP))
                .startsWith("0700" + "1194");
    }

    /// Where the type of its encapsulation stands in an SA.
    private static final class NatT {
        static int type(byte[] sa) {
            return encapsulation(sa).getShort();
        }

        static void type(byte[] sa, int type) {
            encapsulation(sa).putShort((short) type);
        }

        private static ByteBuffer encapsulation(byte[] sa) {
            try {
                ByteBuffer found =
                        NetlinkAnswer.attributes(
                                        ByteBuffer.wrap(sa)
                                                .order(ByteOrder.LITTLE_ENDIAN)
                                                .position(Xfrm.SA_SIZE))
                                .get(Xfrm.ENCAP);
                int at = found.arrayOffset() + found.position();
                return ByteBuffer.wrap(sa, at, 2).order(ByteOrder.LITTLE_ENDIAN);
            } catch (WireException wrong) {
                throw new IllegalStateException(wrong);
            }
        }
    }

    @Test
    void neverChangesAForeignSa() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            it.say(entry(it, request, "event sa-foreign", 0));
                            it.acknowledge(request);
                        });
        assertThat(backend(kernel).execute(new SadbOperation.UpdateSa(esp(0x1008).build())))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EOPNOTSUPP));
        assertThat(kernel.requests).hasSize(1);
    }

    @Test
    void leavesAMatureSaItsKeys() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            it.say(entry(it, request, "event sa-natt", 0));
                            it.acknowledge(request);
                        });
        SecurityAssociation other =
                esp(0x1005).encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(32)).build();
        assertThat(backend(kernel).execute(new SadbOperation.UpdateSa(other)))
                .isInstanceOf(Refused.class);
        assertThat(backend(kernel).execute(new SadbOperation.UpdateSa(esp(0x1005).build())))
                .as("out of UDP")
                .isInstanceOf(Refused.class);
        assertThat(kernel.requests).extracting(NetlinkAnswer::type).containsOnly(Xfrm.MSG_GETSA);
    }

    @Test
    void deletesAllThatAnotherHasLeft() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (ScriptedKernel.isDump(request)) {
                                it.say(entry(it, request, "event sa-esp-cbc", 2));
                                it.say(entry(it, request, "event sa-mark", 2));
                                it.say(entry(it, request, "event sa-ipv6", 2));
                                it.say(it.done(request));
                            } else {
                                it.refuse(request, hasMark(request, Xfrm.SA_ID_SIZE) ? 0 : ESRCH);
                            }
                        });
        assertThat(
                        backend(kernel)
                                .execute(
                                        new SadbOperation.DeleteAllSas(
                                                Recorded.end("10.1.0.1"),
                                                Recorded.end("10.2.0.1"),
                                                IpsecProtocol.ESP)))
                .isEqualTo(DONE);
        assertThat(kernel.requests.stream().filter(each -> each.type() == Xfrm.MSG_DELSA))
                .hasSize(2);
    }

    // ---- policies as af_key makes them ----

    @Test
    void givesRequestIdsThatNoPolicyHas() throws IOException {
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (ScriptedKernel.isDump(request)) {
                                byte[] used = body("event policy-out");
                                ByteBuffer.wrap(used)
                                        .order(ByteOrder.LITTLE_ENDIAN)
                                        .putInt(Xfrm.POLICY_SIZE + 4 + 44, 16385);
                                it.say(it.answer(request, Xfrm.MSG_NEWPOLICY, 2, used));
                                it.say(it.done(request));
                            } else {
                                it.acknowledge(request);
                            }
                        });
        XfrmBackend backend = backend(kernel);
        List<SadbOperation> adds = new ArrayList<>();
        for (int reqid : new int[] {0, 0, 7, 20000}) {
            adds.add(new SadbOperation.AddPolicy(unique(reqid)));
        }
        backend.executeAll(adds, (_, _) -> {});
        List<Integer> reqids = new ArrayList<>();
        for (NetlinkAnswer request : kernel.requests) {
            if (request.type() == Xfrm.MSG_NEWPOLICY) {
                reqids.add(request.rewound().getInt(Xfrm.POLICY_SIZE + 4 + 44));
            }
        }
        assertThat(reqids).containsExactly(16384, 16386, 7, 16387);
        assertThat(kernel.requests.stream().filter(ScriptedKernel::isDump)).hasSize(1);
    }

    private static Policy unique(int reqid) {
        return Policy.of(
                Selector.between(
                        Prefix.host(Recorded.address("10.1.1.1")),
                        Prefix.host(Recorded.address("10.1.1.2"))),
                Direction.OUT,
                PolicyAction.IPSEC,
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        PolicyLevel.UNIQUE,
                        reqid,
                        Optional.empty()));
    }

    @Test
    void refusesBeforeTheKernelIsAskedWhatItCannotBeTold() throws IOException {
        ScriptedKernel kernel = kernel((request, it) -> it.acknowledge(request));
        XfrmBackend backend = backend(kernel);
        Policy policy = unique(1);
        for (SadbOperation operation :
                List.of(
                        new SadbOperation.AddSa(
                                esp(1).authentication(AuthAlgorithm.KEYED_MD5, Recorded.key(16))
                                        .build()),
                        new SadbOperation.AddSa(esp(1).replayWindow(4097).build()),
                        new SadbOperation.AddSa(esp(1).hard(Lifetime.ofSeconds(9)).build()),
                        new SadbOperation.AddSa(
                                esp(1).between(Recorded.end("10.1.0.1"), Recorded.end("::1"))
                                        .build()),
                        new SadbOperation.AddSa(
                                esp(1).encapsulation(
                                                new UdpEncapsulation(
                                                        4500, 4500, Optional.empty(), 1300))
                                        .build()),
                        new SadbOperation.AddPolicy(policy.withDirection(Direction.ANY)),
                        new SadbOperation.DeletePolicy(policy.withDirection(Direction.ANY)),
                        new SadbOperation.GetPolicy(policy.withDirection(Direction.ANY)),
                        new SadbOperation.DeletePolicyById(8, Direction.ANY),
                        new SadbOperation.GetPolicyById(8, Direction.ANY),
                        new SadbOperation.GetStatistics())) {
            assertThat(backend.execute(operation)).as("%s", operation).isInstanceOf(Refused.class);
        }
        assertThat(kernel.requests).isEmpty();
    }

    // ---- putting back ----

    @Test
    void putsBackAnSaWithItsNumbersAndItsAge() throws IOException {
        ScriptedKernel kernel = kernel((request, it) -> it.acknowledge(request));
        CurrentLifetime current =
                new CurrentLifetime(
                        5,
                        600,
                        Instant.ofEpochSecond(1000),
                        Optional.of(Instant.ofEpochSecond(1010)));
        SaSnapshot small =
                new SaSnapshot(
                        esp(0x21).replayWindow(32).build(),
                        SaState.MATURE,
                        current,
                        new DumpMark(0, 0, 0),
                        Optional.of(new SequenceState(5, 9, List.of(0x1ff))));
        SaSnapshot wide =
                new SaSnapshot(
                        esp(0x22).replayWindow(64).extendedSequence(true).build(),
                        SaState.MATURE,
                        current,
                        new DumpMark(0, 0, 0),
                        Optional.of(
                                new SequenceState(0x1_0000_0005L, 0x2_0000_0009L, List.of(3, 4))));
        XfrmBackend backend = backend(kernel);
        assertThat(backend.execute(new SadbOperation.RestoreSa(small))).isEqualTo(DONE);
        NetlinkAnswer first = kernel.requests.getLast();
        assertThat(attribute(first, Xfrm.SA_SIZE, Xfrm.REPLAY_VAL))
                .isEqualTo("0500000009000000ff010000");
        assertThat(attribute(first, Xfrm.SA_SIZE, Xfrm.LTIME_VAL))
                .isEqualTo("58020000000000000500000000000000e803000000000000f203000000000000");
        assertThat(backend.execute(new SadbOperation.RestoreSa(wide))).isEqualTo(DONE);
        assertThat(attribute(kernel.requests.getLast(), Xfrm.SA_SIZE, Xfrm.REPLAY_ESN_VAL))
                .isEqualTo("02000000050000000900000001000000020000004000000003000000" + "04000000");
        SaSnapshot foreign =
                new SaSnapshot(
                        small.association(),
                        small.state(),
                        small.current(),
                        small.mark(),
                        small.sequence(),
                        new UnknownParts("cbc(serpent)", "", "", ""));
        assertThat(backend.execute(new SadbOperation.RestoreSa(foreign)))
                .isInstanceOf(Refused.class);
    }

    @Test
    void keepsOnAnUpdateWhatThePolicyHasBeside() throws IOException {
        byte[] present = Arrays.copyOf(body("event policy-out"), Xfrm.POLICY_SIZE + 8);
        present[Xfrm.POLICY_FLAGS] = 3; // localok icmp
        ByteBuffer.wrap(present)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(Xfrm.POLICY_SIZE, (short) 8)
                .putShort(Xfrm.POLICY_SIZE + 2, (short) Xfrm.IF_ID)
                .putInt(Xfrm.POLICY_SIZE + 4, 42);
        ScriptedKernel kernel =
                kernel(
                        (request, it) -> {
                            if (request.type() == Xfrm.MSG_GETPOLICY) {
                                it.say(it.answer(request, Xfrm.MSG_NEWPOLICY, 0, present));
                            }
                            it.acknowledge(request);
                        });
        assertThat(backend(kernel).execute(new SadbOperation.UpdatePolicy(unique(7))))
                .isEqualTo(DONE);
        NetlinkAnswer update = kernel.requests.getLast();
        assertThat(update.type()).isEqualTo(Xfrm.MSG_UPDPOLICY);
        assertThat(ScriptedKernel.body(update)[Xfrm.POLICY_FLAGS]).isEqualTo((byte) 3);
        assertThat(attribute(update, Xfrm.POLICY_SIZE, Xfrm.IF_ID)).isEqualTo("2a000000");
    }

    // ---- what we do ourselves ----

    /// Which the kernel does not tell when there was nothing: another's flush after it is told.
    @Test
    void looksForTheNewsOfAFlushOnceItIsAnswered() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        ScriptedKernel events =
                new ScriptedKernel(
                        PORT + 1,
                        (request, it) -> {
                            it.say(it.done(request));
                            begun.countDown();
                        });
        XfrmBackend backend =
                new XfrmBackend(
                        kernel((request, it) -> it.acknowledge(request)),
                        events,
                        new KernelFacts(false, Optional.empty()),
                        1,
                        InstantSource.fixed(Instant.EPOCH),
                        Duration.ofSeconds(10));
        backend.listen(_ -> {});
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(backend.execute(new SadbOperation.FlushPolicies())).isEqualTo(DONE);
        assertThat(events.woken.await(10, TimeUnit.SECONDS)).isTrue();
        backend.close();
    }

    // ---- the channel ----

    @Test
    void closesBothChannels() throws IOException {
        ScriptedKernel requests = kernel((_, _) -> {});
        ScriptedKernel events = new ScriptedKernel(PORT + 1, (_, _) -> {});
        XfrmBackend backend =
                new XfrmBackend(
                        requests,
                        events,
                        new KernelFacts(false, Optional.empty()),
                        1,
                        InstantSource.fixed(Instant.EPOCH),
                        Duration.ofMillis(50));
        backend.execute(new SadbOperation.Register(IpsecProtocol.ESP));
        assertThat(events.groups).containsExactly(Xfrm.GROUP_ACQUIRE);
        backend.close();
        assertThat(requests.closed.getCount()).isZero();
        assertThat(events.closed.getCount()).isZero();
    }

    private static SaReference reference(int spi) {
        return new SaReference(
                Recorded.end("10.1.0.1"),
                Recorded.end("10.2.0.1"),
                IpsecProtocol.ESP,
                new Spi(spi),
                SaMode.ANY);
    }

    private static SecurityAssociation.Builder esp(int spi) {
        return SecurityAssociation.builder(
                        Recorded.end("10.1.0.1"),
                        Recorded.end("10.2.0.1"),
                        IpsecProtocol.ESP,
                        new Spi(spi))
                .encryption(EncryptionAlgorithm.AES_CBC, Recorded.key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, Recorded.key(20));
    }
}
