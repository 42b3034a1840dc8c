package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Wire and diversion together: two hosts that know nothing but their SAD and SPD.
@RequiresWire
class DivertedWireTests {
    /// A host with everything that jipsecd has.
    private static final class Host implements AutoCloseable {
        final SadbEngine engine = new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
        final KeyService service = new KeyService(engine.backend());
        final List<String> messages = new CopyOnWriteArrayList<>();
        final Wire wire;

        Host(Namespaces hosts, String name) throws Exception {
            wire =
                    hosts.in(
                            name,
                            () ->
                                    Wire.open(
                                            engine,
                                            service,
                                            1,
                                            false,
                                            messages::add,
                                            messages::add));
        }

        void run(SadbOperation operation) {
            assertThat(engine.execute(operation)).isInstanceOf(SadbReply.Done.class);
        }

        long counted(String name) {
            SadbReply reply = engine.execute(new SadbOperation.GetStatistics());
            return ((SadbReply.Counted) reply)
                    .statistics().counters().stream()
                            .filter(each -> each.name().equals(name))
                            .findFirst()
                            .orElseThrow()
                            .value();
        }

        @Override
        public void close() {
            wire.close();
            service.close();
        }
    }

    private static SecurityAssociation esp(String from, String to, int spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(TestPolicies.address(from)),
                        Endpoint.of(TestPolicies.address(to)),
                        IpsecProtocol.ESP,
                        new Spi(spi))
                .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                .authentication(AuthAlgorithm.HMAC_SHA1, Secret.of(new byte[20]))
                .replayWindow(64)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"10.1.0.1, 10.1.0.2", "2001:db8:1::1, 2001:db8:1::2"})
    void twoHostsTalkProtectedWithStrictReversePathFilters(String a, String b) throws Exception {
        try (Namespaces hosts = Namespaces.create("a", "b")) {
            hosts.join("a", "10.1.0.1/24", "b", "10.1.0.2/24");
            hosts.ip("a", "address", "add", "2001:db8:1::1/64", "dev", "veth0", "nodad");
            hosts.ip("b", "address", "add", "2001:db8:1::2/64", "dev", "veth0", "nodad");
            for (String name : List.of("a", "b")) {
                hosts.run(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/veth0/rp_filter");
            }
            try (Host left = new Host(hosts, "a");
                    Host right = new Host(hosts, "b")) {
                Policy there = TestPolicies.esp(Direction.OUT, TestPolicies.between(a, b));
                Policy back = TestPolicies.esp(Direction.OUT, TestPolicies.between(b, a));
                for (Host host : List.of(left, right)) {
                    host.run(new SadbOperation.AddSa(esp(a, b, 0x1001)));
                    host.run(new SadbOperation.AddSa(esp(b, a, 0x1002)));
                }
                left.run(new SadbOperation.AddPolicy(there));
                left.run(new SadbOperation.AddPolicy(back.withDirection(Direction.IN)));
                right.run(new SadbOperation.AddPolicy(back));
                right.run(new SadbOperation.AddPolicy(there.withDirection(Direction.IN)));
                left.wire.awaitApplied();
                right.wire.awaitApplied();

                String said = hosts.run("a", "ping", "-c", "3", "-i", "0.2", "-s", "3000", b);

                assertThat(said).contains(" 0% packet loss");
                assertThat(left.counted("packets-sent-protected")).isGreaterThanOrEqualTo(3);
                assertThat(left.counted("packets-received-protected")).isGreaterThanOrEqualTo(3);
                assertThat(left.messages).hasSize(1).first().asString().contains("rp_filter");

                hosts.ip("a", "link", "delete", "jipsec0");
                String again = "until ping -c 1 -W 1 " + b + "; do :; done";
                hosts.run("a", "timeout", "30", "sh", "-c", again);
                assertThat(left.counted("packets-sent-clear")).isZero();
            }
        }
    }
}
