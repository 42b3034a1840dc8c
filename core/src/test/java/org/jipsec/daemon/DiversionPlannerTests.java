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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        List<String> lines = new ArrayList<>();
        new DiversionPlanner(host, new PacketGrowth(new NoSas()), deviceMtu)
                .plan(List.of(policies))
                .values()
                .forEach(route -> lines.add(route.toString()));
        return lines;
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
    void findsAnExampleBetweenTheParts() {
        assertThat(
                        DiversionPlanner.example(
                                TestPolicies.prefix("10.0.0.0/30"),
                                List.of(
                                        TestPolicies.prefix("10.0.0.0/31"),
                                        TestPolicies.prefix("10.0.0.2/32"))))
                .isEqualTo(TestPolicies.address("10.0.0.3"));
        assertThat(
                        DiversionPlanner.example(
                                TestPolicies.prefix("255.255.255.254/31"),
                                List.of(
                                        TestPolicies.prefix("255.255.255.254/32"),
                                        TestPolicies.prefix("255.255.255.255/32"))))
                .isEqualTo(TestPolicies.address("255.255.255.254"));
        assertThat(DiversionPlanner.example(TestPolicies.prefix("::/0"), List.of()))
                .isEqualTo(TestPolicies.address("::1"));
    }
}
