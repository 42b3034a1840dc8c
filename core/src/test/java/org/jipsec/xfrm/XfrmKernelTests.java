package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.Statistics;
import org.jipsec.testing.Namespaces;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What only a kernel with ESP can show: run by `src/test/kernel-guest/backends`, in its guest.
@Tag("kernel")
class XfrmKernelTests {
    private static final SadbReply DONE = new SadbReply.Done();
    private static final String[] MARKED = {
        "xfrm",
        "state",
        "add",
        "src",
        "10.1.0.1",
        "dst",
        "10.2.0.1",
        "proto",
        "esp",
        "spi",
        "0x1006",
        "mode",
        "tunnel",
        "mark",
        "0x1",
        "mask",
        "0xff",
        "enc",
        "cbc(aes)",
        "0x0102030405060708090a0b0c0d0e0f10",
        "auth-trunc",
        "hmac(sha1)",
        "0x0102030405060708090a0b0c0d0e0f1011121314",
        "96",
        "output-mark",
        "0x5",
        "if_id",
        "0x2a",
        "flag",
        "nopmtudisc"
    };

    private Namespaces hosts;
    private XfrmBackend backend;

    @BeforeEach
    void open() throws Exception {
        hosts = Namespaces.create("host");
        backend = openAnother();
    }

    private XfrmBackend openAnother() throws IOException {
        return hosts.in(
                "host", () -> XfrmBackend.open(1, InstantSource.system(), Duration.ofSeconds(20)));
    }

    @AfterEach
    void close() throws IOException {
        backend.close();
        hosts.close();
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

    private static SaReference reference(int spi) {
        return new SaReference(
                Recorded.end("10.1.0.1"),
                Recorded.end("10.2.0.1"),
                IpsecProtocol.ESP,
                new Spi(spi),
                SaMode.ANY);
    }

    private SaSnapshot get(int spi) throws IOException {
        SadbReply reply = backend.execute(new SadbOperation.GetSa(reference(spi)));
        assertThat(reply).isInstanceOf(SadbReply.Sa.class);
        return ((SadbReply.Sa) reply).snapshot();
    }

    @Test
    void makesOfAReservedSpiAnSaForAllPackets() throws Exception {
        SadbReply reserved =
                backend.execute(
                        new SadbOperation.ReserveSpi(
                                Recorded.end("10.1.0.1"),
                                Recorded.end("10.2.0.1"),
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                7,
                                new Spi(0x9000_0001),
                                new Spi(0x9000_0001)));
        assertThat(reserved).isEqualTo(new SadbReply.SpiReserved(new Spi(0x9000_0001)));
        SecurityAssociation sa = esp(0x9000_0001).mode(SaMode.TUNNEL).reqid(7).build();
        assertThat(backend.execute(new SadbOperation.UpdateSa(sa))).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "state"))
                .contains("flag af-unspec")
                .doesNotContain("sel src 10.1.0.1/32");
    }

    @Test
    void keepsMarksAndTheLikeOnAnUpdate() throws Exception {
        hosts.ip("host", MARKED);
        SecurityAssociation renewed =
                esp(0x1006)
                        .mode(SaMode.TUNNEL)
                        .hard(Lifetime.ofSeconds(7000))
                        .soft(Lifetime.ofSeconds(6000))
                        .build();
        assertThat(backend.execute(new SadbOperation.UpdateSa(renewed))).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "-s", "xfrm", "state"))
                .contains("mark 0x1/0xff")
                .contains("if_id 0x2a")
                .contains("output-mark 0x5")
                .contains("nopmtudisc")
                .contains("soft 6000(sec), hard 7000(sec)");
        assertThat(backend.execute(new SadbOperation.DeleteSa(reference(0x1006)))).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "state")).isBlank();
    }

    @Test
    void showsAForeignSaAndDeletesIt() throws Exception {
        hosts.ip(
                "host",
                "xfrm",
                "state",
                "add",
                "src",
                "10.1.0.1",
                "dst",
                "10.2.0.1",
                "proto",
                "esp",
                "spi",
                "0x1008",
                "mode",
                "beet",
                "enc",
                "cbc(aes)",
                "0x0102030405060708090a0b0c0d0e0f10",
                "auth-trunc",
                "hmac(sha1)",
                "0x0102030405060708090a0b0c0d0e0f1011121314",
                "160");
        SaSnapshot found = get(0x1008);
        assertThat(found.unknown().mode()).isEqualTo("beet");
        assertThat(found.unknown().authentication()).isEqualTo("hmac(sha1) cut to 160 bits");
        assertThat(backend.execute(new SadbOperation.UpdateSa(esp(0x1008).build())))
                .isInstanceOf(SadbReply.Refused.class);
        assertThat(backend.execute(new SadbOperation.DeleteSa(reference(0x1008)))).isEqualTo(DONE);
    }

    private void ip(String line) {
        hosts.ip("host", line.split(" "));
    }

    private String foreignThings() {
        return hosts.run("host", "ip", "xfrm", "state")
                + hosts.run("host", "ip", "xfrm", "policy")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList();
    }

    /// The second may not be: the kernel refuses its key.
    private static List<SadbOperation> refusedAfter(SadbOperation first) {
        return List.of(
                first,
                new SadbOperation.AddSa(
                        esp(0x42)
                                .encryption(EncryptionAlgorithm.AES_CBC, Secret.ofHex("0102"))
                                .build()));
    }

    @Test
    void putsBackSasOfOthersAsTheyWereWhenAFlushIsTakenBack() throws Exception {
        hosts.ip("host", MARKED);
        String keys =
                " enc cbc(aes) 0x0102030405060708090a0b0c0d0e0f10 auth-trunc hmac(sha1)"
                        + " 0x0102030405060708090a0b0c0d0e0f1011121314 ";
        String name = "xfrm state add src 10.1.0.1 dst 10.2.0.1 proto esp spi ";
        // two more of the first one's name, and one that the language cannot say
        ip(name + "0x1006 mode tunnel mark 0x2 mask 0xff" + keys + "96 reqid 7");
        ip(name + "0x1006 mode transport" + keys + "96 flag noecn");
        ip(name + "0x1008 mode beet" + keys + "160 sel src 10.9.0.0/16 dst 10.8.0.0/16");
        List<String> before = foreignThings().lines().sorted().toList();
        Outcome outcome =
                backend.executeWhole(
                        refusedAfter(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC)),
                        (_, _) -> {});
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.TakenBack.class,
                        takenBack -> assertThat(takenBack.remains()).isEmpty());
        assertThat(foreignThings().lines().sorted().map(XfrmKernelTests::withoutNumbers))
                .containsExactlyElementsOf(
                        before.stream().map(XfrmKernelTests::withoutNumbers).toList());
    }

    /// An SA that is put back is ahead of where it was.
    private static String withoutNumbers(String line) {
        return line.replaceFirst("oseq 0x[0-9a-f]+", "oseq *");
    }

    @Test
    void putsBackPoliciesOfOthersAsTheyWereWhenAFlushIsTakenBack() throws Exception {
        String name = "xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out ";
        ip(name + "mark 0x1 mask 0xff priority 5 flag localok icmp tmpl proto esp mode beet");
        ip(name + "if_id 0x2a priority 5 tmpl src 10.1.0.1 dst 10.2.0.1 proto esp mode tunnel");
        ip(name + "priority 5 action block");
        ip("xfrm policy add src 10.1.0.0/16 dst 10.3.0.0/16 dev lo dir fwd");
        List<String> before = foreignThings().lines().toList();
        Outcome outcome =
                backend.executeWhole(refusedAfter(new SadbOperation.FlushPolicies()), (_, _) -> {});
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.TakenBack.class,
                        takenBack -> assertThat(takenBack.remains()).isEmpty());
        assertThat(foreignThings().lines().toList()).isEqualTo(before);
    }

    @Test
    void keepsMarksAndFlagsOfAPolicyOnAnUpdate() throws Exception {
        ip(
                "xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out mark 0x1 mask 0xff"
                        + " if_id 0x2a priority 5 flag localok icmp tmpl proto esp mode transport");
        Policy wanted =
                Policy.of(
                                Selector.between(
                                        new Prefix(Recorded.address("10.1.0.0"), 16),
                                        new Prefix(Recorded.address("10.2.0.0"), 16)),
                                Direction.OUT,
                                PolicyAction.DISCARD)
                        .withPriority(9);
        assertThat(backend.execute(new SadbOperation.UpdatePolicy(wanted))).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "policy"))
                .containsOnlyOnce("src 10.1.0.0/16")
                .contains("mark 0x1/0xff")
                .contains("if_id 0x2a")
                .contains("localok icmp")
                .contains("action block")
                .contains("priority 9")
                .doesNotContain("tmpl");
    }

    @Test
    void tellsDefaultPoliciesAndLeavesThemAlone() throws Exception {
        assertThat(blocked()).isEmpty();
        ip("xfrm policy setdefault in accept fwd accept out block");
        assertThat(blocked()).containsExactly(Direction.OUT);
        assertThat(backend.execute(new SadbOperation.GetStatistics()))
                .isInstanceOfSatisfying(
                        SadbReply.Counted.class,
                        counted ->
                                assertThat(counted.statistics().counters())
                                        .contains(
                                                new Statistics.Counter(
                                                        "default-policy-out-block", 1),
                                                new Statistics.Counter(
                                                        "default-policy-in-block", 0)));
        backend.execute(new SadbOperation.FlushPolicies());
        backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        assertThat(blocked()).containsExactly(Direction.OUT);
    }

    private Set<Direction> blocked() throws IOException {
        return hosts.in("host", () -> DefaultPolicies.ofThisThread(Duration.ofSeconds(20)))
                .orElseThrow()
                .blocked();
    }

    @Test
    void putsBackAnSaWithItsNumbers() throws Exception {
        CurrentLifetime current =
                new CurrentLifetime(
                        5,
                        600,
                        Instant.ofEpochSecond(1_700_000_000),
                        Optional.of(Instant.ofEpochSecond(1_700_000_010)));
        for (SecurityAssociation sa :
                List.of(
                        esp(0x31).replayWindow(32).build(),
                        esp(0x32).replayWindow(64).extendedSequence(true).build())) {
            List<Integer> window = sa.extendedSequence() ? List.of(3, 4) : List.of(0x1ff);
            SequenceState numbers = new SequenceState(5, 70, window);
            SaSnapshot before =
                    new SaSnapshot(
                            sa,
                            SaState.MATURE,
                            current,
                            new DumpMark(0, 1, 0),
                            Optional.of(numbers));
            assertThat(backend.execute(new SadbOperation.RestoreSa(before))).isEqualTo(DONE);
            SaSnapshot after = get(sa.spi().value());
            assertThat(after.association()).isEqualTo(sa);
            assertThat(after.current()).isEqualTo(current);
            assertThat(after.sequence()).contains(numbers);
        }
    }

    @Test
    void passesOnTheKernelsWords() throws Exception {
        SecurityAssociation windowless = esp(0x41).extendedSequence(true).build();
        assertThat(backend.execute(new SadbOperation.AddSa(windowless)))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> {
                            assertThat(refused.errno()).isEqualTo(Errno.EINVAL);
                            assertThat(refused.why()).contains("ESN");
                        });
        SecurityAssociation shortKey =
                esp(0x42).encryption(EncryptionAlgorithm.AES_CBC, Secret.ofHex("0102")).build();
        assertThat(backend.execute(new SadbOperation.AddSa(shortKey)))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void tellsLifetimesThatAreOver() throws Exception {
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        SecurityAssociation brief =
                esp(0x51).soft(Lifetime.ofSeconds(1)).hard(Lifetime.ofSeconds(2)).build();
        assertThat(backend.execute(new SadbOperation.AddSa(brief))).isEqualTo(DONE);
        assertThat(heard.poll(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        SadbEvent.Expire.class,
                        soft -> {
                            assertThat(soft.hard()).isFalse();
                            assertThat(soft.snapshot().association().id()).isEqualTo(brief.id());
                        });
        assertThat(heard.poll(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        SadbEvent.Expire.class, hard -> assertThat(hard.hard()).isTrue());
    }

    @Test
    void asksForAnSaOnceRegistered() throws Exception {
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        backend.execute(new SadbOperation.Register(IpsecProtocol.ESP));
        hosts.ip("host", "link", "add", "d0", "type", "veth", "peer", "name", "d1");
        hosts.ip("host", "link", "set", "d1", "up");
        hosts.ip("host", "address", "add", "10.51.0.1/24", "dev", "d0");
        hosts.ip("host", "link", "set", "d0", "up");
        hosts.ip(
                "host",
                "xfrm",
                "policy",
                "add",
                "src",
                "10.51.0.1",
                "dst",
                "10.51.0.2",
                "dir",
                "out",
                "tmpl",
                "proto",
                "esp",
                "mode",
                "transport",
                "reqid",
                "5");
        hosts.start("host", "ping", "-c1", "-W1", "10.51.0.2").waitFor();
        SadbEvent event = heard.poll(20, TimeUnit.SECONDS);
        while (event instanceof SadbEvent.PolicyChanged) {
            event = heard.poll(20, TimeUnit.SECONDS);
        }
        assertThat(event)
                .isInstanceOfSatisfying(
                        SadbEvent.Acquire.class,
                        acquire -> {
                            assertThat(acquire.reqid()).isEqualTo(5);
                            assertThat(acquire.destination())
                                    .isEqualTo(Recorded.address("10.51.0.2"));
                        });
        SadbReply all = backend.execute(new SadbOperation.DumpSas(IpsecProtocol.ESP));
        assertThat(((SadbReply.Sas) all).snapshots())
                .extracting(SaSnapshot::state)
                .containsExactly(SaState.LARVAL);
    }

    /// The listener stands still until more has happened than the kernel keeps for it.
    @Test
    void hearsOfAllThoughTheKernelHasHadToDropNews() throws Exception {
        int many = 12_000;
        CountDownLatch stop = new CountDownLatch(1);
        Set<Integer> present = ConcurrentHashMap.newKeySet();
        BlockingQueue<SadbEvent> last = new LinkedBlockingQueue<>();
        backend.listen(
                event -> {
                    try {
                        stop.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    if (event instanceof SadbEvent.SaChanged(var change, var snapshot)) {
                        int spi = snapshot.association().spi().value();
                        if (change == SadbEvent.Change.DELETED) {
                            present.remove(spi);
                        } else {
                            present.add(spi);
                        }
                    }
                    if (present.size() == many - 100 && !present.contains(0x10000 + 99)) {
                        last.add(event);
                    }
                });
        try (XfrmBackend other = openAnother()) {
            List<SadbOperation> operations = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                operations.add(new SadbOperation.AddSa(esp(0x10000 + i).build()));
            }
            for (int i = 0; i < 100; i++) {
                operations.add(new SadbOperation.DeleteSa(reference(0x10000 + i)));
            }
            List<SadbReply> replies = new ArrayList<>();
            other.executeAll(operations, (_, reply) -> replies.add(reply));
            assertThat(replies).containsOnly(DONE);
        }
        stop.countDown();
        assertThat(last.poll(60, TimeUnit.SECONDS)).isNotNull();
        assertThat(present).hasSize(many - 100).doesNotContain(0x10000, 0x10000 + 99);
    }
}
