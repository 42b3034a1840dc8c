package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Rekey;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A peer behind a NAT that forgets: its packets come from another port, or another address, and
/// what goes to it must follow.
class MovingPeerTests {
    private static final InetAddress NAT = IkeWorld.address("192.168.1.1");
    private static final InetAddress OTHER_NAT = IkeWorld.address("192.168.1.2");

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost gateway = world.host("A", "192.168.1.100");
    private final IkeHost hidden = world.host("B", "192.168.2.100");
    private InetAddress outside = NAT;
    private int shift = 1000;

    @BeforeEach
    void connect() {
        world.net(
                (datagram, random, deliver) ->
                        deliver.after(Duration.ofMillis(10), translated(datagram)));
        Settings settings =
                Settings.of(
                        List.of(
                                new TestRemote()
                                        .nat(NatTraversal.ON)
                                        .rekey(Rekey.FORCE)
                                        .generate(GeneratePolicy.REQUIRE)
                                        .build()),
                        List.of(TestSettings.sainfo(Optional.empty())));
        String keys = "192.168.1.100 secret\n192.168.1.1 secret\n192.168.1.2 secret\n";
        gateway.configure(settings, keys);
        hidden.configure(settings, keys);
        hidden.protect(
                Selector.between(Prefix.host(hidden.address), Prefix.host(gateway.address)),
                gateway,
                SaMode.TUNNEL,
                IpsecProtocol.ESP);
        hidden.acquire(gateway);
        world.run(Duration.ofSeconds(5));
        assertThat(gateway.sas()).hasSize(2);
        assertThat(hidden.sas()).hasSize(2);
        assertThat(outbound().destination()).isEqualTo(Endpoint.of(NAT));
    }

    /// Between the two: the hidden one's address and ports are those of the NAT, outside.
    private UdpDatagram translated(UdpDatagram datagram) {
        if (datagram.local().getAddress().equals(hidden.address)) {
            return new UdpDatagram(
                    new InetSocketAddress(outside, datagram.local().getPort() + shift),
                    datagram.remote(),
                    datagram.octets());
        }
        boolean mapped = datagram.remote().getAddress().equals(outside);
        return new UdpDatagram(
                datagram.local(),
                mapped
                        ? new InetSocketAddress(hidden.address, datagram.remote().getPort() - shift)
                        : datagram.remote(),
                datagram.octets());
    }

    private SecurityAssociation outbound() {
        return sasTo(outside).getLast();
    }

    private List<SecurityAssociation> sasTo(InetAddress peer) {
        return gateway.sas().stream()
                .map(each -> each.association())
                .filter(each -> each.destination().equals(Endpoint.of(peer)))
                .toList();
    }

    /// What the stack tells when ESP has come, and was the peer's, by another way.
    private void espComes() {
        SecurityAssociation inbound =
                gateway.sas().stream()
                        .map(each -> each.association())
                        .filter(each -> each.destination().equals(Endpoint.of(gateway.address)))
                        .findFirst()
                        .orElseThrow();
        gateway.give(
                new IkeInput.Told(
                        new SadbEvent.Mapping(
                                new SaId(gateway.address, IpsecProtocol.ESP, inbound.spi()),
                                new Endpoint(NAT, 5500),
                                new Endpoint(outside, 4500 + shift))));
        world.run(Duration.ofSeconds(1));
    }

    @Test
    void anotherPortIsFollowed() {
        shift = 2000;

        espComes();

        assertThat(outbound().encapsulation().orElseThrow().destinationPort()).isEqualTo(6500);
        assertThat(gateway.sas()).hasSize(2);
        assertThat(gateway.log())
                .contains("NAT-T: the peer has moved from 192.168.1.1[5500] to 192.168.1.1[6500]");
    }

    @Test
    void anotherAddressIsFollowedByTheSaAndThePolicyMadeForIt() {
        outside = OTHER_NAT;

        espComes();

        assertThat(sasTo(NAT)).isEmpty();
        assertThat(sasTo(OTHER_NAT)).hasSize(1);
        assertThat(gateway.sas()).hasSize(2);
        assertThat(hidden.sas()).hasSize(2);
        assertThat(policyEndpoints(Direction.OUT).destination()).isEqualTo(Endpoint.of(OTHER_NAT));
        // of the SA that is there, which still has the address it was made with
        assertThat(policyEndpoints(Direction.IN).source()).isEqualTo(Endpoint.of(NAT));
    }

    @Test
    void theNextSasAreForTheNewAddress() {
        outside = OTHER_NAT;
        espComes();

        world.run(Duration.ofHours(8));

        assertThat(sasTo(NAT)).isEmpty();
        assertThat(sasTo(OTHER_NAT)).hasSize(1);
        assertThat(gateway.sas()).hasSize(2);
        assertThat(policyEndpoints(Direction.IN).source()).isEqualTo(Endpoint.of(OTHER_NAT));
    }

    @Test
    void aDeleteOfThePeersMeansTheSaThatHasMoved() {
        outside = OTHER_NAT;
        espComes();

        hidden.give(new IkeInput.Wanted(new IkeWish.Delete(hidden.address, gateway.address)));
        world.run(Duration.ofSeconds(1));

        assertThat(gateway.sas()).isEmpty();
        assertThat(policies()).isEmpty();
    }

    @Test
    void whatMovesAgainWhileItMovesEndsWhereThePeerIs() {
        for (int port = 0; port < 5; port++) {
            shift += 100;
            espComesTwiceAtOnce();
        }
        world.run(Duration.ofSeconds(1));

        assertThat(outbound().encapsulation().orElseThrow().destinationPort())
                .isEqualTo(4500 + shift);
    }

    private void espComesTwiceAtOnce() {
        SaId id =
                new SaId(
                        gateway.address,
                        IpsecProtocol.ESP,
                        gateway.sas().stream()
                                .map(each -> each.association())
                                .filter(
                                        each ->
                                                each.destination()
                                                        .equals(Endpoint.of(gateway.address)))
                                .findFirst()
                                .orElseThrow()
                                .spi());
        for (int port : List.of(4500 + shift - 50, 4500 + shift)) {
            gateway.give(
                    new IkeInput.Told(
                            new SadbEvent.Mapping(
                                    id, new Endpoint(NAT, 5500), new Endpoint(outside, port))));
        }
    }

    private List<PolicyRule.Endpoints> policies() {
        return ((SadbReply.Policies) gateway.execute(new SadbOperation.DumpPolicies()))
                .snapshots().stream()
                        .flatMap(each -> each.policy().rules().stream())
                        .flatMap(rule -> rule.endpoints().stream())
                        .toList();
    }

    private PolicyRule.Endpoints policyEndpoints(Direction direction) {
        return ((SadbReply.Policies) gateway.execute(new SadbOperation.DumpPolicies()))
                .snapshots().stream()
                        .map(each -> each.policy())
                        .filter(each -> each.direction() == direction)
                        .flatMap(each -> each.rules().stream())
                        .flatMap(rule -> rule.endpoints().stream())
                        .findFirst()
                        .orElseThrow();
    }
}
