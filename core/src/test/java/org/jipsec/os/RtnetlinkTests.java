package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// With ip(8) as the witness: what we change it sees, what it changes we see.
@RequiresWire
class RtnetlinkTests {
    private static final int TABLE = 27248;
    private static final int PROTOCOL = 106;
    private static final int PATIENCE = 10_000;

    private Namespaces hosts;
    private Rtnetlink network;
    private int veth;

    @BeforeEach
    void joinTwoHosts() throws Exception {
        hosts = Namespaces.create("a", "b");
        hosts.join("a", "10.1.0.1/24", "b", "10.1.0.2/24");
        hosts.ip("a", "address", "add", "2001:db8:1::1/64", "dev", "veth0", "nodad");
        network = hosts.in("a", Rtnetlink::open);
        veth = link("veth0").index();
    }

    @AfterEach
    void remove() {
        network.close();
        hosts.close();
    }

    @Test
    void tellsDevices() throws Exception {
        hosts.ip("a", "link", "set", "veth0", "mtu", "1380");
        assertThat(link("lo").isLoopback()).isTrue();
        assertThat(link("veth0").isLoopback()).isFalse();
        assertThat(link("veth0").isUp()).isTrue();
        assertThat(link("veth0").hasCarrier()).isTrue();
        assertThat(link("veth0").mtu()).isEqualTo(1380);
    }

    @Test
    void limitsSuperPackets() throws Exception {
        network.limitSuperPackets(veth, 61440);
        assertThat(hosts.ip("a", "-details", "link", "show", "veth0"))
                .contains("gso_max_size 61440 ");
        assertThatThrownBy(() -> network.limitSuperPackets(9999, 61440))
                .isInstanceOf(OsException.class)
                .hasMessageContaining("ENODEV");
    }

    @Test
    void tellsAddresses() throws Exception {
        assertThat(network.addresses(IpFamily.IPV4))
                .extracting(each -> each.interfaceIndex() + " " + each.prefix())
                .containsExactlyInAnyOrder("1 127.0.0.1/8", veth + " 10.1.0.1/24");
        assertThat(network.addresses(IpFamily.IPV6))
                .extracting(NetworkAddress::address)
                .contains(address("2001:db8:1::1"), address("::1"));
    }

    @Test
    void addsReplacesAndDeletesARoute() throws Exception {
        NetworkRoute route =
                NetworkRoute.device(prefix("10.9.0.0", 16), TABLE, PROTOCOL, veth)
                        .withSource(Optional.of(address("10.1.0.1")))
                        .withMtu(1400);
        network.addRoute(route);
        assertThat(network.routes(IpFamily.IPV4, TABLE)).containsExactly(route);
        assertThat(json("route", "show", "table", "27248"))
                .singleElement()
                .satisfies(
                        seen ->
                                assertThat(seen)
                                        .containsEntry("dst", "10.9.0.0/16")
                                        .containsEntry("dev", "veth0")
                                        .containsEntry("prefsrc", "10.1.0.1")
                                        .containsEntry("protocol", "106")
                                        .containsEntry("mtu", "1400"));

        network.replaceRoute(route.withMtu(1300));
        assertThat(json("route", "show", "table", "27248"))
                .singleElement()
                .satisfies(seen -> assertThat(seen).containsEntry("mtu", "1300"));

        network.deleteRoute(route);
        assertThat(network.routes(IpFamily.IPV4, TABLE)).isEmpty();
        assertThat(network.routes(IpFamily.IPV4, 4242)).as("a table that never was").isEmpty();
    }

    @Test
    void addsReplacesAndDeletesARouteOfIpv6() throws Exception {
        NetworkRoute route =
                NetworkRoute.device(prefix("2001:db8:9::", 48), TABLE, PROTOCOL, veth)
                        .withSource(Optional.of(address("2001:db8:1::1")))
                        .withMtu(1400);
        NetworkRoute nowhere =
                NetworkRoute.nowhere(prefix("ff00::", 8), NetworkRoute.Type.THROW, TABLE, PROTOCOL);
        network.replaceRoute(route);
        network.addRoute(nowhere);
        assertThat(network.routes(IpFamily.IPV6, TABLE)).containsExactlyInAnyOrder(route, nowhere);
        assertThat(json("-6", "route", "show", "table", "27248"))
                .extracting(seen -> seen.get("dst"))
                .containsExactlyInAnyOrder("2001:db8:9::/48", "ff00::/8");
        network.replaceRoute(route.withMtu(1300));
        assertThat(network.routes(IpFamily.IPV6, TABLE))
                .containsExactlyInAnyOrder(route.withMtu(1300), nowhere);
        network.deleteRoute(route);
        network.deleteRoute(nowhere);
        assertThat(network.routes(IpFamily.IPV6, TABLE)).isEmpty();
    }

    @Test
    void readsARouteThatIpHasMade() throws Exception {
        hosts.ip(
                "a",
                "route",
                "add",
                "default",
                "via",
                "10.1.0.2",
                "metric",
                "7",
                "proto",
                "static");
        assertThat(network.routes(IpFamily.IPV4, Rtnetlink.MAIN_TABLE))
                .contains(
                        new NetworkRoute(
                                prefix("0.0.0.0", 0),
                                NetworkRoute.Type.UNICAST,
                                254,
                                4,
                                veth,
                                Optional.of(address("10.1.0.2")),
                                Optional.empty(),
                                0,
                                7));
    }

    @Test
    void addsAndDeletesRoutesThroughAGateway() throws Exception {
        NetworkRoute route =
                NetworkRoute.device(prefix("0.0.0.0", 0), TABLE, PROTOCOL, veth)
                        .withGateway(address("10.1.0.2"));
        network.addRoute(route);
        assertThat(network.routes(IpFamily.IPV4, TABLE)).containsExactly(route);
        network.deleteRoute(route);
        assertThat(network.routes(IpFamily.IPV4, TABLE)).isEmpty();
    }

    @Test
    void appliesThousandsOfRoutesAndTellsWhichWereRefused() throws Exception {
        List<RouteChange> changes = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            Prefix destination = prefix("10.%d.%d.0".formatted(100 + i / 250, i % 250), 24);
            changes.add(
                    new RouteChange(
                            RouteChange.Kind.ADD,
                            NetworkRoute.device(destination, TABLE, PROTOCOL, veth)));
        }
        RouteChange again = changes.get(100);
        changes.add(again);
        assertThat(network.apply(changes))
                .singleElement()
                .satisfies(
                        refusal -> {
                            assertThat(refusal.change()).isEqualTo(again);
                            assertThat(refusal.reason().errnoName()).isEqualTo("EEXIST");
                        });
        assertThat(network.routes(IpFamily.IPV4, TABLE)).hasSize(3000);
        List<RouteChange> undo =
                IntStream.range(0, 3000)
                        .mapToObj(
                                i ->
                                        new RouteChange(
                                                RouteChange.Kind.DELETE, changes.get(i).route()))
                        .toList();
        assertThat(network.apply(undo)).isEmpty();
        assertThat(network.routes(IpFamily.IPV4, TABLE)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void addsAndDeletesARule(IpFamily family) throws Exception {
        NetworkRule rule = NetworkRule.unlessMarked(family, TABLE, TABLE, TABLE, PROTOCOL);
        network.addRule(rule);
        assertThat(network.rules(family)).contains(rule);
        String version = family == IpFamily.IPV4 ? "-4" : "-6";
        assertThat(json(version, "rule", "show"))
                .anySatisfy(
                        seen ->
                                assertThat(seen)
                                        .containsEntry("priority", "27248")
                                        .containsEntry("fwmark", "0x6a70")
                                        .containsEntry("table", "27248")
                                        .containsEntry("protocol", "106")
                                        .containsKey("not"));
        assertThatThrownBy(() -> network.addRule(rule))
                .isInstanceOf(OsException.class)
                .hasMessageContaining("RTM_NEWRULE(27248: not from all fwmark 0x6a70/0xffffffff")
                .hasMessageContaining("EEXIST (file exists)");
        network.deleteRule(rule);
        assertThat(network.rules(family)).doesNotContain(rule);
        assertThatThrownBy(() -> network.deleteRule(rule)).hasMessageContaining("ENOENT");
    }

    @Test
    void tellsHowAPacketWouldGoWithAMarkAndWithout() throws Exception {
        hosts.ip("a", "route", "add", "default", "via", "10.1.0.2");
        hosts.join("a", "", "b", "");
        hosts.ip("a", "route", "add", "10.9.0.0/16", "dev", "veth1", "table", "27248");
        network.addRule(NetworkRule.unlessMarked(IpFamily.IPV4, TABLE, TABLE, TABLE, PROTOCOL));

        NetworkRoute marked = network.routeTo(address("10.9.1.1"), TABLE).orElseThrow();
        assertThat(marked.interfaceIndex()).isEqualTo(veth);
        assertThat(marked.source()).contains(address("10.1.0.1"));
        assertThat(marked.gateway()).contains(address("10.1.0.2"));
        assertThat(marked.table()).isEqualTo(Rtnetlink.MAIN_TABLE);

        NetworkRoute diverted = network.routeTo(address("10.9.1.1"), 0).orElseThrow();
        assertThat(diverted.interfaceIndex()).isEqualTo(link("veth1").index());
        assertThat(diverted.table()).isEqualTo(TABLE);

        NetworkRoute six = network.routeTo(address("2001:db8:1::7"), TABLE).orElseThrow();
        assertThat(six.source()).contains(address("2001:db8:1::1"));
        assertThat(six.table()).isEqualTo(Rtnetlink.MAIN_TABLE);
    }

    @Test
    void hasNoWayToWhereNoRouteLeads() throws Exception {
        hosts.ip("a", "route", "add", "blackhole", "10.7.0.0/16");
        hosts.ip("a", "route", "add", "prohibit", "10.8.0.0/16");
        assertThat(network.routeTo(address("10.6.0.1"), 0)).isEmpty();
        assertThat(network.routeTo(address("10.7.0.1"), 0)).isEmpty();
        assertThat(network.routeTo(address("10.8.0.1"), 0)).isEmpty();
        hosts.ip("a", "route", "add", "blackhole", "2001:db8:8::/48");
        hosts.ip("a", "route", "add", "prohibit", "2001:db8:9::/48");
        assertThat(network.routeTo(address("2001:db8:7::1"), 0)).isEmpty();
        assertThat(network.routeTo(address("2001:db8:8::1"), 0)).isEmpty();
        assertThat(network.routeTo(address("2001:db8:9::1"), 0)).isEmpty();
    }

    @Test
    void passesOnTheKernelsWordsWithARefusal() {
        NetworkRoute route =
                NetworkRoute.device(prefix("10.9.0.0", 16), TABLE, PROTOCOL, veth)
                        .withSource(Optional.of(address("10.1.0.77")));
        assertThatThrownBy(() -> network.addRoute(route))
                .isInstanceOf(OsException.class)
                .hasMessage(
                        "RTM_NEWROUTE(10.9.0.0/16 dev %d src 10.1.0.77 table 27248 proto 106):"
                                        .formatted(veth)
                                + " EINVAL (invalid argument): Invalid prefsrc address");
        assertThatThrownBy(() -> network.deleteRoute(route)).hasMessageContaining("ESRCH");
    }

    @Test
    void hearsOfWhatOthersChange() throws Exception {
        EnumSet<NetworkMonitor.Topic> all = EnumSet.allOf(NetworkMonitor.Topic.class);
        try (NetworkMonitor monitor = hosts.in("a", () -> NetworkMonitor.open(all))) {
            assertThat(monitor.read()).isEmpty();
            hosts.ip("a", "address", "add", "10.1.0.9/24", "dev", "veth0");
            assertThat(events(monitor))
                    .anySatisfy(
                            event ->
                                    assertThat(event)
                                            .isInstanceOfSatisfying(
                                                    NetworkEvent.AddressChanged.class,
                                                    changed ->
                                                            assertThat(changed.address().prefix())
                                                                    .isEqualTo(
                                                                            prefix(
                                                                                    "10.1.0.9",
                                                                                    24))));
            NetworkRule rule =
                    NetworkRule.unlessMarked(IpFamily.IPV6, TABLE, TABLE, TABLE, PROTOCOL);
            network.addRule(rule);
            assertThat(events(monitor)).contains(new NetworkEvent.RuleAdded(rule));
            network.deleteRule(rule);
            assertThat(events(monitor)).contains(new NetworkEvent.RuleGone(rule));
            NetworkRoute route = NetworkRoute.device(prefix("10.9.0.0", 16), TABLE, PROTOCOL, veth);
            network.addRoute(route);
            assertThat(events(monitor)).contains(new NetworkEvent.RouteChanged(route));
            network.deleteRoute(route);
            assertThat(events(monitor)).contains(new NetworkEvent.RouteGone(route));
            hosts.ip("a", "link", "set", "veth0", "down");
            assertThat(events(monitor))
                    .anySatisfy(
                            event ->
                                    assertThat(event)
                                            .isInstanceOfSatisfying(
                                                    NetworkEvent.LinkChanged.class,
                                                    changed ->
                                                            assertThat(changed.link().isUp())
                                                                    .isFalse()));
            hosts.ip("a", "link", "delete", "veth0");
            assertThat(events(monitor))
                    .anySatisfy(
                            event -> assertThat(event).isInstanceOf(NetworkEvent.LinkGone.class));
        }
    }

    @Test
    void saysSoWhenItHasMissedSomething() throws Exception {
        EnumSet<NetworkMonitor.Topic> routes = EnumSet.of(NetworkMonitor.Topic.ROUTES);
        try (NetworkMonitor monitor = hosts.in("a", () -> NetworkMonitor.open(routes, 4096))) {
            List<RouteChange> changes =
                    IntStream.range(0, 200)
                            .mapToObj(i -> prefix("10.100.%d.0".formatted(i), 24))
                            .map(each -> NetworkRoute.device(each, TABLE, PROTOCOL, veth))
                            .map(each -> new RouteChange(RouteChange.Kind.ADD, each))
                            .toList();
            assertThat(network.apply(changes)).isEmpty();
            List<NetworkEvent> events = new ArrayList<>();
            List<NetworkEvent> more = monitor.read();
            while (!more.isEmpty()) {
                events.addAll(more);
                more = monitor.read();
            }
            assertThat(events).contains(new NetworkEvent.Resync()).hasSizeLessThan(200);
        }
    }

    private static List<NetworkEvent> events(NetworkMonitor monitor) throws OsException {
        try (Poller poller = Poller.create(1)) {
            int slot = poller.add(monitor.descriptor(), true, false);
            poller.await(PATIENCE);
            assertThat(poller.isReadable(slot)).isTrue();
            return monitor.read();
        }
    }

    private NetworkLink link(String name) throws OsException {
        return network.links().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// The objects that `ip -j` lists, values as text; what they nest stands flat.
    private List<Map<String, String>> json(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-j"));
        all.addAll(List.of(arguments));
        List<Map<String, String>> objects = new ArrayList<>();
        try (JsonParser parser =
                new JsonFactory()
                        .createParser(
                                ObjectReadContext.empty(),
                                hosts.ip("a", all.toArray(String[]::new)))) {
            int depth = 0;
            String key = "";
            JsonToken token = parser.nextToken();
            while (token != null) {
                if (token == JsonToken.START_OBJECT) {
                    if (depth++ == 0) {
                        objects.add(new LinkedHashMap<>());
                    }
                } else if (token == JsonToken.END_OBJECT) {
                    depth--;
                } else if (token == JsonToken.PROPERTY_NAME) {
                    key = parser.currentName();
                } else if (token.isScalarValue()) {
                    objects.getLast().put(key, String.valueOf(parser.getString()));
                }
                token = parser.nextToken();
            }
        }
        return objects;
    }

    private static Prefix prefix(String address, int length) {
        return new Prefix(address(address), length);
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }
}
