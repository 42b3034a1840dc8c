package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Operations that an engine runs as a whole: for packets, for listeners and for whoever asks
/// afterwards they are one moment, or were never there.
class WholeTests {
    private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress B = InetAddress.ofLiteral("10.0.0.2");
    private static final SadbOperation REFUSED =
            new SadbOperation.DeleteSa(
                    new SaReference(
                            Endpoint.of(A),
                            Endpoint.of(B),
                            IpsecProtocol.ESP,
                            new Spi(0xdead),
                            SaMode.ANY));

    private final VirtualClock clock = new VirtualClock();

    private static List<Object> everythingOf(SadbEngine engine) {
        return List.of(
                engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)),
                engine.execute(new SadbOperation.DumpPolicies()),
                engine.databases().policies().inTurn(),
                engine.nextDeadline());
    }

    private SadbEngine filled(long seed) {
        SadbEngine engine = new SadbEngine(clock, new Random(1), 1);
        SadbEngine model = new SadbEngine(clock, new Random(1), 1);
        new RandomOperations(new Random(seed), model).next(60).forEach(engine::execute);
        return engine;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aRefusalLeavesNoTrace(long seed) {
        SadbEngine engine = filled(seed);
        List<SadbOperation> operations =
                new RandomOperations(new Random(-seed), filled(seed)).next(40);
        List<SadbEvent> events = new ArrayList<>();
        engine.listen(events::add);
        List<Object> before = everythingOf(engine);
        for (int at = 0; at <= operations.size(); at++) {
            List<SadbOperation> spoilt = new ArrayList<>(operations.subList(0, at));
            spoilt.add(REFUSED);
            List<SadbReply> replies = new ArrayList<>();
            Outcome outcome = engine.executeWhole(spoilt, (_, reply) -> replies.add(reply));
            assertThat(outcome)
                    .isEqualTo(new Outcome.TakenBack(at, (SadbReply.Refused) replies.get(at)));
            assertThat(everythingOf(engine)).isEqualTo(before);
        }
        assertThat(events).isEmpty();
        SadbEngine untouched = filled(seed);
        SadbOperation next = new SadbOperation.AddPolicy(TestSas.discard(Direction.IN, A, B));
        engine.execute(next);
        untouched.execute(next);
        assertThat(everythingOf(engine)).as("numbers to come").isEqualTo(everythingOf(untouched));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theResultIsThatOfOneByOne(long seed) {
        SadbEngine engine = filled(seed);
        SadbEngine oneByOne = filled(seed);
        List<SadbEvent> events = new ArrayList<>();
        List<SadbEvent> expected = new ArrayList<>();
        engine.listen(events::add);
        oneByOne.listen(expected::add);
        List<SadbOperation> operations =
                new RandomOperations(new Random(-seed), filled(seed)).next(40);
        List<SadbReply> replies = new ArrayList<>();
        assertThat(engine.executeWhole(operations, (_, reply) -> replies.add(reply)))
                .isEqualTo(new Outcome.Carried());
        assertThat(replies).isEqualTo(operations.stream().map(oneByOne::execute).toList());
        assertThat(everythingOf(engine)).isEqualTo(everythingOf(oneByOne));
        assertThat(events).isEqualTo(expected);
    }

    @Test
    void unchangedSasGoOnCountingAndTheDyingStayDying() {
        TwoHosts hosts = new TwoHosts(A, B);
        hosts.addToBoth(
                TestSas.esp(A, B, 0x1000)
                        .hard(new Lifetime(3, 0, Duration.ZERO, Duration.ZERO))
                        .soft(new Lifetime(1, 0, Duration.ZERO, Duration.ZERO)));
        hosts.left.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));
        Bytes packet = TestPings.request(A, B, 1);
        hosts.left.send(packet);
        SaSnapshot before = only(hosts.left.engine);
        assertThat(before.sequence().orElseThrow().sent()).isEqualTo(1);
        hosts.left.engine.executeWhole(
                List.of(new SadbOperation.AddSa(TestSas.esp(B, A, 0x1001).build())),
                (_, reply) -> assertThat(reply).isEqualTo(new SadbReply.Done()));
        hosts.left.send(packet);
        SaSnapshot after = get(hosts.left.engine, 0x1000);
        assertThat(after.sequence().orElseThrow().sent()).isEqualTo(2);
        assertThat(after.state()).isEqualTo(before.state());
    }

    /// Whenever a listener is told anything of a change, packets are at the other side of it
    /// already; and whatever the engine is doing before, they are at this side.
    @Test
    void packetsAreProtectedByTheOldOrByTheNewAtEveryStep() {
        TwoHosts hosts = new TwoHosts(A, B);
        hosts.left.add(TestSas.esp(A, B, 0x1000));
        hosts.left.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));
        SadbEngine engine = hosts.left.engine;
        List<String> seen = new ArrayList<>();
        Runnable observer =
                () -> {
                    Databases now = engine.databases();
                    FlowKey flow = new FlowKey();
                    Addresses.put(A, B, flow);
                    flow.ipv4 = true;
                    PolicyEntry policy = now.policies().find(Direction.OUT, flow);
                    ActiveSa sa =
                            policy == null
                                    ? null
                                    : now.associations()
                                            .outbound(policy.policy().rules().getFirst(), flow);
                    seen.add(sa == null ? "open" : sa.association().spi().toString());
                };
        List<SadbOperation> operations =
                List.of(
                        new SadbOperation.FlushPolicies(),
                        new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                        new SadbOperation.DumpPolicies(),
                        new SadbOperation.AddSa(TestSas.ah(A, B, 0x2000).build()),
                        new SadbOperation.AddPolicy(
                                TestSas.policy(
                                        Direction.OUT, A, B, TestSas.transport(IpsecProtocol.AH))));
        engine.listen(_ -> observer.run());
        observer.run();
        engine.executeWhole(watched(operations, observer), (_, _) -> observer.run());
        observer.run();
        assertThat(seen).doesNotContain("open").startsWith("0x00001000").endsWith("0x00002000");
        assertThat(seen.stream().distinct()).containsExactly("0x00001000", "0x00002000");
        assertThat(seen.indexOf("0x00002000")).isGreaterThan(operations.size());
    }

    /// A list that lets the observer look each time before the engine takes the next operation.
    private static List<SadbOperation> watched(List<SadbOperation> operations, Runnable observer) {
        return new AbstractList<>() {
            @Override
            public SadbOperation get(int index) {
                observer.run();
                return operations.get(index);
            }

            @Override
            public int size() {
                return operations.size();
            }
        };
    }

    @Test
    void aBatchUnderWayEndsByWhatItBeganWith() {
        SadbEngine engine = new SadbEngine(clock, new Random(1), 1);
        engine.execute(new SadbOperation.AddSa(TestSas.esp(A, B, 0x1000).build()));
        Databases begun = engine.databases();
        FlowKey flow = new FlowKey();
        Addresses.put(A, B, flow);
        flow.ipv4 = true;
        engine.executeWhole(
                List.of(
                        new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                        new SadbOperation.AddSa(TestSas.esp(A, B, 0x1001).build())),
                (_, _) -> {});
        ActiveSa old =
                Objects.requireNonNull(
                        begun.associations().outbound(TestSas.transport(IpsecProtocol.ESP), flow));
        assertThat(old.association().spi().value()).isEqualTo(0x1000);
        assertThat(old.admit()).isNull();
        assertThat(
                        Objects.requireNonNull(
                                        engine.associations()
                                                .outbound(
                                                        TestSas.transport(IpsecProtocol.ESP), flow))
                                .association()
                                .spi()
                                .value())
                .isEqualTo(0x1001);
    }

    @Test
    void aFollowerIsToldInOnePiece() {
        SadbEngine engine = new SadbEngine(clock, new Random(1), 1);
        List<Integer> pieces = new ArrayList<>();
        engine.follow(events -> pieces.add(events.size()));
        engine.execute(new SadbOperation.AddPolicy(TestSas.discard(Direction.OUT, A, B)));
        SadbBackend backend = engine.backend();
        assertThat(backend.capabilities().has(Capabilities.Feature.AT_ONCE)).isTrue();
        engine.executeWhole(
                List.of(
                        new SadbOperation.FlushPolicies(),
                        new SadbOperation.AddPolicy(TestSas.discard(Direction.OUT, A, B)),
                        new SadbOperation.AddPolicy(TestSas.discard(Direction.IN, A, B))),
                (_, _) -> {});
        assertThat(pieces).containsExactly(1, 3);
    }

    @Test
    void aRestoredSaSendsOnWhereItWas() {
        TwoHosts hosts = new TwoHosts(A, B);
        hosts.addToBoth(TestSas.esp(A, B, 0x1000));
        hosts.left.add(TestSas.policy(Direction.OUT, A, B, TestSas.transport(IpsecProtocol.ESP)));
        Bytes packet = TestPings.request(A, B, 1);
        hosts.left.send(packet);
        hosts.left.send(packet);
        hosts.right.receive();
        hosts.right.receive();
        SaSnapshot sender = only(hosts.left.engine);
        SaSnapshot receiver = only(hosts.right.engine);
        for (TwoHosts.Side side : List.of(hosts.left, hosts.right)) {
            side.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            side.execute(new SadbOperation.RestoreSa(side == hosts.left ? sender : receiver));
            SaSnapshot back = only(side.engine);
            assertThat(back).isEqualTo(side == hosts.left ? sender : receiver);
            assertThat(side.engine.execute(new SadbOperation.RestoreSa(back)))
                    .isInstanceOfSatisfying(
                            SadbReply.Refused.class,
                            refused -> assertThat(refused.errno()).isEqualTo(Errno.EEXIST));
        }
        hosts.left.send(packet);
        hosts.right.receive();
        assertThat(only(hosts.left.engine).sequence().orElseThrow().sent()).isEqualTo(3);
        assertThat(only(hosts.right.engine).sequence().orElseThrow().received()).isEqualTo(3);
        assertThat(only(hosts.right.engine).sequence().orElseThrow().window())
                .containsExactly(0b111, 0);
    }

    private static SaSnapshot only(SadbEngine engine) {
        return ((SadbReply.Sas) engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .snapshots()
                .getFirst();
    }

    private static SaSnapshot get(SadbEngine engine, int spi) {
        return ((SadbReply.Sa)
                        engine.execute(
                                new SadbOperation.GetSa(
                                        new SaReference(
                                                Endpoint.of(A),
                                                Endpoint.of(B),
                                                IpsecProtocol.ESP,
                                                new Spi(spi),
                                                SaMode.ANY))))
                .snapshot();
    }
}
