package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jipsec.dataplane.TestPackets.A4;
import static org.jipsec.dataplane.TestPackets.A6;
import static org.jipsec.dataplane.TestPackets.B4;
import static org.jipsec.dataplane.TestPackets.B6;
import static org.jipsec.dataplane.TestSas.policy;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

/// SAs from or to the unspecified address, found as Linux's `xfrm_state_find` finds them.
class WildcardSaTests {
    private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY6 = InetAddress.ofLiteral("::");
    private static final PolicyRule ESP = TestSas.transport(IpsecProtocol.ESP);

    @ParameterizedTest(name = "IPv4: {0}")
    @ValueSource(booleans = {true, false})
    void anSaFromAnywhereSendsForAnySource(boolean ipv4) {
        InetAddress from = ipv4 ? A4 : A6;
        InetAddress to = ipv4 ? B4 : B6;
        TwoHosts hosts = new TwoHosts(from, to);
        hosts.addToBoth(TestSas.esp(ipv4 ? ANY4 : ANY6, to, 0x201));
        hosts.left.add(policy(Direction.OUT, from, to, ESP));
        hosts.right.add(policy(Direction.IN, from, to, ESP));
        hosts.left.send(TestPings.request(from, to, 1));
        hosts.run();
        assertThat(hosts.wire)
                .singleElement()
                .asString()
                .contains("ESP(spi=0x00000201,seq=0x1)")
                .startsWith(ipv4 ? "192.168.1.100 >" : "2001:db8:1::100 >");
        assertThat(hosts.right.received()).containsExactly(TestPings.request(from, to, 1));
    }

    @Test
    void anSaFromThePacketsOwnSourceComesFirst() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(TestSas.esp(A4, B4, 0x202));
        hosts.left.add(TestSas.esp(ANY4, B4, 0x201));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.send(TestPings.request(A4, B4, 1));
        assertThat(hosts.wire).singleElement().asString().contains("spi=0x00000202");
    }

    @Test
    void anSaToAnywhereSendsNothing() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.left.add(TestSas.esp(A4, ANY4, 0x201));
        hosts.left.add(policy(Direction.OUT, A4, B4, ESP));
        hosts.left.send(TestPings.request(A4, B4, 1));
        assertThat(hosts.wire).isEmpty();
        assertThat(hosts.left.count(PacketCounters.Event.HELD)).isEqualTo(1);
    }

    @Test
    void aTunnelFromAnywhereStartsWhereItsRuleSays() {
        TwoHosts hosts = new TwoHosts(A4, B4);
        hosts.addToBoth(TestSas.esp(ANY4, B4, 0x201).mode(SaMode.TUNNEL));
        PolicyRule rule = TestSas.tunnel(IpsecProtocol.ESP, A4, B4);
        hosts.left.add(policy(Direction.OUT, A4, B4, rule));
        hosts.left.send(TestPings.request(A4, B4, 1));
        assertThat(hosts.wire)
                .containsExactly("192.168.1.100 > 192.168.2.100: ESP(spi=0x00000201,seq=0x1) (DF)");
    }
}
