package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.KeyService;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// With ip(8), nft(8) and another host as the witnesses.
@RequiresWire
class DiversionWireTests {
    private static final String A = "10.1.0.1";
    private static final String B = "10.1.0.2";
    private static final String A6 = "2001:db8:1::1";
    private static final String B6 = "2001:db8:1::2";

    private static final String OTHERS =
            "nft 'add table ip others; add chain ip others input { type filter hook input priority"
                + " 0; }; add rule ip others input tcp dport 7 drop'; ip rule add from 10.77.0.0/16"
                + " lookup 77 priority 100; ip route add 10.78.0.0/16 via 10.1.0.2 table 77";

    @Test
    void routesFollowThePolicies() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            assertThat(host.rules().lines().filter(line -> line.startsWith("27248:")))
                    .hasSize(2)
                    .containsOnly("27248:	not from all fwmark 0x6a70 lookup 27248 proto 106");
            host.add(
                    TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B)),
                    TestPolicies.esp(Direction.OUT, TestPolicies.between(A6, B6)),
                    TestPolicies.none(Direction.OUT, TestPolicies.between(A, "10.1.0.3")));
            assertThat(host.routes("-4"))
                    .containsExactly(
                            B + " dev jipsec0 proto 106 scope link src " + A + " mtu 1426");
            assertThat(host.routes("-6"))
                    .singleElement()
                    .asString()
                    .startsWith(B6 + " dev jipsec0 proto 106 src " + A6 + " metric 1024 mtu 1430");
            host.delete(TestPolicies.esp(Direction.OUT, TestPolicies.between(A6, B6)));
            assertThat(host.routes("-6")).isEmpty();
            host.run(new SadbOperation.FlushPolicies());
            host.diversion().awaitApplied();
            assertThat(host.routes("-4")).isEmpty();
            assertThat(host.messages).isEmpty();
        }
    }

    @Test
    void clearTextThatAPolicyForbidsIsDroppedAndCounted() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.hosts.ip("b", "address", "add", "10.1.0.66/24", "dev", "veth0");
            Selector all = TestPolicies.between("10.1.0.66", A);
            Selector open = new Selector(all.source(), 0, all.destination(), 2000, 17);
            Selector free = new Selector(all.source(), 0, all.destination(), 9, 17);
            Selector optional = TestPolicies.between(B, A);
            host.add(
                    TestPolicies.none(Direction.IN, open),
                    TestPolicies.none(Direction.IN, free),
                    TestPolicies.esp(Direction.IN, all),
                    TestPolicies.espIfThere(Direction.IN, optional));
            assertThat(host.arrives("10.1.0.66", A, 2001)).as("forged").isFalse();
            assertThat(host.forbidden()).isEqualTo(1);
            assertThat(host.arrives("10.1.0.66", A, 2000)).as("none").isTrue();
            assertThat(host.arrives("10.1.0.66", A, 500)).as("IKE").isTrue();
            assertThat(host.arrives("10.1.0.66", A, 4500)).as("IKE").isTrue();
            assertThat(host.arrives(B, A, 2001)).as("use").isTrue();
            assertThat(host.arrives("10.1.0.66", A, 10_000)).as("no port of ours").isFalse();
            host.diversion().encapsulationPorts(Set.of(10_000));
            assertThat(host.arrives("10.1.0.66", A, 10_000)).as("encapsulated ESP").isTrue();
            assertThat(host.forbidden()).isEqualTo(2);
            host.delete(TestPolicies.esp(Direction.IN, all));
            assertThat(host.arrives("10.1.0.66", A, 2001)).isTrue();
            assertThat(host.messages).isEmpty();
        }
    }

    @Test
    void protectedPacketsAndNeighboursPass() throws Exception {
        String count =
                "nft 'add table inet witness; add chain inet witness input { type filter hook input"
                    + " priority 10; }; add rule inet witness input meta l4proto { esp, comp }"
                    + " counter; add rule inet witness input ip protocol ah counter; add rule inet"
                    + " witness input ip6 nexthdr ah counter'";
        try (DivertedHost host = new DivertedHost(false, count)) {
            host.add(
                    TestPolicies.esp(Direction.IN, TestPolicies.between(B, A)),
                    TestPolicies.esp(Direction.IN, TestPolicies.between(B6, A6)));
            host.hosts.run(
                    "b",
                    "python3",
                    "-c",
                    """
                    import socket
                    for family, to in ((socket.AF_INET, '10.1.0.1'), (socket.AF_INET6, '2001:db8:1::1')):
                        for protocol in (50, 51, 108):
                            s = socket.socket(family, socket.SOCK_RAW, protocol)
                            s.sendto(bytes([17, 4, 0, 0]) + bytes(36), (to, 0))
                    """);
            host.eventually(
                    () -> {
                        String seen =
                                host.hosts.run("a", "nft", "list", "table", "inet", "witness");
                        return seen.contains("{ esp, ipcomp } counter packets 4")
                                && seen.contains("protocol ah counter packets 1")
                                && seen.contains("nexthdr ah counter packets 1");
                    });
            assertThat(host.forbidden()).isZero();
        }
    }

    @Test
    void whatOthersHaveStaysAndOursGoes() throws Exception {
        try (DivertedHost host = new DivertedHost(true, OTHERS)) {
            host.closeDiversion();
            String rules = host.rules();
            String ruleset = host.ruleset();
            String routes = host.hosts.ip("a", "route", "show", "table", "all");
            assertThat(rules + ruleset + routes).doesNotContain("27248").doesNotContain("jipsec {");
            try (Diversion again = host.start(true)) {
                host.run(
                        new SadbOperation.AddPolicy(
                                TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B))));
                host.run(
                        new SadbOperation.AddPolicy(
                                TestPolicies.esp(Direction.IN, TestPolicies.between(B, A))));
                again.awaitApplied();
                assertThat(host.ruleset()).startsWith(ruleset).contains("maxseg size set rt mtu");
                assertThat(host.rules().replaceAll("27248:.*\n", "")).isEqualTo(rules);
                assertThat(host.hosts.ip("a", "route", "show", "table", "all"))
                        .contains("jipsec0 table 27248");
            }
            assertThat(host.rules()).isEqualTo(rules);
            assertThat(host.ruleset()).isEqualTo(ruleset);
            assertThat(host.hosts.ip("a", "route", "show", "table", "all")).isEqualTo(routes);
        }
    }

    @Test
    void whatAKilledPredecessorLeftIsRemoved() throws Exception {
        String left =
                "ip rule add not fwmark 27248 lookup 27248 priority 27248 protocol 106; ip rule add"
                    + " lookup 27248 priority 5 protocol 106; ip -6 rule add not fwmark 27248"
                    + " lookup 27248 priority 27248 protocol 106; ip route add 10.99.0.0/16 dev"
                    + " veth0 table 27248 proto 106; ip route add unreachable 10.99.0.0/16 metric"
                    + " 4278198272 table 27248 proto 106; echo 2 >"
                    + " /proc/sys/net/ipv4/conf/veth0/rp_filter; nft 'add table inet jipsec; add"
                    + " chain inet jipsec input { type filter hook input priority -5; }; add rule"
                    + " inet jipsec input drop; add chain inet jipsec before; add rule inet jipsec"
                    + " before return comment \"rp_filter 0 veth0\"'";
        try (DivertedHost host = new DivertedHost(false, left)) {
            assertThat(host.routes("-4")).isEmpty();
            assertThat(host.rules().lines().filter(line -> line.contains("27248"))).hasSize(2);
            assertThat(host.ruleset()).doesNotContain("\tdrop").contains("goto in4");
            assertThat(host.hosts.run("a", "cat", "/proc/sys/net/ipv4/conf/veth0/rp_filter"))
                    .isEqualTo("0\n");
            assertThat(host.hosts.ip("a", "route", "show", "table", "all")).doesNotContain("10.99");
            assertThat(host.arrives(B, A, 2000)).isTrue();
        }
    }

    @Test
    void whatOthersTakeAwayIsPutBackAndToldOnce() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.add(
                    TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B)),
                    TestPolicies.esp(Direction.IN, TestPolicies.between("10.1.0.66", A)));
            // Sets stand in the order in which they came: policies of one moment, or one by one.
            List<String> ruleset = host.ruleset().lines().sorted().toList();
            List<String> routes = host.routes("-4");

            host.hosts.run("a", "nft", "flush", "ruleset");
            host.eventually(() -> host.ruleset().lines().sorted().toList().equals(ruleset));
            host.eventually(() -> host.messages.size() == 1);

            String rules = host.rules();
            host.hosts.ip("a", "rule", "delete", "priority", "27248");
            host.eventually(() -> host.rules().equals(rules));
            host.eventually(() -> host.messages.size() == 2);

            host.hosts.ip("a", "route", "flush", "table", "27248");
            host.eventually(() -> host.routes("-4").equals(routes));
            host.hosts.ip("a", "route", "add", "10.5.0.0/16", "dev", "veth0", "table", "27248");
            host.eventually(() -> host.routes("-4").equals(routes));
            host.eventually(() -> host.messages.size() == 4);
        }
    }

    @Test
    void routesFollowAddressesAndDevices() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.add(TestPolicies.esp(Direction.OUT, TestPolicies.between("0.0.0.0/0", B)));
            host.hosts.ip("a", "address", "delete", "10.1.0.1/24", "dev", "veth0");
            host.hosts.ip("a", "address", "add", "10.1.0.7/24", "dev", "veth0");
            host.eventually(() -> host.routes("-4").toString().contains("src 10.1.0.7"));
            host.hosts.ip("a", "link", "set", "veth0", "mtu", "1400");
            host.eventually(() -> host.routes("-4").toString().contains("mtu 1330"));
            host.hosts.ip("a", "link", "set", "jipsec0", "down");
            host.eventually(() -> host.messages.toString().contains("WARNING"));
            assertThat(host.hosts.run("a", "sh", "-c", "ip route get 10.1.0.2 2>&1 || true"))
                    .as("nothing leaves in clear meanwhile")
                    .contains("No route to host");
            host.hosts.ip("a", "link", "set", "jipsec0", "up");
            host.eventually(() -> host.routes("-4").toString().contains("src 10.1.0.7"));
            host.eventually(() -> host.messages.toString().contains("diverted into jipsec0 again"));
        }
    }

    @Test
    void theAnswerComesWhenAllIsInPlace() throws Exception {
        try (DivertedHost host = new DivertedHost(false);
                KeyService service = new KeyService(host.engine.backend())) {
            service.answerAfter(host.diversion()::awaitApplied);
            MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
            service.attach(pair.service());
            try (PfkeyBackend client =
                    PfkeyBackend.open(
                            pair.client(), 1, PfkeyBackend.Peer.SERVICE, Duration.ofMinutes(2))) {
                List<SadbOperation> operations = new ArrayList<>();
                for (int i = 0; i < 5000; i++) {
                    String peer = "10.8." + i / 250 + "." + i % 250;
                    operations.add(
                            new SadbOperation.AddPolicy(
                                    TestPolicies.esp(
                                            Direction.OUT, TestPolicies.between(A, peer))));
                    operations.add(
                            new SadbOperation.AddPolicy(
                                    TestPolicies.esp(Direction.IN, TestPolicies.between(peer, A))));
                }
                List<SadbReply> refused = new ArrayList<>();
                client.executeAll(
                        operations,
                        (_, reply) -> {
                            if (!(reply instanceof SadbReply.Done)) {
                                refused.add(reply);
                            }
                        });
                assertThat(refused).isEmpty();
                assertThat(host.routes("-4")).hasSize(5000);
                assertThat(host.ruleset().split(" \\. 10\\.1\\.0\\.1")).hasSize(5001);
                client.execute(new SadbOperation.FlushPolicies());
                assertThat(host.routes("-4")).isEmpty();
            }
        }
    }

    @Test
    void makesAStrictReversePathFilterLooseForAsLongAsItIsOpen() throws Exception {
        String strict = "echo 1 > /proc/sys/net/ipv4/conf/veth0/rp_filter";
        try (DivertedHost host = new DivertedHost(false, strict)) {
            assertThat(host.hosts.run("a", "cat", "/proc/sys/net/ipv4/conf/veth0/rp_filter"))
                    .isEqualTo("2\n");
            assertThat(host.hosts.run("a", "cat", "/proc/sys/net/ipv4/conf/jipsec0/rp_filter"))
                    .isEqualTo("0\n");
            assertThat(host.messages).singleElement().asString().contains("veth0");
            assertThat(host.ruleset()).contains("comment \"rp_filter 1 veth0\"");
            host.add(TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B)));
            assertThat(host.arrives(B, A, 2000)).isTrue();
            host.closeDiversion();
            assertThat(host.hosts.run("a", "cat", "/proc/sys/net/ipv4/conf/veth0/rp_filter"))
                    .isEqualTo("1\n");
        }
    }

    @Test
    void withoutNftWarnsLoudlyAndDivertsAllTheSame() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.closeDiversion();
            try (Diversion bare = host.start(false, Optional.empty())) {
                assertThat(host.messages)
                        .singleElement()
                        .asString()
                        .startsWith("WARNING: nft(8) is not installed")
                        .contains("install nftables");
                assertThat(bare.isFiltering()).isFalse();
                host.run(
                        new SadbOperation.AddPolicy(
                                TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B))));
                bare.awaitApplied();
                assertThat(host.routes("-4")).hasSize(1);
                assertThat(host.ruleset()).isEmpty();
            }
        }
    }

    /// As on a kernel without nf_tables.
    @Test
    void whatNftCannotDoIsToldOnceAndNeverTakenBack() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.closeDiversion();
            try (Diversion bare = host.start(false, Optional.of(new Nft(Path.of("/bin/false"))))) {
                bare.encapsulationPorts(Set.of(10_000));
                host.run(
                        new SadbOperation.AddPolicy(
                                TestPolicies.esp(Direction.IN, TestPolicies.between(B, A))));
                bare.awaitApplied();
                host.forbidden();
                assertThat(bare.isFiltering()).isFalse();
            }
            assertThat(host.messages)
                    .singleElement()
                    .asString()
                    .startsWith("WARNING: clear text is let in");
        }
    }

    /// The same process may hold the policies no more when it ends, so that nobody knows whom to
    /// let out in clear: nobody.
    @Test
    void tellsThatItHasStoppedAndLetsNothingOutOrInUntilItsSuccessorComes() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.add(
                    TestPolicies.esp(Direction.OUT, TestPolicies.between(A, B)),
                    TestPolicies.none(
                            Direction.IN,
                            new Selector(TestPolicies.prefix(B), 0, TestPolicies.prefix(A), 9, 17)),
                    TestPolicies.esp(Direction.IN, TestPolicies.between(B, A)));
            host.learnt =
                    _ -> {
                        throw new IllegalStateException("a bug");
                    };
            host.diversion().pathMtuChanged();
            assertThat(host.failures.poll(30, TimeUnit.SECONDS))
                    .isEqualTo(
                            "the diversion of packets has stopped:"
                                    + " java.lang.IllegalStateException: a bug");
            host.diversion().awaitApplied();
            host.closeDiversion();
            host.closeDevice();
            assertThat(host.hosts.run("a", "sh", "-c", "ip route get 10.1.0.2 2>&1 || true"))
                    .contains("No route to host");
            assertThat(host.arrives(B, A, 2000)).isFalse();

            host.learnt = _ -> Integer.MAX_VALUE;
            host.run(new SadbOperation.FlushPolicies());
            host.reopenDevice();
            host.start(false).close();
            assertThat(host.rules()).doesNotContain("27248");
            assertThat(host.ruleset()).isEmpty();
        }
    }

    /// By the kernel's news: the next look at everything is in a minute, longer than this waits.
    @Test
    void putsAFlushedFilterBackAtOnce() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            host.add(
                    TestPolicies.none(
                            Direction.IN,
                            new Selector(TestPolicies.prefix(B), 0, TestPolicies.prefix(A), 9, 17)),
                    TestPolicies.esp(Direction.IN, TestPolicies.between(B, A)));
            for (int i = 1; i <= 3; i++) {
                String ruleset = host.ruleset();
                host.hosts.run("a", "nft", "flush", "ruleset");
                host.eventually(() -> host.ruleset().equals(ruleset));
            }
            assertThat(host.arrives(B, A, 2000)).isFalse();
        }
    }

    @Test
    void neitherItsOwnChangesNorThoseOfOthersTablesAreTold() throws Exception {
        try (DivertedHost host = new DivertedHost(false)) {
            for (int i = 1; i <= 20; i++) {
                host.add(TestPolicies.esp(Direction.IN, TestPolicies.between("10.2.0." + i, A)));
            }
            host.hosts.run("a", "nft", "add table ip others");
            host.hosts.run("a", "nft", "delete table ip others");
            host.diversion().encapsulationPorts(Set.of(10_000)); // behind all looks
            assertThat(host.messages).isEmpty();
        }
    }
}
