package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/// The worked example of spec/setkey.md 7.3 and what neither it nor the goldens show.
class PolicyFormatterTests {
    private static final Instant ADDED = Instant.parse("2023-11-14T22:13:20Z");

    @Test
    void printsRulesWithTheirReqids() {
        Policy policy =
                policy(
                        new Selector(prefix("172.16.1.0", 24), 0, prefix("172.16.2.0", 24), 0, 255),
                        Direction.OUT,
                        0x8000_0000 - 100,
                        25,
                        new PolicyRule(
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                PolicyLevel.UNIQUE,
                                16389,
                                Optional.of(
                                        new PolicyRule.Endpoints(
                                                new Endpoint(address("192.168.1.100"), 0),
                                                new Endpoint(address("192.168.2.100"), 4500)))),
                        new PolicyRule(
                                IpsecProtocol.AH,
                                SaMode.TRANSPORT,
                                PolicyLevel.USE,
                                16383,
                                Optional.empty()));
        String text = text(policy, Optional.of(ADDED.plusSeconds(9)), false);
        assertThat(text)
                .isEqualTo(
                        """
                        172.16.1.0/24[any] 172.16.2.0/24[any] 255
                        \tout prio def + 100 ipsec
                        \tesp/tunnel/192.168.1.100-192.168.2.100/unique#16389
                        \tah/transport//use:16383
                        \tcreated: Nov 14 22:13:20 2023  lastused: Nov 14 22:13:29 2023
                        \tlifetime: 0(s) validtime: 0(s)
                        \tspid=25 seq=3 pid=4712
                        \trefcnt=1
                        """);
        assertThat(text(policy, Optional.empty(), true))
                .contains("\tesp/tunnel/192.168.1.100[0]-192.168.2.100[4500]/unique#16389\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    6   | 80    | 0   | 10.0.0.1[80] 10.0.0.2[any] tcp
                    1   | 0     | 0   | 10.0.0.1 10.0.0.2 icmp
                    1   | 8     | 0   | 10.0.0.1 10.0.0.2 icmp 8,0
                    58  | 0     | 4   | 10.0.0.1 10.0.0.2 ipv6-icmp 0,4
                    135 | 5     | 0   | 10.0.0.1 10.0.0.2 mobility-header 5,0
                    47  | 0     | 0   | 10.0.0.1 10.0.0.2 gre
                    47  | 1     | 2   | 10.0.0.1 10.0.0.2 gre 65538
                    47  | 65535 | 1   | 10.0.0.1 10.0.0.2 gre 4294901761
                    4   | 0     | 0   | 10.0.0.1[any] 10.0.0.2[any] ipencap
                    253 | 0     | 0   | 10.0.0.1[any] 10.0.0.2[any] 253
                    255 | 0     | 0   | 10.0.0.1[any] 10.0.0.2[any] 255
                    """)
    void printsTheUpperLayer(int protocol, int sourcePort, int destinationPort, String line) {
        Selector selector =
                new Selector(
                        prefix("10.0.0.1", 32),
                        sourcePort,
                        prefix("10.0.0.2", 32),
                        destinationPort,
                        protocol);
        assertThat(text(policy(selector, Direction.IN, 0, 8), Optional.empty(), false))
                .startsWith(line + "\n\tin ipsec\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, ''",
        "1, ' prio high + 1073741823'",
        "40000000, ' prio high'",
        "5fffffff, ' prio high - 536870911'",
        "60000000, ' prio def + 536870912'",
        "80000000, ' prio def'",
        "9fffffff, ' prio def - 536870911'",
        "a0000000, ' prio low + 536870912'",
        "ffffffff, ' prio low - 1073741823'"
    })
    void printsPrioritiesFromTheNearestBase(String wire, String text) {
        StringBuilder out = new StringBuilder();
        PolicyFormatter.appendPriority(out, Integer.parseUnsignedInt(wire, 16));
        assertThat(out.toString()).isEqualTo(text);
    }

    @Test
    void printsPoliciesOfSocketsWithoutSelector() {
        Policy policy =
                policy(
                        Selector.between(prefix("0.0.0.0", 0), prefix("0.0.0.0", 0)),
                        Direction.IN,
                        0,
                        11);
        assertThat(text(policy, Optional.empty(), false))
                .startsWith("(per-socket policy) \n\tin(socket) ipsec\n\tcreated: ");
    }

    @Test
    void printsLifetimeAndLabel() {
        Policy policy =
                new Policy(
                        Selector.between(prefix("::", 0), prefix("::1", 128)),
                        Direction.FWD,
                        PolicyAction.DISCARD,
                        0,
                        List.of(
                                new PolicyRule(
                                        IpsecProtocol.ESP,
                                        SaMode.TRANSPORT,
                                        PolicyLevel.USE,
                                        0,
                                        Optional.empty())),
                        new Lifetime(
                                0,
                                0,
                                java.time.Duration.ofSeconds(60),
                                java.time.Duration.ofSeconds(30)),
                        Optional.of(new SecurityContext(1, 1, "x")),
                        2);
        assertThat(text(policy, Optional.empty(), false))
                .startsWith("::/0[any] ::1[any] 255\n\tfwd discard\n\tcreated: ")
                .contains("\n\tlifetime: 60(s) validtime: 30(s)\n\tsecurity context doi: 1\n")
                .contains("\tsecurity context: x\n\tspid=2 seq=3");
    }

    @Test
    void takesTheNumberOfAPolicyForUnsigned() {
        Selector selector = new Selector(prefix("10.0.0.1", 32), 0, prefix("10.0.0.2", 32), 0, 255);

        assertThat(text(policy(selector, Direction.OUT, 0, 0x8000_0001), Optional.empty(), false))
                .startsWith("10.0.0.1[any] 10.0.0.2[any] 255\n\tout ipsec")
                .contains("spid=2147483649 ");
        assertThat(text(policy(selector, Direction.OUT, 0, -5), Optional.empty(), false))
                .startsWith("(per-socket policy) \n\tout(socket) ipsec");
    }

    private static String text(Policy policy, Optional<Instant> used, boolean withPorts) {
        StringBuilder out = new StringBuilder();
        new PolicyFormatter(ZoneOffset.UTC, withPorts)
                .append(
                        out,
                        new PolicySnapshot(
                                policy,
                                new CurrentLifetime(0, 0, ADDED, used),
                                new DumpMark(3, 4712, 1)));
        return out.toString();
    }

    private static Policy policy(
            Selector selector, Direction direction, int priority, int id, PolicyRule... rules) {
        return Policy.of(selector, direction, PolicyAction.IPSEC, rules)
                .withPriority(priority)
                .withId(id);
    }

    private static Prefix prefix(String address, int length) {
        return new Prefix(address(address), length);
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }
}
