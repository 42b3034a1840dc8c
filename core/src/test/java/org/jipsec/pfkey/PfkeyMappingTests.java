package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.Statistics;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

class PfkeyMappingTests {
    private static final Endpoint A = endpoint("192.0.2.1", 0);
    private static final Endpoint B = endpoint("198.51.100.2", 0);

    /// With everything that an SA can have.
    private static final SecurityAssociation SA =
            SecurityAssociation.builder(A, B, IpsecProtocol.ESP, new Spi(0x201))
                    .mode(SaMode.TUNNEL)
                    .reqid(-5)
                    .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                    .authentication(AuthAlgorithm.HMAC_SHA1, Secret.of(new byte[20]))
                    .hard(new Lifetime(9, 8, Duration.ofSeconds(7), Duration.ofSeconds(6)))
                    .soft(new Lifetime(5, 4, Duration.ofSeconds(3), Duration.ofSeconds(2)))
                    .flags(new SaFlags(0x40))
                    .replayWindow(1024)
                    .extendedSequence(true)
                    .encapsulation(
                            new UdpEncapsulation(4500, 30000, Optional.of(A.address()), 1300))
                    .context(new SecurityContext(1, 2, "label"))
                    .build();

    private static final Policy POLICY =
            new Policy(
                    new Selector(new Prefix(A.address(), 24), 0, Prefix.host(B.address()), 80, 6),
                    Direction.OUT,
                    PolicyAction.IPSEC,
                    -7,
                    List.of(
                            new PolicyRule(
                                    IpsecProtocol.ESP,
                                    SaMode.TUNNEL,
                                    PolicyLevel.UNIQUE,
                                    16385,
                                    Optional.of(new PolicyRule.Endpoints(A, B)))),
                    new Lifetime(0, 0, Duration.ofSeconds(60), Duration.ofSeconds(30)),
                    Optional.of(new SecurityContext(1, 2, "label")),
                    58);

    private static final SaReference REFERENCE =
            new SaReference(A, B, IpsecProtocol.AH, new Spi(-1), SaMode.TRANSPORT);

    private static final SaSnapshot SA_SNAPSHOT =
            new SaSnapshot(
                    SA,
                    SaState.DYING,
                    new CurrentLifetime(
                            3,
                            1024,
                            Instant.ofEpochSecond(1_700_000_000),
                            Optional.of(Instant.ofEpochSecond(1_700_000_009))),
                    new DumpMark(0, 0, 0));

    private static final PolicySnapshot POLICY_SNAPSHOT =
            new PolicySnapshot(
                    POLICY,
                    new CurrentLifetime(
                            0, 0, Instant.ofEpochSecond(1_700_000_000), Optional.empty()),
                    new DumpMark(0, 0, 2));

    static List<SadbOperation> operations() {
        return List.of(
                new SadbOperation.AddSa(SA),
                new SadbOperation.UpdateSa(
                        SecurityAssociation.builder(A, B, IpsecProtocol.ESP, new Spi(0x201))
                                .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                                .build()),
                new SadbOperation.DeleteSa(REFERENCE),
                new SadbOperation.DeleteAllSas(A, B, IpsecProtocol.ESP),
                new SadbOperation.GetSa(REFERENCE),
                new SadbOperation.ReserveSpi(
                        A, B, IpsecProtocol.ESP, SaMode.TUNNEL, 7, new Spi(256), new Spi(-1)),
                new SadbOperation.FlushSas(IpsecProtocol.IPCOMP),
                new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                new SadbOperation.AddPolicy(POLICY),
                new SadbOperation.UpdatePolicy(POLICY),
                new SadbOperation.DeletePolicy(POLICY),
                new SadbOperation.DeletePolicyById(58, Direction.FWD),
                new SadbOperation.GetPolicy(POLICY),
                new SadbOperation.GetPolicyById(58, Direction.FWD),
                new SadbOperation.SetPolicyIndex(POLICY),
                new SadbOperation.FlushPolicies(),
                new SadbOperation.DumpPolicies(),
                new SadbOperation.Register(IpsecProtocol.ESP),
                new SadbOperation.RefuseAcquire(3, 110),
                new SadbOperation.GetStatistics());
    }

    static List<SadbEvent> events() {
        SaSnapshot keyless =
                new SaSnapshot(
                        SA.toBuilder()
                                .encryption(EncryptionAlgorithm.AES_CBC, Secret.EMPTY)
                                .authentication(AuthAlgorithm.HMAC_SHA1, Secret.EMPTY)
                                .hard(Lifetime.UNLIMITED)
                                .build(),
                        SaState.DYING,
                        SA_SNAPSHOT.current(),
                        SA_SNAPSHOT.mark());
        return List.of(
                new SadbEvent.Acquire(
                        17, IpsecProtocol.ESP, A.address(), B.address(), SaMode.TUNNEL, 5, 58),
                new SadbEvent.Expire(keyless, false),
                new SadbEvent.Mapping(
                        SA.id(), endpoint("192.0.2.9", 4500), endpoint("192.0.2.10", 1024)),
                new SadbEvent.SaChanged(Change.ADDED, SA_SNAPSHOT),
                new SadbEvent.SaChanged(Change.UPDATED, SA_SNAPSHOT),
                new SadbEvent.SaChanged(Change.DELETED, SA_SNAPSHOT),
                new SadbEvent.PolicyChanged(Change.ADDED, POLICY_SNAPSHOT),
                new SadbEvent.PolicyChanged(Change.UPDATED, POLICY_SNAPSHOT),
                new SadbEvent.PolicyChanged(Change.DELETED, POLICY_SNAPSHOT),
                new SadbEvent.SasFlushed(IpsecProtocol.AH),
                new SadbEvent.PoliciesFlushed());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void understandsTheRequestsItMakes(SadbOperation operation)
            throws WireException, RefusalException {
        PfkeyMessage request = PfkeyRequests.message(operation, 3, 4);
        assertThat(request.sequence()).isEqualTo(3);
        assertThat(request.processId()).isEqualTo(4);
        PfkeyMessage carried = PfkeyCodec.decode(PfkeyCodec.encode(request));
        assertThat(PfkeyRequests.operation(carried)).isEqualTo(operation);
    }

    @ParameterizedTest
    @MethodSource("events")
    void understandsTheEventsItTells(SadbEvent event) throws WireException, RefusalException {
        PfkeyMessage message = PfkeyEvents.message(event, Capabilities.userspace());
        PfkeyMessage carried = PfkeyCodec.decode(PfkeyCodec.encode(message));
        assertThat(carried.processId()).isZero();
        assertThat(PfkeyEvents.event(carried)).contains(event);
    }

    @Test
    void tellsAnExpiryWithoutKeys() {
        PfkeyMessage hard =
                PfkeyEvents.message(
                        new SadbEvent.Expire(SA_SNAPSHOT, true), Capabilities.userspace());
        assertThat(hard.first(Key.class)).isEmpty();
        assertThat(hard.first(Lifetimes.class, ExtensionType.LIFETIME_HARD)).isNotNull();
        assertThat(hard.first(Lifetimes.class, ExtensionType.LIFETIME_SOFT)).isNull();
    }

    /// Section 5.1 of the specification of setkey.
    @Test
    void putsTheExtensionsOfAnAddInTheOrderOfSetkey() {
        assertThat(PfkeyRequests.message(new SadbOperation.AddSa(SA), 0, 1).extensions())
                .extracting(PfkeyExtension::number)
                .containsExactly(9, 8, 3, 4, 24, 1, 19, 20, 23, 5, 6, 21, 22, 0x4a01);
    }

    /// `pfkey_xfrm_state2msg`, with the NAT-OA that Linux forgets.
    @Test
    void putsTheExtensionsOfAnAnswerInTheOrderOfLinux() {
        PfkeyMessage request = PfkeyMessage.of(MessageType.GET, 3, 0, 1);
        assertThat(PfkeyReplies.association(request, SA_SNAPSHOT).extensions())
                .extracting(PfkeyExtension::number)
                .containsExactly(1, 3, 4, 2, 5, 6, 7, 8, 9, 19, 20, 21, 22, 23, 24, 0x4a01);
        assertThat(PfkeyReplies.policy(request, POLICY_SNAPSHOT, 2).extensions())
                .extracting(PfkeyExtension::number)
                .containsExactly(5, 6, 3, 4, 2, 18, 24);
    }

    @Test
    void sendsNothingOfItsOwnWhereTheStandardFieldsSuffice() {
        SecurityAssociation plain =
                SecurityAssociation.builder(A, B, IpsecProtocol.ESP, new Spi(0x201))
                        .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                        .flags(new SaFlags(0x40))
                        .replayWindow(255)
                        .build();
        assertThat(PfkeyRequests.message(new SadbOperation.AddSa(plain), 0, 1).extensions())
                .noneMatch(extension -> extension.number() >= ExtensionType.PRIVATE);
    }

    @Test
    void readsWhatALinuxKernelRegisters() throws RefusalException {
        PfkeyMessage registered =
                PfkeyMessage.of(
                        MessageType.REGISTER,
                        0,
                        0,
                        1,
                        List.of(
                                new Supported(
                                        ExtensionType.SUPPORTED_AUTHENTICATION,
                                        List.of(
                                                new Algorithm(251, 0, 0, 0),
                                                new Algorithm(2, 0, 128, 128))),
                                new Supported(
                                        ExtensionType.SUPPORTED_ENCRYPTION,
                                        List.of(
                                                new Algorithm(252, 8, 128, 256),
                                                new Algorithm(12, 8, 128, 256)))));
        SadbReply reply =
                PfkeyReplies.read(new SadbOperation.Register(IpsecProtocol.UNSPEC), registered);
        Capabilities said = ((SadbReply.Registered) reply).capabilities();
        assertThat(said.authentication())
                .containsOnlyKeys(AuthAlgorithm.NULL, AuthAlgorithm.HMAC_MD5);
        assertThat(said.encryption())
                .containsExactly(
                        java.util.Map.entry(
                                EncryptionAlgorithm.AES_CBC, new Capabilities.KeyBits(128, 256)));
        assertThat(said.has(Capabilities.Feature.FORWARD_POLICIES)).isTrue();
        assertThat(said.has(Capabilities.Feature.STATISTICS)).isFalse();
    }

    @Test
    void carriesCapabilitiesAndStatistics() throws RefusalException {
        PfkeyMessage ask = PfkeyMessage.of(MessageType.JIPSEC_CAPABILITIES, 0, 0, 1);
        assertThat(
                        PfkeyReplies.read(
                                new SadbOperation.Register(IpsecProtocol.UNSPEC),
                                CapabilityMapping.registered(ask, Capabilities.userspace())))
                .isEqualTo(new SadbReply.Registered(Capabilities.userspace()));
        Statistics statistics =
                new Statistics(
                        List.of(new Statistics.Counter("in", 5)),
                        List.of(new Statistics.Drop("replayed", "was here before", 7)));
        assertThat(
                        PfkeyReplies.read(
                                new SadbOperation.GetStatistics(),
                                PfkeyReplies.counted(ask, statistics)))
                .isEqualTo(new SadbReply.Counted(statistics));
    }

    @Test
    void readsRefusals() throws RefusalException {
        PfkeyMessage request = PfkeyMessage.of(MessageType.ADD, 3, 0, 1);
        SadbOperation add = new SadbOperation.AddSa(SA);
        SadbReply.Refused exists = new SadbReply.Refused(Errno.EEXIST, "it is there");
        assertThat(PfkeyReplies.read(add, PfkeyReplies.refused(request, exists, true)))
                .isEqualTo(exists);
        assertThat(PfkeyReplies.read(add, PfkeyReplies.refused(request, exists, false)))
                .isEqualTo(new SadbReply.Refused(Errno.EEXIST, ""));
        assertThat(PfkeyReplies.read(add, request.withErrno(200)))
                .isEqualTo(new SadbReply.Refused(Errno.EINVAL, "errno 200"));
        SadbReply.Refused chatty = new SadbReply.Refused(Errno.EEXIST, "x".repeat(100_000));
        assertThat(PfkeyCodec.octets(PfkeyReplies.refused(request, chatty, true))).isLessThan(600);
    }

    @Test
    void passesOverMessagesThatTellNothing() throws RefusalException {
        for (MessageType type :
                List.of(MessageType.DUMP, MessageType.X_PROMISC, MessageType.REGISTER)) {
            assertThat(PfkeyEvents.event(PfkeyMessage.of(type, 0, 0, 9))).isEmpty();
        }
        assertThat(PfkeyEvents.event(PfkeyMessage.of(MessageType.FLUSH, 0, 0, 9).withErrno(1)))
                .isEmpty();
        assertThat(PfkeyEvents.event(new PfkeyMessage(2, 199, 0, 0, 0, 0, 9, List.of()))).isEmpty();
        assertThatThrownBy(() -> PfkeyEvents.event(PfkeyMessage.of(MessageType.ACQUIRE, 3, 0, 0)))
                .isInstanceOf(RefusalException.class);
    }

    @Test
    void namesTheSaOfANewMappingByItsPeerWhereTheKernelDoesNotSayMore() throws RefusalException {
        PfkeyMessage ours =
                PfkeyEvents.message(
                        new SadbEvent.Mapping(
                                SA.id(), endpoint("192.0.2.9", 1), endpoint("192.0.2.10", 2)),
                        Capabilities.userspace());
        PfkeyMessage linux = ours.withExtensions(ours.extensions().subList(0, 5));
        assertThat(PfkeyEvents.event(linux))
                .contains(
                        new SadbEvent.Mapping(
                                new SaId(
                                        endpoint("192.0.2.10", 0).address(),
                                        IpsecProtocol.ESP,
                                        new Spi(0x201)),
                                endpoint("192.0.2.9", 1),
                                endpoint("192.0.2.10", 2)));
    }

    private static Endpoint endpoint(String address, int port) {
        try {
            return new Endpoint(InetAddress.getByName(address), port);
        } catch (UnknownHostException notNumeric) {
            throw new IllegalArgumentException(address, notNumeric);
        }
    }
}
