package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.KeyServiceTests.Speaker;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.MessageType;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyMessage;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.pfkey.PfkeyTrace;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Requests that a service collects and runs as a whole: who hears what of them, and what of wrong
/// ones.
class WholeRequestsTests {
    private static final int PID = 7;
    private static final int BEGIN = 0;
    private static final int RUN = 1;
    private static final int DROP = 3;
    private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress B = InetAddress.ofLiteral("10.0.0.2");
    private static final SadbOperation ADD =
            new SadbOperation.AddSa(TestSas.esp(A, B, 0x1000).build());
    private static final SadbOperation ADD_POLICY =
            new SadbOperation.AddPolicy(TestSas.discard(Direction.OUT, A, B));
    private static final SadbOperation REFUSED =
            new SadbOperation.DeleteSa(
                    new SaReference(
                            Endpoint.of(A),
                            Endpoint.of(B),
                            IpsecProtocol.ESP,
                            new Spi(0xdead),
                            SaMode.ANY));

    private final SadbEngine engine = new SadbEngine(new VirtualClock(), new Random(1), 4711);
    private final KeyService service = new KeyService(engine.backend());

    @AfterEach
    void closeService() {
        service.close();
    }

    private PfkeyBackend backend() throws IOException {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        return PfkeyBackend.open(
                pair.client(), 99, PfkeyBackend.Peer.SERVICE, Duration.ofSeconds(60));
    }

    private static PfkeyMessage step(int step) {
        return PfkeyMessage.of(MessageType.JIPSEC_WHOLE, step, 0, PID);
    }

    private static void say(Speaker speaker, SadbOperation operation) throws IOException {
        speaker.say(PfkeyRequests.message(operation, 0, PID));
    }

    @Test
    void othersHearOfEachWhenItHasHappened() throws IOException {
        Speaker other = new Speaker(service);
        other.hearsNothingMore();
        try (PfkeyBackend backend = backend()) {
            backend.executeWhole(
                    List.of(
                            ADD,
                            new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                            new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                            ADD_POLICY),
                    (_, _) -> {});
            assertThat(other.hear().is(MessageType.ADD)).isTrue();
            assertThat(other.hear().is(MessageType.FLUSH)).isTrue();
            assertThat(other.hear().is(MessageType.X_SPDADD)).isTrue();
            other.hearsNothingMore();
        }
    }

    @Test
    void othersHearNothingOfWhatIsRefused() throws IOException {
        Speaker other = new Speaker(service);
        other.hearsNothingMore();
        try (PfkeyBackend backend = backend()) {
            assertThat(backend.executeWhole(List.of(ADD, ADD_POLICY, REFUSED), (_, _) -> {}))
                    .isInstanceOf(Outcome.TakenBack.class);
            other.hearsNothingMore();
            assertThat(backend.execute(ADD)).isEqualTo(new SadbReply.Done());
            assertThat(other.hear().is(MessageType.ADD)).isTrue();
        }
    }

    @Test
    void whoWatchesEverythingSeesRequestAndAnswer() throws IOException {
        Speaker watching = new Speaker(service);
        watching.ask(PfkeyMessage.of(MessageType.X_PROMISC, 1, 0, PID));
        watching.hear();
        try (PfkeyBackend backend = backend()) {
            backend.executeWhole(List.of(ADD, ADD_POLICY), (_, _) -> {});
            for (MessageType type : List.of(MessageType.ADD, MessageType.X_SPDADD)) {
                PfkeyMessage request = watching.hear();
                assertThat(request.is(type)).isTrue();
                assertThat(request.processId()).isEqualTo(99);
                assertThat(watching.hear().is(type)).isTrue();
                assertThat(watching.hear().is(type)).isTrue();
            }
        }
    }

    @Test
    void aTraceHasEachRequestWithItsAnswer() throws IOException {
        List<String> seen = new ArrayList<>();
        try (PfkeyBackend backend = backend()) {
            backend.trace(
                    new PfkeyTrace() {
                        @Override
                        public void sent(ByteBuffer message) {
                            seen.add("> " + message.get(message.position() + 1));
                        }

                        @Override
                        public void received(ByteBuffer message) {
                            seen.add("< " + message.get(message.position() + 1));
                        }
                    });
            backend.executeWhole(
                    List.of(ADD, new SadbOperation.DumpSas(IpsecProtocol.UNSPEC), ADD_POLICY),
                    (_, _) -> {});
            assertThat(seen).containsExactly("> 3", "< 3", "> 10", "< 10", "> 14", "< 14");
            seen.clear();
            backend.executeWhole(List.of(ADD_POLICY, ADD), (_, _) -> {});
            assertThat(seen).containsExactly("> 14", "< 14");
        }
    }

    @Test
    void whatIsBegunAnewOrDroppedIsNotRun() throws IOException {
        Speaker speaker = new Speaker(service);
        speaker.say(step(BEGIN));
        say(speaker, ADD);
        speaker.say(step(BEGIN));
        say(speaker, ADD_POLICY);
        assertThat(speaker.ask(step(RUN)).errno()).isZero();
        speaker.say(step(BEGIN));
        say(speaker, ADD);
        speaker.say(step(DROP));
        speaker.hearsNothingMore();
        assertThat(engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .isEqualTo(new SadbReply.Sas(List.of()));
        assertThat(speaker.ask(ADD).errno()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {RUN, 2, 4, 255})
    void aStepThatMakesNoSenseIsRefused(int step) throws IOException {
        assertThat(new Speaker(service).ask(step(step)).errno()).isEqualTo(Errno.EINVAL.number());
    }

    @Test
    void whatCannotBeReadIsRefusedInItsPlaceAndNothingIsDone() throws IOException {
        Speaker speaker = new Speaker(service);
        speaker.say(step(BEGIN));
        say(speaker, ADD);
        speaker.say(PfkeyMessage.of(MessageType.ADD, 3, 0, PID));
        say(speaker, ADD_POLICY);
        PfkeyMessage answer = speaker.ask(step(RUN));
        assertThat(answer.errno()).isEqualTo(Errno.EINVAL.number());
        assertThat(answer.sequence()).isEqualTo(1);
        assertThat(engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .isEqualTo(new SadbReply.Sas(List.of()));
        speaker.say(step(BEGIN));
        say(speaker, new SadbOperation.Register(IpsecProtocol.ESP));
        assertThat(speaker.ask(step(RUN)).errno()).isEqualTo(Errno.EOPNOTSUPP.number());
    }

    @Test
    void aPolicyTooLongForAMessageIsRefusedAndTheConnectionGoesOn() throws IOException {
        PolicyRule rule = TestSas.tunnel(IpsecProtocol.ESP, A, B);
        Policy endless =
                Policy.of(
                        Selector.between(Prefix.host(A), Prefix.host(B)),
                        Direction.OUT,
                        PolicyAction.IPSEC,
                        Collections.nCopies(20_000, rule).toArray(PolicyRule[]::new));
        try (PfkeyBackend backend = backend()) {
            assertThat(
                            backend.executeWhole(
                                    List.of(ADD, new SadbOperation.AddPolicy(endless)),
                                    (_, _) -> {}))
                    .isInstanceOfSatisfying(
                            Outcome.TakenBack.class,
                            back -> {
                                assertThat(back.index()).isEqualTo(1);
                                assertThat(back.refusal().errno()).isEqualTo(Errno.EMSGSIZE);
                            });
            assertThat(backend.execute(ADD)).isEqualTo(new SadbReply.Done());
        }
    }

    private static final PfkeyMessage REQUEST = PfkeyRequests.message(ADD, 0, PID);

    /// Collected requests of that many octets.
    private static CollectedRequests collected(CollectingRoom room, long octets) {
        CollectedRequests collected = new CollectedRequests(room);
        for (long left = octets; left > 0; left -= 1 << 20) {
            collected.add(REQUEST, 1 << 20);
        }
        return collected;
    }

    @Test
    void noMoreIsKeptThanTheLimitForAllClientsTogether() {
        CollectingRoom room = new CollectingRoom();
        CollectedRequests one = collected(room, CollectingRoom.LIMIT / 2);
        CollectedRequests other = collected(room, CollectingRoom.LIMIT / 2);
        assertThat(one.wrong()).isNull();
        assertThat(other.wrong()).isNull();
        assertThat(room.charged()).isEqualTo(CollectingRoom.LIMIT);
        int before = other.operations().size();
        other.add(REQUEST, 8);
        assertThat(Objects.requireNonNull(other.wrong()).errno()).isEqualTo(Errno.ENOBUFS);
        assertThat(other.wrongAt()).isEqualTo(before);
        assertThat(other.operations()).isEmpty();
        assertThat(room.charged()).isEqualTo(CollectingRoom.LIMIT / 2);
        other.add(REQUEST, 8);
        one.drop();
        other.drop();
        assertThat(room.charged()).isZero();
    }

    @Test
    void whoHoldsTheMostGivesWayToTheOthers() {
        CollectingRoom room = new CollectingRoom();
        CollectedRequests idle = collected(room, CollectingRoom.LIMIT);
        CollectedRequests small = collected(room, 1 << 20);
        assertThat(small.wrong()).isNull();
        assertThat(Objects.requireNonNull(idle.wrong()).errno()).isEqualTo(Errno.ENOBUFS);
        assertThat(idle.operations()).isEmpty();
        assertThat(room.charged()).isEqualTo(1 << 20);
    }

    @Test
    void theShortestRequestIsChargedForWhatItTakes() {
        CollectingRoom room = new CollectingRoom();
        CollectedRequests many = new CollectedRequests(room);
        for (long i = 0; i < CollectingRoom.LIMIT / CollectedRequests.LEAST_CHARGE; i++) {
            many.add(REQUEST, 16);
        }
        assertThat(many.wrong()).isNull();
        many.add(REQUEST, 16);
        assertThat(many.wrong()).isNotNull();
        assertThat(room.charged()).isZero();
    }

    @Test
    void soManyDumpsAreRunAsAWholeAndNoMore() throws IOException {
        List<SadbOperation> operations =
                new ArrayList<>(
                        Collections.nCopies(
                                CollectedRequests.MAXIMUM_DUMPS,
                                new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)));
        operations.addFirst(ADD);
        try (PfkeyBackend backend = backend()) {
            assertThat(backend.executeWhole(operations, (_, _) -> {}))
                    .isEqualTo(new Outcome.Carried());
            operations.set(0, new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            operations.add(new SadbOperation.DumpPolicies());
            assertThat(backend.executeWhole(operations, (_, _) -> {}))
                    .isInstanceOfSatisfying(
                            Outcome.TakenBack.class,
                            back -> {
                                assertThat(back.index())
                                        .isEqualTo(CollectedRequests.MAXIMUM_DUMPS + 1);
                                assertThat(back.refusal().errno()).isEqualTo(Errno.ENOBUFS);
                            });
            assertThat(engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                    .isInstanceOfSatisfying(
                            SadbReply.Sas.class, all -> assertThat(all.snapshots()).hasSize(1));
        }
    }

    /// It holds no lock, only room, and that until another one needs it or it goes.
    @Test
    void whoBeginsAndNeverEndsIsInNobodysWay() throws IOException {
        Speaker idle = new Speaker(service);
        idle.say(step(BEGIN));
        say(idle, ADD);
        try (PfkeyBackend backend = backend()) {
            assertThat(backend.executeWhole(List.of(ADD, ADD_POLICY), (_, _) -> {}))
                    .isEqualTo(new Outcome.Carried());
            assertThat(backend.execute(ADD)).isInstanceOf(SadbReply.Refused.class);
        }
        assertThat(idle.hear().is(MessageType.ADD)).isTrue();
        assertThat(idle.hear().is(MessageType.X_SPDADD)).isTrue();
        assertThat(idle.ask(step(RUN)).errno()).isEqualTo(Errno.EEXIST.number());
    }
}
