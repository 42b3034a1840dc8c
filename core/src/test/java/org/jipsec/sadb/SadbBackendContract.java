package org.jipsec.sadb;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What every [SadbBackend] promises, whatever is behind it. A subclass gives clients of one
/// database, which each test finds empty. What a backend lacks it refuses; what it need not tell of
/// an SA is for the subclass to say ([#told]).
public abstract class SadbBackendContract {
    private static final int MANY = 2500;

    protected SadbBackend backend;

    /// A client of this test's database; every call a new one.
    protected abstract SadbBackend open() throws IOException;

    /// What becomes of an SA in a backend that does not keep all of it.
    protected SecurityAssociation told(SecurityAssociation added) {
        return added;
    }

    /// Whether the backend can have such an SA, by its own account.
    protected boolean canHave(SecurityAssociation association) {
        Capabilities capabilities = backend.capabilities();
        boolean hasCipher =
                association.encryption() == EncryptionAlgorithm.NONE
                        || capabilities.encryption().containsKey(association.encryption());
        boolean hasMac =
                association.authentication() == AuthAlgorithm.NONE
                        || capabilities.authentication().containsKey(association.authentication());
        return hasCipher
                && hasMac
                && (association.replayWindow() <= 32
                        || capabilities.has(Capabilities.Feature.WIDE_REPLAY_WINDOW))
                && (!association.extendedSequence()
                        || capabilities.has(Capabilities.Feature.EXTENDED_SEQUENCE));
    }

    @BeforeEach
    void openBackend() throws IOException {
        backend = open();
    }

    @AfterEach
    void closeBackend() throws IOException {
        backend.close();
    }

    /// One SA of each kind that a backend may have.
    static List<SecurityAssociation> associations() {
        return List.of(
                esp(1).build(),
                esp(2).mode(SaMode.TUNNEL).reqid(77).replayWindow(32).build(),
                esp(3).hard(new Lifetime(9, 8, Duration.ofSeconds(7), Duration.ofSeconds(6)))
                        .soft(new Lifetime(5, 4, Duration.ofSeconds(3), Duration.ofSeconds(2)))
                        .build(),
                esp(4).extendedSequence(true).replayWindow(1024).build(),
                esp(5).replayWindow(4096).build(),
                esp(6).flags(SaFlags.NONE.with(SaFlags.CYCLIC_SEQUENCE).with(SaFlags.PAD_ZERO))
                        .build(),
                esp(7).encapsulation(
                                new UdpEncapsulation(
                                        4500, 30000, Optional.of(address("10.9.9.9")), 0))
                        .build(),
                esp(8).encapsulation(new UdpEncapsulation(4500, 4500, Optional.empty(), 1300))
                        .build(),
                esp(9).context(new SecurityContext(1, 1, "system_u:object_r:ipsec_t:s0")).build(),
                builder(IpsecProtocol.ESP, 10)
                        .encryption(EncryptionAlgorithm.AES_GCM_16, key(36))
                        .build(),
                builder(IpsecProtocol.ESP, 11)
                        .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                        .authentication(AuthAlgorithm.HMAC_SHA256_96, key(32))
                        .build(),
                builder(IpsecProtocol.AH, 12)
                        .authentication(AuthAlgorithm.HMAC_MD5, key(16))
                        .build(),
                builder(IpsecProtocol.IPCOMP, 0xabcd)
                        .compression(CompressionAlgorithm.DEFLATE)
                        .build(),
                SecurityAssociation.builder(
                                end("2001:db8::1"),
                                end("2001:db8::2"),
                                IpsecProtocol.ESP,
                                new Spi(-2))
                        .encryption(EncryptionAlgorithm.AES_CBC, key(32))
                        .authentication(AuthAlgorithm.HMAC_SHA512, key(64))
                        .build());
    }

    static List<Policy> policies() {
        Selector four =
                Selector.between(
                        new Prefix(address("172.16.1.0"), 24),
                        new Prefix(address("172.16.2.7"), 24));
        Selector six =
                new Selector(
                        Prefix.host(address("2001:db8::1")),
                        135,
                        new Prefix(address("::"), 0),
                        0,
                        58);
        PolicyRule tunnel =
                rule(IpsecProtocol.ESP, SaMode.TUNNEL, PolicyLevel.REQUIRE, 0, "10.0.0.1");
        return List.of(
                Policy.of(four, Direction.OUT, PolicyAction.IPSEC, tunnel),
                Policy.of(four, Direction.IN, PolicyAction.NONE).withPriority(0x7fff_ff9c),
                Policy.of(six, Direction.FWD, PolicyAction.DISCARD),
                Policy.of(
                        six,
                        Direction.OUT,
                        PolicyAction.IPSEC,
                        rule(IpsecProtocol.IPCOMP, SaMode.TRANSPORT, PolicyLevel.USE, 0, ""),
                        rule(IpsecProtocol.ESP, SaMode.TRANSPORT, PolicyLevel.UNIQUE, 5, ""),
                        rule(IpsecProtocol.AH, SaMode.TUNNEL, PolicyLevel.REQUIRE, 0, "::9")),
                new Policy(
                        four,
                        Direction.FWD,
                        PolicyAction.NONE,
                        -1,
                        List.of(),
                        new Lifetime(0, 0, Duration.ofHours(2), Duration.ofHours(1)),
                        Optional.of(new SecurityContext(1, 1, "label")),
                        0));
    }

    @ParameterizedTest
    @MethodSource("associations")
    void givesBackAnSaAsItWasAdded(SecurityAssociation association) throws IOException {
        if (!canHave(association)) {
            assertThat(execute(new SadbOperation.AddSa(association)))
                    .isInstanceOf(SadbReply.Refused.class);
            return;
        }
        assertThat(execute(new SadbOperation.AddSa(association))).isEqualTo(done());
        SaSnapshot found = get(association);
        assertThat(found.association()).isEqualTo(told(association));
        assertThat(found.state()).isEqualTo(SaState.MATURE);
        assertThat(found.current().packets()).isZero();
        assertThat(found.current().firstUsed()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void givesBackAPolicyAsItWasAdded(Policy policy) throws IOException {
        assertThat(execute(new SadbOperation.AddPolicy(policy))).isEqualTo(done());
        Policy found = get(policy);
        assertThat(found.id()).isNotZero();
        assertThat(found.withId(0)).isEqualTo(policy);
        assertThat(execute(new SadbOperation.GetPolicyById(found.id(), policy.direction())))
                .isInstanceOfSatisfying(
                        SadbReply.FoundPolicy.class,
                        byId -> assertThat(byId.snapshot().policy()).isEqualTo(found));
    }

    @Test
    void dumpsTheNewestFirstAndNumbersTheEntriesWithTheLastAsZero() throws IOException {
        for (int spi = 1; spi <= 3; spi++) {
            execute(new SadbOperation.AddSa(esp(spi).build()));
        }
        List<SaSnapshot> all = dump(IpsecProtocol.UNSPEC);
        assertThat(all)
                .extracting(one -> one.association().spi().value() - 0x1000)
                .containsExactly(3, 2, 1);
        assertThat(all).extracting(one -> one.mark().sequence()).containsExactly(1, 2, 0);
    }

    @Test
    void runsAListAsAWholeAndGivesItsAnswersInOrder() throws IOException {
        List<SadbOperation> operations =
                List.of(
                        new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                        new SadbOperation.AddSa(esp(1).build()),
                        new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                        new SadbOperation.DumpPolicies(),
                        new SadbOperation.AddPolicy(policies().get(0)),
                        new SadbOperation.GetPolicy(policies().get(0)),
                        new SadbOperation.AddSa(esp(2).build()));
        List<SadbReply> replies = new ArrayList<>();
        Outcome outcome =
                backend.executeWhole(
                        operations,
                        (index, reply) -> {
                            assertThat(index).isEqualTo(replies.size());
                            replies.add(reply);
                        });
        assertThat(outcome).isEqualTo(new Outcome.Carried());
        assertThat(replies).hasSameSizeAs(operations);
        assertThat(replies.get(1)).isEqualTo(done());
        assertThat(replies.get(2))
                .isInstanceOfSatisfying(
                        SadbReply.Sas.class, all -> assertThat(all.snapshots()).hasSize(1));
        assertThat(replies.get(3)).isEqualTo(new SadbReply.Policies(List.of()));
        assertThat(replies.get(5)).isInstanceOf(SadbReply.FoundPolicy.class);
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(2);
    }

    @Test
    void takesBackAListOfWhichOneIsRefused() throws IOException {
        execute(new SadbOperation.AddSa(esp(1).build()));
        execute(new SadbOperation.AddPolicy(policies().get(0)));
        List<SadbReply> replies = new ArrayList<>();
        Outcome outcome =
                backend.executeWhole(
                        List.of(
                                new SadbOperation.DeletePolicy(policies().get(0)),
                                new SadbOperation.AddPolicy(policies().get(1)),
                                new SadbOperation.AddSa(esp(2).build()),
                                new SadbOperation.AddSa(esp(1).build()),
                                new SadbOperation.AddSa(esp(3).build())),
                        (_, reply) -> replies.add(reply));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.TakenBack.class,
                        back -> {
                            assertThat(back.index()).isEqualTo(3);
                            assertThat(back.refusal().errno()).isEqualTo(Errno.EEXIST);
                            assertThat(back.remains()).isEmpty();
                        });
        assertThat(replies).hasSize(4).last().isInstanceOf(SadbReply.Refused.class);
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(1);
        assertThat(get(policies().get(0)).withId(0)).isEqualTo(policies().get(0));
        assertRefused(new SadbOperation.GetPolicy(policies().get(1)), Errno.ENOENT);
    }

    @Test
    void runsThousandsAsAWhole() throws IOException {
        List<SadbOperation> operations = new ArrayList<>();
        operations.add(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        for (int i = 0; i < MANY; i++) {
            operations.add(new SadbOperation.AddSa(esp(i).build()));
        }
        int[] done = {0};
        assertThat(backend.executeWhole(operations, (_, _) -> done[0]++))
                .isEqualTo(new Outcome.Carried());
        assertThat(done[0]).isEqualTo(operations.size());
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(MANY);
    }

    @Test
    void putsBackAnSaThatWasDeleted() throws IOException {
        SecurityAssociation association = esp(1).replayWindow(32).build();
        execute(new SadbOperation.AddSa(association));
        SaSnapshot before = get(association);
        execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        assertThat(execute(new SadbOperation.RestoreSa(before))).isEqualTo(done());
        assertThat(get(association).association()).isEqualTo(association);
        assertRefused(new SadbOperation.RestoreSa(before), Errno.EEXIST);
    }

    @Test
    void dumpsOneProtocol() throws IOException {
        addAll(possible());
        assertThat(dump(IpsecProtocol.AH))
                .extracting(one -> one.association().protocol())
                .containsExactly(IpsecProtocol.AH);
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSameSizeAs(possible());
    }

    @Test
    void dumpsNothingOfEmptyDatabases() throws IOException {
        assertThat(execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .isEqualTo(new SadbReply.Sas(List.of()));
        assertThat(execute(new SadbOperation.DumpPolicies()))
                .isEqualTo(new SadbReply.Policies(List.of()));
        List<SadbReply> entries = new ArrayList<>();
        backend.stream(new SadbOperation.DumpPolicies(), entries::add);
        assertThat(entries).isEmpty();
    }

    @Test
    void handsOverADumpEntryByEntry() throws IOException {
        addAll(possible());
        List<SadbReply> entries = new ArrayList<>();
        backend.stream(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC), entries::add);
        assertThat(entries)
                .hasSameSizeAs(possible())
                .allSatisfy(
                        entry ->
                                assertThat(entry)
                                        .isInstanceOfSatisfying(
                                                SadbReply.Sas.class,
                                                one -> assertThat(one.snapshots()).hasSize(1)));
    }

    @Test
    void refusesWhatIsThereAlready() throws IOException {
        SadbOperation sa = new SadbOperation.AddSa(esp(1).build());
        SadbOperation policy = new SadbOperation.AddPolicy(policies().get(0));
        execute(sa);
        execute(policy);
        assertRefused(sa, Errno.EEXIST);
        assertRefused(policy, Errno.EEXIST);
    }

    @Test
    void refusesWhatIsNotThere() throws IOException {
        assertRefused(new SadbOperation.DeleteSa(reference(esp(1).build())), Errno.ESRCH);
        assertRefused(new SadbOperation.GetSa(reference(esp(1).build())), Errno.ESRCH);
        assertRefused(new SadbOperation.UpdateSa(esp(1).build()), Errno.ESRCH);
        assertRefused(new SadbOperation.DeletePolicy(policies().get(0)), Errno.ENOENT);
        assertRefused(new SadbOperation.GetPolicyById(96, Direction.IN), Errno.ENOENT);
        assertRefused(new SadbOperation.DeletePolicyById(96, Direction.IN), Errno.ENOENT);
    }

    @Test
    void refusesWhatMakesNoSense() throws IOException {
        assertRefused(
                new SadbOperation.AddSa(esp(1).hard(Lifetime.ofSeconds(60)).build()), Errno.EINVAL);
        assertRefused(
                new SadbOperation.AddSa(
                        builder(IpsecProtocol.AH, 1)
                                .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                                .build()),
                Errno.EINVAL);
        assertRefused(
                new SadbOperation.AddPolicy(
                        Policy.of(
                                policies().get(0).selector(), Direction.OUT, PolicyAction.ENTRUST)),
                Errno.EINVAL);
        assertThat(dump(IpsecProtocol.UNSPEC)).isEmpty();
    }

    @Test
    void isToldThatAnAcquireWillNotBeAnswered() throws IOException {
        SadbOperation refusal = new SadbOperation.RefuseAcquire(77, 110);
        assertThat(execute(refusal)).isEqualTo(done());
        SadbOperation sa = new SadbOperation.AddSa(esp(1).build());
        List<SadbReply> replies = new ArrayList<>();
        backend.executeAll(List.of(sa, refusal, sa), (index, reply) -> replies.add(index, reply));
        assertThat(replies).hasSize(3).startsWith(done(), done());
        assertThat(replies.get(2)).isInstanceOf(SadbReply.Refused.class);
    }

    @Test
    void deletesAnSa() throws IOException {
        addAll(possible());
        SecurityAssociation gone = possible().get(3);
        assertThat(execute(new SadbOperation.DeleteSa(reference(gone)))).isEqualTo(done());
        assertRefused(new SadbOperation.GetSa(reference(gone)), Errno.ESRCH);
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(possible().size() - 1);
    }

    @Test
    void deletesAPolicyBySelectorAndById() throws IOException {
        for (Policy policy : policies()) {
            execute(new SadbOperation.AddPolicy(policy));
        }
        assertThat(execute(new SadbOperation.DeletePolicy(policies().get(0)))).isEqualTo(done());
        int id = get(policies().get(1)).id();
        assertThat(execute(new SadbOperation.DeletePolicyById(id, Direction.IN))).isEqualTo(done());
        assertRefused(new SadbOperation.GetPolicy(policies().get(0)), Errno.ENOENT);
        assertRefused(new SadbOperation.GetPolicyById(id, Direction.IN), Errno.ENOENT);
        assertThat(execute(new SadbOperation.DumpPolicies()))
                .isInstanceOfSatisfying(
                        SadbReply.Policies.class,
                        rest -> assertThat(rest.snapshots()).hasSize(policies().size() - 2));
    }

    @Test
    void updatesAPolicyOrAddsIt() throws IOException {
        Policy policy = policies().get(0);
        assertThat(execute(new SadbOperation.UpdatePolicy(policy))).isEqualTo(done());
        assertThat(execute(new SadbOperation.UpdatePolicy(policy.withPriority(7))))
                .isEqualTo(done());
        assertThat(get(policy).priority()).isEqualTo(7);
    }

    @Test
    void givesUniqueRulesARequestId() throws IOException {
        Policy policy =
                policies()
                        .get(0)
                        .withRules(
                                List.of(
                                        rule(
                                                IpsecProtocol.ESP,
                                                SaMode.TRANSPORT,
                                                PolicyLevel.UNIQUE,
                                                0,
                                                "")));
        execute(new SadbOperation.AddPolicy(policy));
        assertThat(get(policy).rules().get(0).reqid())
                .isGreaterThanOrEqualTo(PolicyRule.FIRST_AUTOMATIC_REQID);
    }

    @Test
    void flushesOneProtocolThenAll() throws IOException {
        addAll(possible());
        assertThat(execute(new SadbOperation.FlushSas(IpsecProtocol.ESP))).isEqualTo(done());
        assertThat(dump(IpsecProtocol.UNSPEC))
                .extracting(one -> one.association().protocol())
                .containsOnly(IpsecProtocol.AH, IpsecProtocol.IPCOMP);
        assertThat(execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC))).isEqualTo(done());
        assertThat(dump(IpsecProtocol.UNSPEC)).isEmpty();
        assertThat(execute(new SadbOperation.FlushPolicies())).isEqualTo(done());
    }

    @Test
    void reservesAnSpiForKeysThatComeLater() throws IOException {
        SecurityAssociation model = esp(0).build();
        SadbReply reply =
                execute(
                        new SadbOperation.ReserveSpi(
                                model.source(),
                                model.destination(),
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                3,
                                new Spi(0x1000),
                                new Spi(0x1fff)));
        assertThat(reply).isInstanceOf(SadbReply.SpiReserved.class);
        Spi spi = ((SadbReply.SpiReserved) reply).spi();
        assertThat(spi.value()).isBetween(0x1000, 0x1fff);
        SecurityAssociation keyed = esp(spi.value() - 0x1000).mode(SaMode.TUNNEL).reqid(3).build();
        assertThat(get(keyed).state()).isEqualTo(SaState.LARVAL);
        assertThat(execute(new SadbOperation.UpdateSa(keyed))).isEqualTo(done());
        assertThat(get(keyed).state()).isEqualTo(SaState.MATURE);
    }

    @Test
    void saysWhatItCanDo() throws IOException {
        assertThat(backend.capabilities().encryption()).containsKey(EncryptionAlgorithm.AES_CBC);
        assertThat(execute(new SadbOperation.Register(IpsecProtocol.ESP)))
                .isInstanceOfSatisfying(
                        SadbReply.Registered.class,
                        said ->
                                assertThat(said.capabilities().encryption())
                                        .isEqualTo(backend.capabilities().encryption()));
    }

    @Test
    void countsWhenItCan() throws IOException {
        if (backend.capabilities().has(Capabilities.Feature.STATISTICS)) {
            assertThat(execute(new SadbOperation.GetStatistics()))
                    .isInstanceOfSatisfying(
                            SadbReply.Counted.class,
                            counted -> assertThat(counted.statistics().counters()).isNotEmpty());
        }
    }

    @Test
    void runsManyOperationsAndRepliesInTheirOrder() throws IOException {
        List<SadbOperation> operations = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            operations.add(new SadbOperation.AddSa(esp(i).build()));
        }
        operations.add(new SadbOperation.DumpSas(IpsecProtocol.ESP));
        operations.add(new SadbOperation.AddSa(esp(17).build()));
        operations.add(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        operations.add(new SadbOperation.FlushSas(IpsecProtocol.ESP));
        operations.add(new SadbOperation.AddSa(esp(17).build()));
        operations.add(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        List<SadbReply> replies = new ArrayList<>();
        backend.executeAll(
                operations,
                (index, reply) -> {
                    assertThat(index).isEqualTo(replies.size());
                    replies.add(reply);
                });
        assertThat(replies.subList(0, MANY)).containsOnly(done());
        assertThat(((SadbReply.Sas) replies.get(MANY)).snapshots()).hasSize(MANY);
        assertThat(replies.get(MANY + 1))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EEXIST));
        assertThat(replies.subList(MANY + 2, MANY + 5)).containsOnly(done());
        assertThat(((SadbReply.Sas) replies.get(MANY + 5)).snapshots()).hasSize(1);
    }

    @Test
    void tellsOneClientWhatAnotherDoes() throws IOException, InterruptedException {
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        SecurityAssociation sa = esp(1).build();
        Policy policy = policies().get(0);
        try (SadbBackend other = open()) {
            other.execute(new SadbOperation.AddSa(sa));
            other.execute(new SadbOperation.DeleteSa(reference(sa)));
            other.execute(new SadbOperation.AddPolicy(policy));
            other.execute(new SadbOperation.UpdatePolicy(policy));
            other.execute(new SadbOperation.FlushPolicies());
            other.execute(new SadbOperation.AddSa(sa));
            other.execute(new SadbOperation.FlushSas(IpsecProtocol.ESP));
        }
        assertThat(next(heard)).isEqualTo("ADDED " + sa.id());
        assertThat(next(heard)).isEqualTo("DELETED " + sa.id());
        assertThat(next(heard)).isEqualTo("ADDED policy");
        assertThat(next(heard)).isEqualTo("UPDATED policy");
        assertThat(next(heard)).isEqualTo("policies flushed");
        assertThat(next(heard)).isEqualTo("ADDED " + sa.id());
        assertThat(next(heard)).isEqualTo("ESP flushed");
    }

    private static String next(BlockingQueue<SadbEvent> heard) throws InterruptedException {
        SadbEvent event = heard.poll(10, TimeUnit.SECONDS);
        return switch (event) {
            case SadbEvent.SaChanged(var change, var snapshot) ->
                    change + " " + snapshot.association().id();
            case SadbEvent.PolicyChanged(var change, _) -> change + " policy";
            case SadbEvent.PoliciesFlushed() -> "policies flushed";
            case SadbEvent.SasFlushed(var protocol) -> protocol + " flushed";
            case null, default -> String.valueOf(event);
        };
    }

    // ---- what the tests are made of ----

    protected SadbReply execute(SadbOperation operation) throws IOException {
        return backend.execute(operation);
    }

    private List<SecurityAssociation> possible() {
        return associations().stream().filter(this::canHave).toList();
    }

    private void addAll(List<SecurityAssociation> all) throws IOException {
        for (SecurityAssociation association : all) {
            assertThat(execute(new SadbOperation.AddSa(association))).isEqualTo(done());
        }
    }

    private SaSnapshot get(SecurityAssociation association) throws IOException {
        SadbReply reply = execute(new SadbOperation.GetSa(reference(association)));
        assertThat(reply).isInstanceOf(SadbReply.Sa.class);
        return ((SadbReply.Sa) reply).snapshot();
    }

    private Policy get(Policy policy) throws IOException {
        SadbReply reply = execute(new SadbOperation.GetPolicy(policy));
        assertThat(reply).isInstanceOf(SadbReply.FoundPolicy.class);
        return ((SadbReply.FoundPolicy) reply).snapshot().policy();
    }

    private List<SaSnapshot> dump(IpsecProtocol protocol) throws IOException {
        SadbReply reply = execute(new SadbOperation.DumpSas(protocol));
        assertThat(reply).isInstanceOf(SadbReply.Sas.class);
        return ((SadbReply.Sas) reply).snapshots();
    }

    private void assertRefused(SadbOperation operation, Errno errno) throws IOException {
        assertThat(execute(operation))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(errno));
    }

    private static SadbReply done() {
        return new SadbReply.Done();
    }

    private static SaReference reference(SecurityAssociation association) {
        return new SaReference(
                association.source(),
                association.destination(),
                association.protocol(),
                association.spi(),
                association.mode());
    }

    private static SecurityAssociation.Builder esp(int number) {
        return builder(IpsecProtocol.ESP, 0x1000 + number)
                .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, key(20));
    }

    private static SecurityAssociation.Builder builder(IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                end("192.0.2.1"), end("198.51.100.2"), protocol, new Spi(spi));
    }

    private static PolicyRule rule(
            IpsecProtocol protocol, SaMode mode, PolicyLevel level, int reqid, String end) {
        return new PolicyRule(
                protocol,
                mode,
                level,
                reqid,
                end.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new PolicyRule.Endpoints(end(end), end(end))));
    }

    private static Secret key(int octets) {
        byte[] key = new byte[octets];
        for (int i = 0; i < octets; i++) {
            key[i] = (byte) (i * 7 + 1);
        }
        return Secret.of(key);
    }

    private static Endpoint end(String address) {
        return Endpoint.of(address(address));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notNumeric) {
            throw new IllegalArgumentException(text, notNumeric);
        }
    }
}
