package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.stream.Collectors.toSet;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyKey;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SequenceState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/// Taking back on a backend that knows only single operations, with an engine for a kernel.
class JournalTests {
    private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress B = InetAddress.ofLiteral("10.0.0.2");

    private final VirtualClock clock = new VirtualClock();
    private SadbEngine engine = new SadbEngine(clock, new Random(1), 1);

    /// Passes on single operations, and refuses those it is told to.
    private final class Scripted implements SadbBackend {
        final List<SadbOperation> seen = new ArrayList<>();
        int changes;
        int refusedChange = -1;
        int refusedFrom = Integer.MAX_VALUE;

        @Override
        public Capabilities capabilities() {
            return engine.capabilities();
        }

        @Override
        public SadbReply execute(SadbOperation operation) {
            seen.add(operation);
            if (isChange(operation)) {
                int now = changes++;
                if (now == refusedChange || now >= refusedFrom) {
                    return new SadbReply.Refused(Errno.EINVAL, "as told");
                }
            }
            return engine.execute(operation);
        }

        @Override
        public void listen(Consumer<SadbEvent> listener) {
            engine.listen(listener);
        }

        @Override
        public void close() {}
    }

    private static boolean isChange(SadbOperation operation) {
        return !(operation instanceof SadbOperation.DumpPolicies
                || operation instanceof SadbOperation.DumpSas
                || operation instanceof SadbOperation.GetSa
                || operation instanceof SadbOperation.GetPolicy);
    }

    /// What counts: not the numbers a backend gives, nor how far ahead an SA will send, nor the
    /// turn of policies that no packet is for both of.
    private List<Object> state() {
        List<Object> state = new ArrayList<>();
        if (engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                instanceof SadbReply.Sas(var snapshots)) {
            for (SaSnapshot one : snapshots) {
                state.add(List.of(one.association(), one.state(), one.current()));
            }
        }
        List<Policy> policies = engine.databases().policies().inTurn();
        state.add(policies.stream().map(policy -> policy.withId(0)).collect(toSet()));
        Set<Object> turns = new HashSet<>();
        for (int i = 0; i < policies.size(); i++) {
            PolicyKey first = PolicyKey.of(policies.get(i));
            for (Policy later : policies.subList(i + 1, policies.size())) {
                if (first.meets(PolicyKey.of(later))) {
                    turns.add(List.of(first, PolicyKey.of(later)));
                }
            }
        }
        state.add(turns);
        return state;
    }

    private List<SadbOperation> begin(long seed) {
        Random random = new Random(seed);
        engine = new SadbEngine(clock, new Random(1), 1);
        SadbEngine model = new SadbEngine(clock, new Random(1), 1);
        RandomOperations operations = new RandomOperations(random, model);
        for (SadbOperation operation : operations.next(60)) {
            clock.seconds(1);
            engine.execute(operation);
        }
        clock.seconds(1);
        return operations.next(40);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everythingIsAsItWasWhereverItIsRefused(long seed) throws IOException {
        for (int at = 0; at < 40; at++) {
            List<SadbOperation> operations = begin(seed);
            List<Object> before = state();
            Scripted backend = new Scripted();
            backend.refusedChange = at;
            Outcome outcome = backend.executeWhole(operations, (_, _) -> {});
            if (outcome instanceof Outcome.TakenBack(_, _, var remains, var renumbered)) {
                assertThat(remains).isEmpty();
                assertThat(renumbered).isEmpty();
                assertThat(state()).as("refused at %s of seed %s", at, seed).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void namesWhatCannotBeTakenBackAndGoesOnWithTheRest(long seed) throws IOException {
        for (int later = 0; later < 10; later++) {
            List<SadbOperation> operations = begin(seed);
            List<Object> before = state();
            Scripted backend = new Scripted();
            backend.refusedChange = 25;
            Outcome undone = backend.executeWhole(operations, (_, _) -> {});
            assertThat(undone).isInstanceOf(Outcome.TakenBack.class);
            int undoing = backend.changes;

            begin(seed);
            Scripted stubborn = new Scripted();
            stubborn.refusedChange = 25;
            stubborn.refusedFrom = undoing - 1 - later;
            Outcome outcome = stubborn.executeWhole(operations, (_, _) -> {});
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.TakenBack.class,
                            back -> {
                                boolean isWhole = state().equals(before);
                                assertThat(back.remains().isEmpty()).isEqualTo(isWhole);
                            });
        }
    }

    @Test
    void handsOverTheRepliesUpToTheRefusedOne() throws IOException {
        engine.execute(new SadbOperation.AddSa(TestSas.esp(A, B, 0x1001).build()));
        List<SadbReply> replies = new ArrayList<>();
        Outcome outcome =
                new Scripted()
                        .executeWhole(
                                List.of(
                                        new SadbOperation.AddSa(TestSas.esp(A, B, 0x1000).build()),
                                        new SadbOperation.AddSa(TestSas.esp(A, B, 0x1001).build()),
                                        new SadbOperation.AddSa(TestSas.esp(A, B, 0x1002).build())),
                                (index, reply) -> {
                                    assertThat(index).isEqualTo(replies.size());
                                    replies.add(reply);
                                });
        assertThat(replies).hasSize(2).first().isEqualTo(new SadbReply.Done());
        assertThat(outcome)
                .isEqualTo(new Outcome.TakenBack(1, (SadbReply.Refused) replies.getLast()));
        assertThat(state()).hasSize(3).first().asString().contains("spi=0x00001001");
    }

    @Test
    void additionsAreNotReadBefore() throws IOException {
        List<SadbOperation> operations = new ArrayList<>();
        operations.add(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        operations.add(new SadbOperation.FlushPolicies());
        for (int i = 0; i < 2000; i++) {
            operations.add(new SadbOperation.AddSa(TestSas.esp(A, B, 0x1000 + i).build()));
        }
        Scripted backend = new Scripted();
        assertThat(backend.executeWhole(operations, (_, _) -> {})).isEqualTo(new Outcome.Carried());
        assertThat(backend.seen).hasSize(operations.size() + 2);
    }

    @Test
    void aRestoredSaSendsWellAheadOfWhatItMayHaveSent() throws IOException {
        SadbOperation.AddSa add = new SadbOperation.AddSa(TestSas.esp(A, B, 0x1000).build());
        engine.execute(add);
        Scripted backend = new Scripted();
        backend.refusedChange = 1;
        backend.executeWhole(
                List.of(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC), add), (_, _) -> {});
        if (engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                instanceof SadbReply.Sas(var snapshots)) {
            assertThat(snapshots)
                    .singleElement()
                    .extracting(SaSnapshot::sequence)
                    .extracting(Optional::orElseThrow)
                    .extracting(SequenceState::sent)
                    .isEqualTo(1L << 22);
        }
    }
}
