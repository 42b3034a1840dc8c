package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbOperation.AddPolicy;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Done;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

class SadbEnginePolicyTests {
    static final PolicyRule TRANSPORT = transport(PolicyLevel.REQUIRE, 0);

    private final VirtualClock clock = new VirtualClock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);
    private final List<SadbEvent> events = new ArrayList<>();

    SadbEnginePolicyTests() {
        engine.listen(events::add);
    }

    static PolicyRule transport(PolicyLevel level, int reqid) {
        return new PolicyRule(IpsecProtocol.ESP, SaMode.TRANSPORT, level, reqid, Optional.empty());
    }

    static PolicyRule tunnel(PolicyLevel level) {
        return new PolicyRule(
                IpsecProtocol.ESP,
                SaMode.TUNNEL,
                level,
                0,
                Optional.of(new PolicyRule.Endpoints(SadbEngineTests.A, SadbEngineTests.B)));
    }

    static Selector to(String destination) {
        return PolicyClassifierTests.selector("10.0.0.1/32", 0, destination, 0, 255);
    }

    static Policy ipsec(Direction direction, String destination, PolicyRule... rules) {
        return Policy.of(to(destination), direction, PolicyAction.IPSEC, rules);
    }

    private void add(Policy policy) {
        assertThat(engine.execute(new AddPolicy(policy))).isEqualTo(new Done());
    }

    private List<PolicySnapshot> dump() {
        return ((SadbReply.Policies) engine.execute(new SadbOperation.DumpPolicies())).snapshots();
    }

    @Test
    void numbersPoliciesByDirectionAndDumpsTheNewestFirst() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.OUT, "10.0.0.3/32", TRANSPORT));
        add(ipsec(Direction.IN, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.FWD, "10.0.0.2/32", TRANSPORT));
        assertThat(dump())
                .extracting(snapshot -> snapshot.policy().id())
                .containsExactly(26, 16, 9, 1);
        assertThat(dump())
                .extracting(snapshot -> snapshot.mark().sequence())
                .containsExactly(1, 2, 3, 0);
        assertThat(dump()).allSatisfy(one -> assertThat(one.mark().references()).isEqualTo(2));
    }

    @Test
    void givesNoPolicyTheNumberZero() {
        add(ipsec(Direction.IN, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.IN, "10.0.0.3/32", TRANSPORT));
        assertThat(dump()).extracting(one -> one.policy().id()).containsExactly(16, 8);
    }

    @Test
    void keepsRulesInLinuxsForm() {
        PolicyRule.Endpoints ports =
                new PolicyRule.Endpoints(
                        new Endpoint(SadbEngineTests.A.address(), 4500),
                        new Endpoint(SadbEngineTests.B.address(), 4500));
        add(
                ipsec(
                        Direction.OUT,
                        "10.0.0.2/32",
                        transport(PolicyLevel.DEFAULT, 5),
                        new PolicyRule(
                                IpsecProtocol.AH,
                                SaMode.TRANSPORT,
                                PolicyLevel.USE,
                                7,
                                Optional.of(ports)),
                        new PolicyRule(
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                PolicyLevel.UNIQUE,
                                16383,
                                Optional.of(ports))));
        assertThat(dump().get(0).policy().rules())
                .containsExactly(
                        transport(PolicyLevel.REQUIRE, 0),
                        new PolicyRule(
                                IpsecProtocol.AH,
                                SaMode.TRANSPORT,
                                PolicyLevel.USE,
                                0,
                                Optional.empty()),
                        new PolicyRule(
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                PolicyLevel.UNIQUE,
                                16383,
                                tunnel(PolicyLevel.UNIQUE).endpoints()));
    }

    @Test
    void picksReqidsOfItsOwnFrom16384On() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", transport(PolicyLevel.UNIQUE, 0)));
        add(ipsec(Direction.OUT, "10.0.0.3/32", transport(PolicyLevel.UNIQUE, 16384)));
        add(ipsec(Direction.OUT, "10.0.0.4/32", transport(PolicyLevel.UNIQUE, 32768)));
        assertThat(dump())
                .extracting(one -> one.policy().rules().get(0).reqid())
                .containsExactly(16386, 16385, 16384);
    }

    @Test
    void takesRulesOnlyFromIpsec() {
        add(Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.DISCARD, TRANSPORT));
        add(Policy.of(to("10.0.0.3/32"), Direction.OUT, PolicyAction.IPSEC));
        assertThat(dump())
                .extracting(one -> one.policy().action())
                .containsExactly(PolicyAction.NONE, PolicyAction.DISCARD);
        assertThat(dump()).allSatisfy(one -> assertThat(one.policy().rules()).isEmpty());
    }

    @Test
    void refusesASecondPolicyOfTheSameSelectorAndDirection() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.IN, "10.0.0.2/32", TRANSPORT));
        Policy again = Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.DISCARD);
        assertThat(engine.execute(new AddPolicy(again)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EEXIST));
        add(
                new Policy(
                        again.selector(),
                        Direction.OUT,
                        PolicyAction.DISCARD,
                        PolicyPriority.DEFAULT,
                        List.of(),
                        Lifetime.UNLIMITED,
                        Optional.of(new SecurityContext(1, 1, "label")),
                        0));
    }

    static Stream<Arguments> refusals() {
        PolicyRule oneEnd =
                new PolicyRule(
                        IpsecProtocol.ESP, SaMode.TUNNEL, PolicyLevel.REQUIRE, 0, Optional.empty());
        PolicyRule anyMode =
                new PolicyRule(
                        IpsecProtocol.ESP, SaMode.ANY, PolicyLevel.REQUIRE, 0, Optional.empty());
        PolicyRule tcp =
                new PolicyRule(
                        IpsecProtocol.TCP,
                        SaMode.TRANSPORT,
                        PolicyLevel.REQUIRE,
                        0,
                        Optional.empty());
        PolicyRule[] seven = Collections.nCopies(7, TRANSPORT).toArray(new PolicyRule[0]);
        return Stream.of(
                Arguments.of(
                        "entrust",
                        Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.ENTRUST)),
                Arguments.of(
                        "bypass", Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.BYPASS)),
                Arguments.of("no direction", ipsec(Direction.ANY, "10.0.0.2/32", TRANSPORT)),
                Arguments.of("a tunnel without ends", ipsec(Direction.IN, "10.0.0.2/32", oneEnd)),
                Arguments.of(
                        "an optional outbound tunnel",
                        ipsec(Direction.OUT, "10.0.0.2/32", tunnel(PolicyLevel.USE))),
                Arguments.of("mode any", ipsec(Direction.OUT, "10.0.0.2/32", anyMode)),
                Arguments.of("a rule of tcp", ipsec(Direction.OUT, "10.0.0.2/32", tcp)),
                Arguments.of("seven rules", ipsec(Direction.OUT, "10.0.0.2/32", seven)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesAsInvalid(String what, Policy policy) {
        for (SadbOperation operation :
                List.of(new AddPolicy(policy), new SadbOperation.UpdatePolicy(policy))) {
            assertThat(engine.execute(operation))
                    .as(what)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.errno()).isEqualTo(Errno.EINVAL));
        }
        assertThat(dump()).isEmpty();
    }

    @Test
    void takesAnOptionalTunnelInbound() {
        add(ipsec(Direction.IN, "10.0.0.2/32", tunnel(PolicyLevel.USE)));
    }

    @Test
    void updatesInPlaceOrAdds() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.OUT, "10.0.0.3/32", TRANSPORT));
        Policy changed = Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.DISCARD);
        assertThat(engine.execute(new SadbOperation.UpdatePolicy(changed))).isEqualTo(new Done());
        Policy added = Policy.of(to("10.0.0.4/32"), Direction.OUT, PolicyAction.NONE);
        assertThat(engine.execute(new SadbOperation.UpdatePolicy(added))).isEqualTo(new Done());
        assertThat(dump()).extracting(one -> one.policy().id()).containsExactly(17, 1, 9);
        assertThat(find("10.0.0.2")).isEqualTo(PolicyAction.DISCARD);
    }

    @Test
    void anUpdateOfTheSamePriorityKeepsItsTurn() {
        add(Policy.of(to("10.0.0.0/8"), Direction.OUT, PolicyAction.NONE));
        add(Policy.of(to("10.0.0.2/32"), Direction.OUT, PolicyAction.DISCARD));
        assertThat(find("10.0.0.2")).isEqualTo(PolicyAction.NONE);
        Policy wide = ipsec(Direction.OUT, "10.0.0.0/8", TRANSPORT);
        engine.execute(new SadbOperation.UpdatePolicy(wide));
        assertThat(find("10.0.0.2")).isEqualTo(PolicyAction.IPSEC);
        engine.execute(new SadbOperation.UpdatePolicy(wide.withPriority(PolicyPriority.LOW)));
        assertThat(find("10.0.0.2")).isEqualTo(PolicyAction.DISCARD);
    }

    private PolicyAction find(String destination) {
        PolicyEntry entry =
                Objects.requireNonNull(
                        engine.policies()
                                .find(
                                        Direction.OUT,
                                        PolicyClassifierTests.flow(
                                                "10.0.0.1", destination, 6, 1, 2)));
        return entry.policy().action();
    }

    @Test
    void deletesBySelectorOrById() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", TRANSPORT));
        add(ipsec(Direction.OUT, "10.0.0.3/32", TRANSPORT));
        Policy first = ipsec(Direction.OUT, "10.0.0.2/32");
        SadbReply found = engine.execute(new SadbOperation.GetPolicy(first));
        assertThat(((SadbReply.FoundPolicy) found).snapshot().policy().rules()).hasSize(1);
        assertThat(engine.execute(new SadbOperation.DeletePolicy(first))).isEqualTo(new Done());
        assertThat(engine.execute(new SadbOperation.GetPolicyById(9, Direction.OUT)))
                .isInstanceOf(SadbReply.FoundPolicy.class);
        assertThat(engine.execute(new SadbOperation.DeletePolicyById(9, Direction.OUT)))
                .isEqualTo(new Done());
        for (SadbOperation again :
                List.of(
                        new SadbOperation.DeletePolicy(first),
                        new SadbOperation.GetPolicy(first),
                        new SadbOperation.GetPolicyById(9, Direction.OUT),
                        new SadbOperation.DeletePolicyById(9, Direction.OUT))) {
            assertThat(engine.execute(again))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOENT));
        }
    }

    @Test
    void readsProtocolZeroAsAny() {
        add(
                Policy.of(
                        PolicyClassifierTests.selector("10.0.0.1/32", 0, "10.0.0.2/32", 0, 0),
                        Direction.OUT,
                        PolicyAction.NONE));
        assertThat(find("10.0.0.2")).isEqualTo(PolicyAction.NONE);
        assertThat(dump().get(0).policy().selector().protocol()).isEqualTo(255);
        assertThat(
                        engine.execute(
                                new SadbOperation.DeletePolicy(
                                        ipsec(Direction.OUT, "10.0.0.2/32"))))
                .isEqualTo(new Done());
    }

    @Test
    void flushesAndTellsOnlyWhenSomethingWent() {
        add(ipsec(Direction.OUT, "10.0.0.2/32", TRANSPORT));
        events.clear();
        engine.execute(new SadbOperation.FlushPolicies());
        engine.execute(new SadbOperation.FlushPolicies());
        assertThat(events).containsExactly(new SadbEvent.PoliciesFlushed());
        assertThat(dump()).isEmpty();
    }

    @Test
    void forgetsAPolicyWhoseTimeIsOver() {
        add(withLifetime("10.0.0.2/32", Lifetime.ofSeconds(10)));
        add(withLifetime("10.0.0.3/32", new Lifetime(0, 0, Duration.ZERO, Duration.ofSeconds(20))));
        clock.seconds(10);
        engine.tick();
        assertThat(dump()).hasSize(1);
        PolicyEntry used =
                Objects.requireNonNull(
                        engine.policies()
                                .find(
                                        Direction.OUT,
                                        PolicyClassifierTests.flow(
                                                "10.0.0.1", "10.0.0.3", 6, 1, 2)));
        used.used(100, clock.millis());
        clock.seconds(19);
        engine.tick();
        assertThat(dump()).hasSize(1);
        assertThat(dump().get(0).current().firstUsed()).isPresent();
        clock.seconds(1);
        engine.tick();
        assertThat(dump()).isEmpty();
    }

    private static Policy withLifetime(String destination, Lifetime lifetime) {
        return new Policy(
                to(destination),
                Direction.OUT,
                PolicyAction.NONE,
                PolicyPriority.DEFAULT,
                List.of(),
                lifetime,
                Optional.empty(),
                0);
    }
}
