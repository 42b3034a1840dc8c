package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.BackendPart;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.OpenFiles;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Policies of this machine's kernel, in a network namespace of their own, with ip(8) as the
/// witness. Whether the kernel has ESP does not matter.
@RequiresWire
class XfrmOnThisKernelTests {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final SadbReply DONE = new SadbReply.Done();

    private Namespaces hosts;
    private XfrmBackend backend;

    @BeforeEach
    void open() throws Exception {
        hosts = Namespaces.create("host");
        backend = hosts.in("host", () -> XfrmBackend.open(1, InstantSource.system(), TIMEOUT));
    }

    @AfterEach
    void close() throws IOException {
        backend.close();
        hosts.close();
    }

    private static Selector between(String source, int bits, String destination) {
        return Selector.between(
                new Prefix(Recorded.address(source), bits),
                new Prefix(Recorded.address(destination), bits));
    }

    private static Policy tunnel() {
        return new Policy(
                between("172.16.1.0", 24, "172.16.2.0"),
                Direction.OUT,
                PolicyAction.IPSEC,
                100,
                List.of(
                        new PolicyRule(
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                PolicyLevel.UNIQUE,
                                7,
                                Optional.of(
                                        new PolicyRule.Endpoints(
                                                Recorded.end("10.1.0.1"),
                                                Recorded.end("10.2.0.1"))))),
                Lifetime.ofSeconds(600),
                Optional.empty(),
                0);
    }

    @Test
    void whatWeAddIpSees() throws Exception {
        assertThat(backend.execute(new SadbOperation.AddPolicy(tunnel()))).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "policy").replaceAll("\\s+", " "))
                .contains("src 172.16.1.0/24 dst 172.16.2.0/24 dir out priority 100")
                .contains("tmpl src 10.1.0.1 dst 10.2.0.1 proto esp reqid 7 mode tunnel");
        assertThat(backend.execute(new SadbOperation.AddPolicy(tunnel())))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EEXIST));
        assertThat(backend.execute(new SadbOperation.FlushPolicies())).isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "policy")).isBlank();
    }

    @Test
    void whatIpAddsWeSee() throws Exception {
        hosts.ip(
                "host",
                "xfrm",
                "policy",
                "add",
                "src",
                "2001:db8::/32",
                "dst",
                "::/0",
                "dir",
                "fwd",
                "priority",
                "5",
                "tmpl",
                "proto",
                "ah",
                "mode",
                "transport",
                "level",
                "use");
        hosts.ip(
                "host",
                "xfrm",
                "policy",
                "add",
                "src",
                "10.0.0.1",
                "dst",
                "10.0.0.2",
                "dir",
                "in",
                "mark",
                "7",
                "mask",
                "255",
                "action",
                "block");
        List<Policy> all = policies();
        assertThat(all).hasSize(2);
        assertThat(all.get(0).action()).isEqualTo(PolicyAction.DISCARD);
        assertThat(all.get(1).priority()).isEqualTo(5);
        assertThat(all.get(1).direction()).isEqualTo(Direction.FWD);
        assertThat(all.get(1).rules())
                .containsExactly(
                        new PolicyRule(
                                IpsecProtocol.AH,
                                SaMode.TRANSPORT,
                                PolicyLevel.USE,
                                0,
                                Optional.empty()));
        // the kernel finds it by its mark only
        assertThat(backend.execute(new SadbOperation.GetPolicyById(all.get(0).id(), Direction.IN)))
                .isInstanceOf(SadbReply.FoundPolicy.class);
        assertThat(backend.execute(new SadbOperation.DeletePolicy(all.get(0)))).isEqualTo(DONE);
        assertThat(policies()).hasSize(1);
    }

    @Test
    void putsBackFromOctetsWhatIpAddedMarkAndAll() throws Exception {
        hosts.ip(
                "host",
                "xfrm",
                "policy",
                "add",
                "src",
                "10.0.0.1",
                "dst",
                "10.0.0.2",
                "dir",
                "in",
                "mark",
                "7",
                "mask",
                "255",
                "action",
                "block");
        String before = hosts.run("host", "ip", "xfrm", "policy");
        assertThat(before).contains("mark 0x7/0xff");
        PolicySnapshot told =
                ((SadbReply.Policies) backend.execute(new SadbOperation.DumpPolicies()))
                        .snapshots()
                        .getFirst();
        BackendPart own = Originals.read(told.own().orElseThrow().octets());
        assertThat(backend.execute(new SadbOperation.FlushPolicies())).isEqualTo(DONE);
        assertThat(
                        backend.execute(
                                new SadbOperation.RestorePolicy(
                                        new PolicySnapshot(
                                                told.policy(),
                                                told.current(),
                                                told.mark(),
                                                Optional.of(own)))))
                .isEqualTo(DONE);
        assertThat(hosts.run("host", "ip", "xfrm", "policy")).isEqualTo(before);
    }

    private List<Policy> policies() throws IOException {
        SadbReply reply = backend.execute(new SadbOperation.DumpPolicies());
        assertThat(reply).isInstanceOf(SadbReply.Policies.class);
        return ((SadbReply.Policies) reply).snapshots().stream().map(one -> one.policy()).toList();
    }

    @Test
    void dumpsManyWithoutLosingOne() throws Exception {
        List<SadbOperation> adds = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String source = "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255);
            adds.add(
                    new SadbOperation.AddPolicy(
                            Policy.of(
                                    between(source, 32, "192.0.2.1"),
                                    Direction.OUT,
                                    PolicyAction.NONE)));
        }
        List<SadbReply> replies = new ArrayList<>();
        backend.executeAll(adds, (_, reply) -> replies.add(reply));
        assertThat(replies).hasSize(5000).containsOnly(DONE);
        assertThat(policies()).hasSize(5000).doesNotHaveDuplicates();
    }

    @Test
    void hearsWhatIpDoes() throws Exception {
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        backend.execute(new SadbOperation.AddPolicy(tunnel())); // not told
        hosts.ip(
                "host", "xfrm", "policy", "add", "src", "10.0.0.1", "dst", "10.0.0.2", "dir", "in");
        hosts.ip("host", "xfrm", "policy", "flush");
        assertThat(heard.poll(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        SadbEvent.PolicyChanged.class,
                        changed -> {
                            assertThat(changed.change()).isEqualTo(SadbEvent.Change.ADDED);
                            assertThat(changed.snapshot().policy().direction())
                                    .isEqualTo(Direction.IN);
                        });
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new SadbEvent.PoliciesFlushed());
    }

    @Test
    void leavesNoDescriptorBehind() throws Exception {
        openAndClose(); // what is opened once for all
        int before = OpenFiles.count();
        for (int i = 0; i < 200; i++) {
            openAndClose();
        }
        assertThat(OpenFiles.count()).isEqualTo(before);
    }

    /// With its thread, which closes what it hears by.
    private void openAndClose() throws Exception {
        XfrmBackend other =
                hosts.in("host", () -> XfrmBackend.open(2, InstantSource.system(), TIMEOUT));
        other.listen(_ -> {});
        other.execute(new SadbOperation.GetStatistics());
        other.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("xfrm-events")) {
                thread.join(TIMEOUT);
            }
        }
    }

    /// As Linux does it: nothing is told of a flush that finds nothing, and what is told comes
    /// before the answer.
    @Test
    void hearsOthersAfterAFlushOfItsOwnThatFoundNothing() throws Exception {
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        for (int i = 0; i < 3; i++) {
            assertThat(backend.execute(new SadbOperation.FlushPolicies())).isEqualTo(DONE);
            hosts.ip("host", "xfrm", "policy", "add", "dir", "in");
            hosts.ip("host", "xfrm", "policy", "flush");
            assertThat(heard.poll(10, TimeUnit.SECONDS))
                    .isInstanceOf(SadbEvent.PolicyChanged.class);
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new SadbEvent.PoliciesFlushed());
        }
        assertThat(heard).isEmpty();
    }

    /// Default policies are known since Linux 5.15: either kind of kernel runs this.
    @Test
    void countsTheDatabases() throws Exception {
        backend.execute(new SadbOperation.AddPolicy(tunnel()));
        if (!backend.capabilities().has(Capabilities.Feature.STATISTICS)) {
            return;
        }
        List<String> rows =
                new ArrayList<>(
                        List.of(
                                "security-associations 0",
                                "security-policies-in 0",
                                "security-policies-out 1",
                                "security-policies-fwd 0"));
        if (hosts.in("host", () -> DefaultPolicies.ofThisThread(TIMEOUT)).isPresent()) {
            rows.add("default-policy-in-block 0");
            rows.add("default-policy-out-block 0");
            rows.add("default-policy-fwd-block 0");
        }
        assertThat(backend.execute(new SadbOperation.GetStatistics()))
                .isInstanceOfSatisfying(
                        SadbReply.Counted.class,
                        counted -> {
                            assertThat(counted.statistics().counters())
                                    .extracting(each -> each.name() + " " + each.value())
                                    .containsExactlyElementsOf(rows);
                            assertThat(counted.statistics().drops())
                                    .extracting(each -> each.name())
                                    .contains("in-no-states", "out-pol-block");
                        });
    }
}
