package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.ActiveSa;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.PacketGrowth;
import org.jipsec.dataplane.SaLookup;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.wire.Prefix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

class DiversionPlannerTests {
    /// A host with ways by prefix.
    private static final class TestRoutes implements HostRoutes {
        private final Map<Prefix, InetAddress> ways = new LinkedHashMap<>();
        private final Set<InetAddress> addresses = new HashSet<>();
        private int mtu = 1500;

        TestRoutes way(String to, String source) {
            ways.put(TestPolicies.prefix(to), TestPolicies.address(source));
            addresses.add(TestPolicies.address(source));
            return this;
        }

        @Override
        public Collection<Prefix> destinations() {
            return ways.keySet();
        }

        @Override
        public Optional<InetAddress> sourceTo(InetAddress destination) {
            return ways.keySet().stream()
                    .filter(way -> way.contains(destination))
                    .max(Comparator.comparingInt(Prefix::length))
                    .map(ways::get);
        }

        @Override
        public int mtuTo(InetAddress destination) {
            return mtu;
        }

        @Override
        public Collection<InetAddress> addresses() {
            return addresses;
        }
    }

    private static final class NoSas implements SaLookup {
        @Override
        public @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer) {
            return null;
        }

        @Override
        public @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet) {
            return null;
        }
    }

    private final TestRoutes host = new TestRoutes();
    private int deviceMtu = 65535;

    private List<String> plan(Policy... policies) {
        DiversionPlanner planner = new DiversionPlanner();
        for (int i = 0; i < policies.length; i++) {
            planner.added(policies[i].withId(i));
        }
        planner.takeChanges(facts());
        return planner.routes().stream().map(DivertedRoute::toString).toList();
    }

    private DivertedRegion.Facts facts() {
        return new DivertedRegion.Facts(host, new PacketGrowth(new NoSas()), deviceMtu);
    }

    private static Policy tunnel(String source, String destination) {
        return TestPolicies.tunnelled(
                Direction.OUT,
                TestPolicies.between(source, destination),
                TestPolicies.tunnel("192.0.2.1", "192.0.2.2"));
    }

    private static Policy transport(String source, String destination) {
        return TestPolicies.esp(Direction.OUT, TestPolicies.between(source, destination));
    }

    @Test
    void leadsEachDestinationIntoTheDevice() {
        host.way("0.0.0.0/0", "192.0.2.1").way("2001:db8::/32", "2001:db8::1");
        assertThat(
                        plan(
                                tunnel("10.0.0.0/24", "10.1.2.3/24"),
                                transport("192.0.2.1", "192.0.2.9"),
                                transport("2001:db8::1", "2001:db8::9")))
                .containsExactly(
                        "2001:db8::9/128 src 2001:db8::1 mtu 1430",
                        "10.1.2.0/24 src 192.0.2.1 mtu 1406",
                        "192.0.2.9/32 src 192.0.2.1 mtu 1426");
    }

    @Test
    void whatPassesInClearIsNotDivertedAndWhatIsDiscardedIs() {
        host.way("0.0.0.0/0", "192.0.2.1");
        assertThat(
                        plan(
                                TestPolicies.none(
                                        Direction.OUT,
                                        TestPolicies.between("0.0.0.0/0", "1.1.1.1")),
                                TestPolicies.discard(
                                        Direction.OUT,
                                        TestPolicies.between("0.0.0.0/0", "1.1.1.2"))))
                .containsExactly("1.1.1.2/32 src 192.0.2.1");
    }

    @Test
    void sendsFromWhatWouldBeTakenWithoutIpsec() {
        host.way("0.0.0.0/0", "192.0.2.1")
                .way("10.5.0.0/16", "10.5.0.1")
                .way("10.6.0.0/16", "192.0.2.1")
                .way("172.16.0.0/12", "172.16.0.1");
        assertThat(plan(tunnel("0.0.0.0/0", "10.0.0.0/8")))
                .containsExactly(
                        "10.0.0.0/8 src 192.0.2.1 mtu 1406", "10.5.0.0/16 src 10.5.0.1 mtu 1406");
    }

    @Test
    void asksForTheSourceWhereNoOtherWayLeads() {
        host.way("10.0.0.0/9", "10.0.0.1").way("0.0.0.0/0", "192.0.2.1");
        assertThat(plan(tunnel("0.0.0.0/0", "10.0.0.0/8")))
                .containsExactly(
                        "10.0.0.0/8 src 192.0.2.1 mtu 1406", "10.0.0.0/9 src 10.0.0.1 mtu 1406");
    }

    @Test
    void withoutAWaySendsFromAnAddressThatThePolicyIsFor() {
        host.way("192.0.2.0/24", "192.0.2.1").way("192.168.1.0/24", "192.168.1.1");
        assertThat(plan(tunnel("192.168.1.0/24", "192.168.2.0/24")))
                .containsExactly("192.168.2.0/24 src 192.168.1.1 mtu 1406");
        assertThat(plan(tunnel("192.168.7.0/24", "192.168.2.0/24")))
                .containsExactly("192.168.2.0/24 src 192.0.2.1 mtu 1406");
    }

    @Test
    void innerDestinationsPromiseNoMoreThanOuterOnes() {
        host.way("0.0.0.0/0", "192.0.2.1");
        Policy twice =
                TestPolicies.tunnelled(
                        Direction.OUT,
                        TestPolicies.between("0.0.0.0/0", "10.0.0.0/8"),
                        TestPolicies.tunnel("192.0.2.1", "192.0.2.2"),
                        TestPolicies.tunnel("192.0.2.1", "192.0.2.3"));
        assertThat(plan(twice, tunnel("10.9.0.0/16", "10.1.0.0/16")))
                .containsExactly(
                        "10.0.0.0/8 src 192.0.2.1 mtu 1310", "10.1.0.0/16 src 192.0.2.1 mtu 1310");
    }

    @Test
    void promisesWhatTheDeviceTakesAndAnyPathCarries() {
        host.way("::/0", "2001:db8::1");
        deviceMtu = 1400;
        assertThat(plan(transport("2001:db8::1", "2001:db8::9")))
                .containsExactly("2001:db8::9/128 src 2001:db8::1 mtu 1400");
        host.mtu = 1280;
        assertThat(plan(transport("2001:db8::1", "2001:db8::9")))
                .containsExactly("2001:db8::9/128 src 2001:db8::1 mtu 1280");
    }

    @Test
    void leavesMulticastAndLinkLocalAloneUnlessNamed() {
        host.way("0.0.0.0/0", "192.0.2.1");
        assertThat(plan(tunnel("0.0.0.0/0", "0.0.0.0/0")))
                .containsExactly(
                        "0.0.0.0/0 src 192.0.2.1 mtu 1406",
                        "throw 224.0.0.0/4",
                        "throw 255.255.255.255/32");
        assertThat(plan(tunnel("0.0.0.0/0", "224.0.0.0/4")))
                .containsExactly("224.0.0.0/4 src 192.0.2.1 mtu 1406");
        assertThat(plan(TestPolicies.discard(Direction.OUT, TestPolicies.between("::/0", "::/0"))))
                .containsExactly("::/0");
    }

    @Test
    void planningPieceByPieceComesToTheSameAsPlanningAllAtOnce() {
        host.way("10.0.0.0/8", "10.0.0.1")
                .way("10.1.0.0/16", "10.1.0.1")
                .way("10.1.2.0/24", "10.0.0.1")
                .way("10.2.0.0/15", "10.2.0.1")
                .way("192.0.2.0/24", "192.0.2.1")
                .way("224.0.0.0/5", "10.2.0.1");
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            DiversionPlanner planner = new DiversionPlanner();
            Map<Prefix, DivertedRoute> followed = new HashMap<>();
            List<Policy> there = new ArrayList<>();
            int nextId = 1;
            for (int round = 0; round < 20; round++) {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    if (!there.isEmpty() && random.nextInt(5) < 2) {
                        planner.removed(there.remove(random.nextInt(there.size())));
                    } else {
                        Policy policy = randomPolicy(random).withId(nextId++);
                        there.add(policy);
                        planner.added(policy);
                    }
                }
                follow(planner.takeChanges(facts()), followed);
                DiversionPlanner fresh = new DiversionPlanner();
                there.forEach(fresh::added);
                fresh.takeChanges(facts());
                assertThat(planner.routes())
                        .as("seed %d, round %d, %s", seed, round, there)
                        .containsExactlyElementsOf(fresh.routes());
                assertThat(followed.values())
                        .as("what the changes come to, seed %d, round %d", seed, round)
                        .containsExactlyInAnyOrderElementsOf(fresh.routes());
            }
        }
    }

    private static Policy randomPolicy(Random random) {
        List<String> places =
                List.of(
                        "0.0.0.0/0",
                        "10.0.0.0/8",
                        "10.1.0.0/16",
                        "10.1.0.0/17",
                        "10.1.2.3",
                        "10.3.0.0/16",
                        "192.168.0.0/16",
                        "192.168.1.0/24",
                        "224.0.0.0/4",
                        "192.0.0.0/8");
        String source = random.nextBoolean() ? "10.0.0.1" : "0.0.0.0/0";
        String destination = places.get(random.nextInt(places.size()));
        return switch (random.nextInt(5)) {
            case 0 -> TestPolicies.none(Direction.OUT, TestPolicies.between(source, destination));
            case 1 ->
                    TestPolicies.discard(Direction.OUT, TestPolicies.between(source, destination));
            case 2, 3 -> transport(source, destination);
            default -> tunnel(source, destination);
        };
    }

    private static void follow(
            DiversionPlanner.Changes changes, Map<Prefix, DivertedRoute> routes) {
        changes.removed().forEach(prefix -> assertThat(routes.remove(prefix)).isNotNull());
        changes.put().forEach(route -> routes.put(route.destination(), route));
    }

    @Test
    void oneMoreOfManyPoliciesCostsNoMoreThanTheFirst() {
        host.way("0.0.0.0/0", "192.0.2.1");
        DiversionPlanner planner = new DiversionPlanner();
        for (int i = 0; i < 5000; i++) {
            planner.added(tunnel("0.0.0.0/0", "10.0." + i / 256 + "." + i % 256).withId(i));
        }
        planner.takeChanges(facts());
        assertThat(planner.planned()).isEqualTo(5000);
        assertThat(planner.isStale()).isFalse();

        for (int i = 0; i < 100; i++) {
            planner.added(tunnel("0.0.0.0/0", "10.1.1." + i).withId(5000 + i));
            DiversionPlanner.Changes changes = planner.takeChanges(facts());
            assertThat(changes.put()).hasSize(1);
            assertThat(changes.removed()).isEmpty();
        }
        assertThat(planner.planned()).isEqualTo(5100);

        planner.forget();
        assertThat(planner.takeChanges(facts()).put()).isEmpty();
        assertThat(planner.planned()).as("a change of the host").isEqualTo(10_200);
    }

    @Test
    void oneOfManyPoliciesOfTheSameDestinationIsReckonedAlone() {
        host.way("0.0.0.0/0", "192.0.2.1");
        int[] asked = {0};
        HostRoutes counting =
                new HostRoutes() {
                    @Override
                    public Collection<Prefix> destinations() {
                        return host.destinations();
                    }

                    @Override
                    public Optional<InetAddress> sourceTo(InetAddress destination) {
                        return host.sourceTo(destination);
                    }

                    @Override
                    public int mtuTo(InetAddress destination) {
                        asked[0]++;
                        return host.mtuTo(destination);
                    }

                    @Override
                    public Collection<InetAddress> addresses() {
                        return host.addresses();
                    }
                };
        DivertedRegion.Facts facts =
                new DivertedRegion.Facts(counting, new PacketGrowth(new NoSas()), deviceMtu);
        DiversionPlanner planner = new DiversionPlanner();
        for (int i = 0; i < 1000; i++) {
            planner.added(tunnel("10.0." + i / 256 + "." + i % 256, "192.0.2.9").withId(i));
        }
        planner.takeChanges(facts);
        asked[0] = 0;
        Policy longer = transport("10.9.9.9", "192.0.2.9").withId(1000);
        planner.added(longer);
        assertThat(planner.takeChanges(facts).put()).isEmpty();
        planner.removed(longer);
        assertThat(planner.takeChanges(facts).put()).isEmpty();
        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void findsAnExampleBetweenTheParts() {
        assertThat(
                        ExampleAddress.of(
                                TestPolicies.prefix("10.0.0.0/30"),
                                List.of(
                                        TestPolicies.prefix("10.0.0.0/31"),
                                        TestPolicies.prefix("10.0.0.2/32"))))
                .isEqualTo(TestPolicies.address("10.0.0.3"));
        assertThat(
                        ExampleAddress.of(
                                TestPolicies.prefix("255.255.255.254/31"),
                                List.of(
                                        TestPolicies.prefix("255.255.255.254/32"),
                                        TestPolicies.prefix("255.255.255.255/32"))))
                .isEqualTo(TestPolicies.address("255.255.255.254"));
        assertThat(ExampleAddress.of(TestPolicies.prefix("::/0"), List.of()))
                .isEqualTo(TestPolicies.address("::1"));
    }
}
