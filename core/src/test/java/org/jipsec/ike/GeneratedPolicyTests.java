package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.Rekey;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Policies that a responder makes for its peer (`generate_policy`): when they come, and when they
/// go.
class GeneratedPolicyTests {
    private static final String KEYS = "192.168.1.100 secret\n192.168.2.100 secret\n";

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost a = world.host("A", "192.168.1.100");
    private final IkeHost b = world.host("B", "192.168.2.100");

    @BeforeEach
    void protectOneSide() {
        configure(a, new TestRemote().rekey(Rekey.FORCE));
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
    }

    private static void configure(IkeHost host, TestRemote remote) {
        host.configure(
                Settings.of(
                        List.of(remote.build()), List.of(TestSettings.sainfo(Optional.empty()))),
                KEYS);
    }

    private void connect(GeneratePolicy generate) {
        configure(b, new TestRemote().passive().generate(generate));
        a.acquire(b);
        world.run(Duration.ofSeconds(5));
        assertThat(b.sas()).hasSize(2);
        assertThat(policies(b)).hasSize(3);
    }

    private static List<Policy> policies(IkeHost host) {
        return ((SadbReply.Policies) host.execute(new SadbOperation.DumpPolicies()))
                .snapshots().stream().map(each -> each.policy()).toList();
    }

    private static List<Integer> reqids(IkeHost host) {
        return policies(host).stream()
                .flatMap(each -> each.rules().stream())
                .map(rule -> rule.reqid())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRE", "UNIQUE"})
    void liveAsLongAsSasAreRenewed(GeneratePolicy generate) {
        connect(generate);
        List<Integer> before = reqids(b);

        for (int hour = 0; hour < 3 * 24; hour++) {
            world.run(Duration.ofHours(1));
            assertThat(policies(b)).as("hour %d", hour).hasSize(3);
            assertThat(b.sas()).as("hour %d", hour).hasSizeBetween(2, 4);
        }

        assertThat(reqids(b)).isEqualTo(before);
    }

    @Test
    void goWithTheLastSa() {
        connect(GeneratePolicy.REQUIRE);
        world.run(Duration.ofHours(8).minusMinutes(1));
        assertThat(b.sas()).hasSize(4); // the next ones are there already

        a.give(new IkeInput.Wanted(new IkeWish.Delete(a.address, b.address)));
        world.run(Duration.ofSeconds(1));

        assertThat(b.sas()).isEmpty();
        assertThat(policies(b)).isEmpty();
    }

    @Test
    void goWhenTheNegotiationFails() {
        configure(b, new TestRemote().passive().generate(GeneratePolicy.REQUIRE));
        List<Integer> seen = new ArrayList<>();
        // all but the first quick mode's last message: the responder never knows that it is over
        world.net(
                (datagram, random, deliver) -> {
                    seen.add(policies(b).size());
                    boolean proof =
                            isQuick(datagram)
                                    && datagram.local().getAddress().equals(a.address)
                                    && !policies(b).isEmpty();
                    if (!proof) {
                        deliver.after(Duration.ofMillis(10), datagram);
                    }
                });
        a.acquire(b);

        world.run(Duration.ofMinutes(10));

        assertThat(seen).contains(3);
        assertThat(policies(b)).isEmpty();
        assertThat(b.larval()).isEmpty();
    }

    private static boolean isQuick(UdpDatagram datagram) {
        return datagram.octets().u8(18) == 32;
    }

    /// What answers the peer's first packet may come before the peer's last message is dealt with.
    @Test
    void areThereBeforeThePeerCanSend() {
        configure(b, new TestRemote().passive().generate(GeneratePolicy.REQUIRE));
        List<Integer> whenAnswering = new ArrayList<>();
        world.net(
                (datagram, random, deliver) -> {
                    if (isQuick(datagram) && datagram.local().getAddress().equals(b.address)) {
                        whenAnswering.add(policies(b).size());
                    }
                    deliver.after(Duration.ofMillis(10), datagram);
                });
        a.acquire(b);

        world.run(Duration.ofSeconds(5));

        assertThat(whenAnswering).isNotEmpty().allMatch(count -> count == 3);
    }

    @Test
    void whatMeetsThemTooEarlyWaitsForTheNegotiationThatMadeThem() {
        configure(b, new TestRemote().generate(GeneratePolicy.REQUIRE));
        world.net(
                (datagram, random, deliver) -> {
                    deliver.after(Duration.ofMillis(10), datagram);
                    policies(b).stream()
                            .filter(each -> each.direction() == Direction.OUT)
                            .findFirst()
                            .ifPresent(policy -> b.give(acquire(policy)));
                });
        a.acquire(b);

        world.run(Duration.ofSeconds(5));

        assertThat(a.sas()).hasSize(2);
        assertThat(b.sas()).hasSize(2);
        assertThat(b.log()).noneMatch(line -> line.startsWith("initiate new"));
    }

    private IkeInput acquire(Policy policy) {
        return new IkeInput.Told(
                new SadbEvent.Acquire(
                        78,
                        IpsecProtocol.ESP,
                        b.address,
                        a.address,
                        SaMode.TUNNEL,
                        0,
                        policy.id()));
    }
}
