package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
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
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What is particular to the PF_KEY of a Linux kernel: with the kernel itself in its guest
/// ([AfKeyTests]), and everywhere from what was recorded there ([RecordedLinuxTests]).
abstract class LinuxScenes {
    private static final int OWN = 4711;

    private final BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();

    /// @param scene the name of the test
    abstract PfkeyChannel channel(String scene) throws IOException;

    /// Another program does something with the machine.
    abstract void outside(String... command) throws IOException;

    private interface Scene {
        void play(PfkeyBackend kernel) throws IOException, InterruptedException;
    }

    private void play(TestInfo test, Dialect dialect, Scene scene)
            throws IOException, InterruptedException {
        String name = test.getTestMethod().map(Method::getName).orElseThrow();
        try (PfkeyBackend kernel =
                PfkeyBackend.open(channel(name), OWN, dialect, Duration.ofSeconds(20))) {
            kernel.listen(heard::add);
            scene.play(kernel);
        }
    }

    private void play(TestInfo test, Scene scene) throws IOException, InterruptedException {
        play(test, Dialect.LINUX, scene);
    }

    @Test
    void saysWhatItCanDo(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    Capabilities can = kernel.capabilities();
                    assertThat(can.backend()).isEqualTo("pfkey");
                    assertThat(can.authentication())
                            .containsEntry(
                                    AuthAlgorithm.HMAC_SHA1, new Capabilities.KeyBits(160, 160))
                            .containsEntry(
                                    AuthAlgorithm.HMAC_SHA256_96,
                                    new Capabilities.KeyBits(256, 256))
                            .doesNotContainKeys(
                                    AuthAlgorithm.HMAC_SHA256,
                                    AuthAlgorithm.AES_CMAC,
                                    AuthAlgorithm.AES_GMAC);
                    assertThat(can.encryption())
                            .containsEntry(
                                    EncryptionAlgorithm.AES_CBC, new Capabilities.KeyBits(128, 256))
                            .containsEntry(
                                    EncryptionAlgorithm.AES_CTR, new Capabilities.KeyBits(160, 288))
                            .doesNotContainKeys(
                                    EncryptionAlgorithm.AES_GCM_16,
                                    EncryptionAlgorithm.CHACHA20_POLY1305);
                    assertThat(can.features())
                            .contains(
                                    Capabilities.Feature.FORWARD_POLICIES,
                                    Capabilities.Feature.POLICY_PRIORITIES)
                            .doesNotContain(
                                    Capabilities.Feature.EXTENDED_SEQUENCE,
                                    Capabilities.Feature.WIDE_REPLAY_WINDOW,
                                    Capabilities.Feature.DELETE_ALL);
                });
    }

    /// The kernel refuses the second time.
    @Test
    void registersAsOftenAsItIsAsked(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    for (int i = 0; i < 2; i++) {
                        assertThat(kernel.execute(new SadbOperation.Register(IpsecProtocol.ESP)))
                                .isEqualTo(new SadbReply.Registered(kernel.capabilities()));
                    }
                });
    }

    /// The kernel answers that a policy was added.
    @Test
    void reservesTheIndexOfAPolicy(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    Policy policy = Policy.of(between("10.1.0.1", "10.1.0.2"), Direction.IN, NONE);
                    assertDone(kernel, new SadbOperation.SetPolicyIndex(policy));
                    assertRefused(kernel, new SadbOperation.AddPolicy(policy), Errno.EEXIST);
                    SadbReply found = kernel.execute(new SadbOperation.GetPolicy(policy));
                    Policy reserved = ((SadbReply.FoundPolicy) found).snapshot().policy();
                    assertThat(
                                    kernel.execute(
                                            new SadbOperation.GetPolicyById(
                                                    reserved.id(), Direction.IN)))
                            .isInstanceOf(SadbReply.FoundPolicy.class);
                    assertDone(
                            kernel,
                            new SadbOperation.DeletePolicyById(reserved.id(), Direction.IN));
                    assertRefused(kernel, new SadbOperation.GetPolicy(policy), Errno.ENOENT);
                });
    }

    /// Of a flush the kernel tells its author twice, and once when there was nothing.
    @Test
    void flushesWhatIsThereAndWhatIsNot(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    SecurityAssociation sa = esp(0x1001).build();
                    for (int i = 0; i < 2; i++) {
                        assertDone(kernel, new SadbOperation.AddSa(sa));
                        assertDone(kernel, new SadbOperation.FlushSas(IpsecProtocol.ESP));
                        assertDone(kernel, new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
                        assertDone(kernel, new SadbOperation.FlushPolicies());
                        assertRefused(
                                kernel, new SadbOperation.DeleteSa(reference(sa)), Errno.ESRCH);
                        assertThat(dump(kernel)).isEmpty();
                    }
                });
    }

    /// The kernel has no message for it.
    @Test
    void deletesAllBetweenTwoEnds(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    SecurityAssociation other =
                            esp(0x2003).between(end("10.1.0.1"), end("10.1.0.3")).build();
                    for (SecurityAssociation sa :
                            List.of(esp(0x2001).build(), esp(0x2002).build(), other)) {
                        assertDone(kernel, new SadbOperation.AddSa(sa));
                    }
                    assertDone(
                            kernel,
                            new SadbOperation.DeleteAllSas(
                                    end("10.1.0.1"), end("10.1.0.2"), IpsecProtocol.ESP));
                    assertThat(dump(kernel))
                            .extracting(SaSnapshot::association)
                            .containsExactly(other);
                });
    }

    @Test
    void callsTheShortHmacOfSha256ByItsName(TestInfo test)
            throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    SecurityAssociation sa =
                            esp(0x3001)
                                    .authentication(AuthAlgorithm.HMAC_SHA256_96, key(32))
                                    .build();
                    assertDone(kernel, new SadbOperation.AddSa(sa));
                    assertThat(dump(kernel))
                            .extracting(SaSnapshot::association)
                            .containsExactly(sa);
                    assertRefused(
                            kernel,
                            new SadbOperation.AddSa(
                                    esp(0x3002)
                                            .authentication(AuthAlgorithm.HMAC_SHA256, key(32))
                                            .build()),
                            Errno.ENOSYS);
                });
    }

    @Test
    void callsItAsSetkeyDidWhereThatIsWanted(TestInfo test)
            throws IOException, InterruptedException {
        play(
                test,
                Dialect.LINUX_AS_SETKEY,
                kernel -> {
                    SecurityAssociation sa =
                            esp(0x3003).authentication(AuthAlgorithm.HMAC_SHA256, key(32)).build();
                    assertDone(kernel, new SadbOperation.AddSa(sa));
                    assertThat(dump(kernel))
                            .extracting(SaSnapshot::association)
                            .containsExactly(sa);
                    assertThat(kernel.capabilities().encryption()).isEmpty();
                    kernel.execute(new SadbOperation.Register(IpsecProtocol.UNSPEC));
                    assertThat(kernel.capabilities().authentication())
                            .containsKey(AuthAlgorithm.HMAC_SHA256)
                            .doesNotContainKey(AuthAlgorithm.HMAC_SHA256_96);
                });
    }

    /// The kernel keeps the peer's own address, and does not tell it.
    @Test
    void keepsThePortsOfEspInUdp(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    UdpEncapsulation nat = new UdpEncapsulation(4500, 30000, Optional.empty(), 0);
                    SecurityAssociation sa = esp(0x4001).encapsulation(nat).build();
                    UdpEncapsulation more =
                            new UdpEncapsulation(
                                    4500, 30000, Optional.of(end("10.9.9.9").address()), 0);
                    assertDone(
                            kernel,
                            new SadbOperation.AddSa(sa.toBuilder().encapsulation(more).build()));
                    assertThat(dump(kernel))
                            .extracting(SaSnapshot::association)
                            .containsExactly(sa);
                });
    }

    @Test
    void listsWhatHasNoNameHereByItsNumber(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    outside(
                            "ip xfrm state add src 10.1.0.1 dst 10.1.0.2 proto esp spi 0x5001 mode"
                                    + " beet enc cbc(serpent) 0x00112233445566778899aabbccddeeff"
                                    + " auth hmac(md5) 0x00112233445566778899aabbccddeeff");
                    outside(
                            "ip xfrm policy add src 10.1.0.1 dst 10.1.0.2 dir out tmpl src"
                                    + " 10.1.0.1 dst 10.1.0.2 proto esp mode beet");
                    List<SaSnapshot> all = dump(kernel);
                    assertThat(all).hasSize(1);
                    assertThat(all.get(0).unknown().encryption()).isEqualTo("252");
                    assertThat(all.get(0).unknown().mode()).isEqualTo("beet");
                    assertThat(all.get(0).association().encryptionKey().bits()).isEqualTo(128);
                    assertThat(kernel.execute(new SadbOperation.DumpPolicies()))
                            .isInstanceOfSatisfying(
                                    SadbReply.Policies.class,
                                    policies ->
                                            assertThat(policies.snapshots())
                                                    .flatExtracting(one -> one.policy().rules())
                                                    .extracting(PolicyRule::mode)
                                                    .containsExactly(SaMode.ANY));
                });
    }

    @Test
    void isToldOfAnAcquireAndRefusesIt(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    outside("ip link add jipsec0 type veth peer name jipsec1");
                    outside("ip link set jipsec0 up");
                    outside("ip link set jipsec1 up");
                    outside("ip addr add 10.1.0.1/24 dev jipsec0");
                    kernel.execute(new SadbOperation.Register(IpsecProtocol.ESP));
                    PolicyRule rule =
                            new PolicyRule(
                                    IpsecProtocol.ESP,
                                    SaMode.TRANSPORT,
                                    PolicyLevel.UNIQUE,
                                    33,
                                    Optional.empty());
                    assertDone(
                            kernel,
                            new SadbOperation.AddPolicy(
                                    Policy.of(
                                            between("10.1.0.1", "10.1.0.2"),
                                            Direction.OUT,
                                            PolicyAction.IPSEC,
                                            rule)));
                    outside("ping -c 1 -W 1 10.1.0.2");
                    SadbEvent.Acquire acquire = (SadbEvent.Acquire) next(SadbEvent.Acquire.class);
                    assertThat(acquire.protocol()).isEqualTo(IpsecProtocol.ESP);
                    assertThat(acquire.source()).isEqualTo(end("10.1.0.1").address());
                    assertThat(acquire.destination()).isEqualTo(end("10.1.0.2").address());
                    assertThat(acquire.policyId()).isNotZero();
                    assertDone(kernel, new SadbOperation.RefuseAcquire(acquire.sequence(), 110));
                    outside("ip link delete jipsec0");
                });
    }

    @Test
    void isToldThatLifetimesAreOver(TestInfo test) throws IOException, InterruptedException {
        play(
                test,
                kernel -> {
                    kernel.execute(new SadbOperation.Register(IpsecProtocol.ESP));
                    assertDone(
                            kernel,
                            new SadbOperation.AddSa(
                                    esp(0x6001)
                                            .soft(Lifetime.ofSeconds(1))
                                            .hard(Lifetime.ofSeconds(2))
                                            .build()));
                    SadbEvent.Expire soft = (SadbEvent.Expire) next(SadbEvent.Expire.class);
                    SadbEvent.Expire hard = (SadbEvent.Expire) next(SadbEvent.Expire.class);
                    assertThat(List.of(soft.hard(), hard.hard())).containsExactly(false, true);
                    assertThat(hard.snapshot().association().spi()).isEqualTo(new Spi(0x6001));
                });
    }

    private SadbEvent next(Class<? extends SadbEvent> kind) throws InterruptedException {
        while (true) {
            SadbEvent event = heard.poll(10, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            if (kind.isInstance(event)) {
                return event;
            }
        }
    }

    // ---- what the scenes are made of ----

    static final PolicyAction NONE = PolicyAction.NONE;

    static void assertDone(PfkeyBackend kernel, SadbOperation operation) throws IOException {
        assertThat(kernel.execute(operation)).isEqualTo(new SadbReply.Done());
    }

    private static void assertRefused(PfkeyBackend kernel, SadbOperation operation, Errno errno)
            throws IOException {
        assertThat(kernel.execute(operation))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(errno));
    }

    static List<SaSnapshot> dump(PfkeyBackend kernel) throws IOException {
        SadbReply reply = kernel.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        return ((SadbReply.Sas) reply).snapshots();
    }

    static SecurityAssociation.Builder esp(int spi) {
        return SecurityAssociation.builder(
                        end("10.1.0.1"), end("10.1.0.2"), IpsecProtocol.ESP, new Spi(spi))
                .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, key(20));
    }

    private static SaReference reference(SecurityAssociation sa) {
        return new SaReference(sa.source(), sa.destination(), sa.protocol(), sa.spi(), sa.mode());
    }

    private static Selector between(String source, String destination) {
        return Selector.between(
                Prefix.host(end(source).address()), Prefix.host(end(destination).address()));
    }

    static Endpoint end(String address) {
        return Endpoint.of(IpText.parse(address).orElseThrow());
    }

    private static Secret key(int octets) {
        byte[] key = new byte[octets];
        for (int i = 0; i < octets; i++) {
            key[i] = (byte) (i * 7 + 1);
        }
        return Secret.of(key);
    }
}
