package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// What a hundred thousand SAs and policies must not make slow: were one of these operations to
/// walk the database, the test would take hours.
class LargeDatabaseTests {
    private static final int MANY = 100_000;

    private final VirtualClock clock = new VirtualClock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 1);

    @Test
    void loadsFindsAgesAndEmptiesItself() {
        for (int i = 0; i < MANY; i++) {
            done(
                    new SadbOperation.AddSa(
                            SadbEngineTests.esp(256 + i)
                                    .soft(Lifetime.ofSeconds(10 + i % 100))
                                    .hard(Lifetime.ofSeconds(200 + i % 100))
                                    .build()));
            done(new SadbOperation.AddPolicy(policy(i)));
        }
        FlowKey outer =
                PolicyClassifierTests.flow(
                        SadbEngineTests.A.address(), SadbEngineTests.B.address(), 50, 0, 0);
        for (int i = 0; i < MANY; i++) {
            assertThat(engine.associations().inbound(50, 256 + i, outer)).isNotNull();
            PolicyEntry found =
                    Objects.requireNonNull(engine.policies().find(Direction.OUT, flow(i)));
            assertThat(found.policy().selector().destination().address()).isEqualTo(address(i));
        }
        for (int second = 0; second < 300; second++) {
            clock.seconds(1);
            engine.tick();
        }
        assertThat(
                        ((SadbReply.Sas)
                                        engine.execute(
                                                new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                                .snapshots())
                .isEmpty();
        for (int i = 0; i < MANY / 2; i++) {
            done(new SadbOperation.DeletePolicy(policy(i)));
            done(new SadbOperation.UpdatePolicy(policy(MANY - 1 - i).withPriority(i)));
        }
        done(new SadbOperation.FlushPolicies());
    }

    /// The packet path asks while the databases change: what stays is always found, what is never
    /// there never.
    @Test
    void answersTheRightThingWhileItChanges() throws InterruptedException {
        done(new SadbOperation.AddPolicy(policy(0)));
        PolicyRule rule =
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        PolicyLevel.REQUIRE,
                        0,
                        Optional.empty());
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        done(new SadbOperation.AddSa(SadbEngineTests.esp(0x1000).build()));
        FlowKey flow =
                PolicyClassifierTests.flow(
                        SadbEngineTests.A.address(), SadbEngineTests.B.address(), 50, 0, 0);
        Thread reader =
                new Thread(
                        () -> {
                            FlowKey known = flow(0);
                            while (!over.get()) {
                                PolicyEntry entry = engine.policies().find(Direction.OUT, known);
                                if (entry == null
                                        || !entry.policy()
                                                .selector()
                                                .destination()
                                                .address()
                                                .equals(address(0))) {
                                    wrong.set("another policy or none");
                                }
                                if (engine.associations().inbound(50, 0x1000, flow) == null) {
                                    wrong.set("the SA is gone");
                                }
                                if (engine.associations().outbound(rule, flow) == null) {
                                    wrong.set("no SA to send with");
                                }
                            }
                        });
        reader.start();
        for (int round = 0; round < 20; round++) {
            for (int i = 1; i < 2000; i++) {
                done(new SadbOperation.AddPolicy(policy(i)));
                done(new SadbOperation.AddSa(SadbEngineTests.esp(0x10000 + i).build()));
            }
            done(new SadbOperation.UpdatePolicy(policy(0)));
            for (int i = 1; i < 2000; i++) {
                done(new SadbOperation.DeletePolicy(policy(i)));
                done(
                        new SadbOperation.DeleteSa(
                                new SaReference(
                                        SadbEngineTests.A,
                                        SadbEngineTests.B,
                                        IpsecProtocol.ESP,
                                        new Spi(0x10000 + i),
                                        SaMode.ANY)));
            }
        }
        over.set(true);
        reader.join();
        assertThat(wrong.get()).isNull();
    }

    private void done(SadbOperation operation) {
        assertThat(engine.execute(operation)).isEqualTo(new SadbReply.Done());
    }

    private static Policy policy(int i) {
        PolicyRule tunnel =
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TUNNEL,
                        PolicyLevel.REQUIRE,
                        0,
                        Optional.of(
                                new PolicyRule.Endpoints(
                                        SadbEngineTests.A, Endpoint.of(address(i)))));
        return Policy.of(
                Selector.between(Prefix.host(SadbEngineTests.A.address()), Prefix.host(address(i))),
                Direction.OUT,
                PolicyAction.IPSEC,
                tunnel);
    }

    private static FlowKey flow(int i) {
        return PolicyClassifierTests.flow(SadbEngineTests.A.address(), address(i), 17, 1000, 2000);
    }

    private static InetAddress address(int i) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {10, (byte) (1 + (i >> 16)), (byte) (i >> 8), (byte) i});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
