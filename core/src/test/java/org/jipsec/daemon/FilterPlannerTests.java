package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.daemon.PolicyTurns.Side;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.PolicyEntry;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Selector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The plan against the SPD's own lookup.
class FilterPlannerTests {
    private final SadbEngine engine =
            new SadbEngine(InstantSource.fixed(Instant.EPOCH), new Random(1), 1);
    private final PolicyFollower follower = new PolicyFollower();
    private final FilterModel model = new FilterModel();

    FilterPlannerTests() {
        engine.listen(follower::heed);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void decidesAsTheSpdDoes(int seed) {
        Random random = new Random(seed);
        List<Policy> there = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < random.nextInt(1, 12); i++) {
                change(random, there);
            }
            apply();
            for (int i = 0; i < 200; i++) {
                compare(random);
            }
        }
    }

    private void change(Random random, List<Policy> there) {
        int what = random.nextInt(20);
        if (what == 0 && random.nextInt(20) == 0) {
            engine.execute(new SadbOperation.FlushPolicies());
            there.clear();
        } else if (what < 5 && !there.isEmpty()) {
            Policy gone = there.remove(random.nextInt(there.size()));
            engine.execute(new SadbOperation.DeletePolicy(gone));
        } else if (what < 9 && !there.isEmpty()) {
            int which = random.nextInt(there.size());
            Policy old = there.get(which);
            Policy now =
                    RandomPolicies.policy(random, old.selector(), old.direction())
                            .withPriority(
                                    random.nextBoolean()
                                            ? old.priority()
                                            : RandomPolicies.priority(random));
            engine.execute(new SadbOperation.UpdatePolicy(now));
            there.set(which, now);
        } else {
            Policy policy =
                    RandomPolicies.policy(
                                    random,
                                    RandomPolicies.selector(random),
                                    Direction.values()[random.nextInt(1, 4)])
                            .withPriority(RandomPolicies.priority(random));
            engine.execute(new SadbOperation.AddPolicy(policy));
            there.add(policy);
        }
    }

    private void compare(Random random) {
        boolean ipv4 = random.nextBoolean();
        Direction direction = random.nextBoolean() ? Direction.IN : Direction.FWD;
        FlowKey flow = RandomPolicies.flow(random, ipv4);
        Side side = new Side(direction, ipv4);
        PolicyEntry first = engine.policies().find(direction, flow);
        assertThat(model.judge(side, flow, false))
                .as("%s %s: %s", direction, side, describe(flow))
                .isEqualTo(first == null ? FilterVerdict.ACCEPT : FilterVerdict.of(first.policy()));
        flow.portsKnown = false;
        assertThat(model.judge(side, flow, true))
                .as("fragment %s: %s", direction, describe(flow))
                .isEqualTo(ofFragment(side, flow));
    }

    /// The first policy that may be for the whole packet and forbids it, or that is for it
    /// whatever its ports.
    private FilterVerdict ofFragment(Side side, FlowKey flow) {
        for (Policy policy : follower.turns().of(side)) {
            SelectorShape shape = SelectorShape.of(policy.selector());
            SelectorShape known = shape.withoutPorts();
            boolean matches =
                    SelectorKey.of(policy.selector(), known).equals(SelectorKey.of(flow, known));
            boolean exists =
                    !shape.looksAtPorts()
                            || !FilterSet.of(side.direction(), 1, policy.selector()).isEmpty();
            FilterVerdict verdict = FilterVerdict.of(policy);
            if (matches && exists && (verdict == FilterVerdict.DROP || !shape.looksAtPorts())) {
                return verdict;
            }
        }
        return FilterVerdict.ACCEPT;
    }

    private static String describe(FlowKey flow) {
        return "%x > %x protocol %d %s %d %d"
                .formatted(
                        flow.sourceLow,
                        flow.destinationLow,
                        flow.protocol,
                        flow.portsKnown,
                        flow.sourcePort,
                        flow.destinationPort);
    }

    private void apply() {
        model.apply(follower.filter(), follower.filter().takeChanges());
    }

    @Test
    void thousandsOfExceptionsBesideThousandsOfRulesMakeTwoLevels() {
        for (int i = 0; i < 1000; i++) {
            String host = "10.0." + i / 250 + "." + i % 250;
            Selector all = TestPolicies.between(host, "10.9.9.9");
            Selector ssh = new Selector(all.source(), 0, all.destination(), 22, 6);
            engine.execute(new SadbOperation.AddPolicy(TestPolicies.none(Direction.IN, ssh)));
            engine.execute(new SadbOperation.AddPolicy(TestPolicies.esp(Direction.IN, all)));
        }
        apply();
        assertThat(model.elements()).isEqualTo(2000);
        assertThat(model.sets()).isEqualTo(2);
        assertThat(model.levels()).isEqualTo(2);
    }

    @Test
    void aPolicyThatComesLastChangesOneElement() {
        for (int i = 0; i < 100; i++) {
            add("10.0.0." + i);
        }
        apply();
        add("10.0.1.1");
        FilterPlanner.Changes changes = follower.filter().takeChanges();
        assertThat(changes.rules()).isEmpty();
        assertThat(changes.removed()).isEmpty();
        assertThat(changes.added().values())
                .singleElement()
                .satisfies(keys -> assertThat(keys).hasSize(1));
    }

    @Test
    void whatComesAndGoesMeanwhileChangesNothing() {
        add("10.0.0.1");
        apply();
        add("10.0.0.2");
        engine.execute(
                new SadbOperation.DeletePolicy(
                        TestPolicies.esp(
                                Direction.IN, TestPolicies.between("10.0.0.2", "10.9.9.9"))));
        assertThat(follower.filter().takeChanges().isEmpty()).isTrue();
    }

    @Test
    void policiesThatCameAndWentAreForgotten() {
        for (int i = 0; i < 3000; i++) {
            add("10.0.0.1");
            engine.execute(
                    new SadbOperation.DeletePolicy(
                            TestPolicies.none(
                                    Direction.IN, TestPolicies.between("10.0.0.1", "10.9.9.9"))));
            engine.execute(
                    new SadbOperation.AddPolicy(
                            TestPolicies.none(
                                    Direction.IN, TestPolicies.between("10.0.0.1", "10.9.9.9"))));
            engine.execute(
                    new SadbOperation.DeletePolicy(
                            TestPolicies.none(
                                    Direction.IN, TestPolicies.between("10.0.0.1", "10.9.9.9"))));
        }
        add("10.0.0.1");
        apply();
        assertThat(follower.filter().sets(new Side(Direction.IN, true)))
                .singleElement()
                .extracting(FilterSet::level)
                .isEqualTo(1);
    }

    private void add(String source) {
        engine.execute(
                new SadbOperation.AddPolicy(
                        TestPolicies.esp(Direction.IN, TestPolicies.between(source, "10.9.9.9"))));
    }
}
