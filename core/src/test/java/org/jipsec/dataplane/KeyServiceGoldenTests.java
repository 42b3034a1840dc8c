package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.KernelMessages;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyDump;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.pfkey.PfkeyTrace;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `setkey -v` and `setkey -x` see of this service is what they saw of a Linux kernel: the
/// goldens cli-verbose and monitor, message by message, but for process ids, times, indexes of
/// policies, and the algorithms that there are.
class KeyServiceGoldenTests {
    private static final Secret KEY_TO_2 =
            Secret.ofHex("7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831");
    private static final Secret KEY_TO_1 =
            Secret.ofHex("f6ddb555acfd9d77b03ea3843f2653255afe8eb5573965df");
    private static final Secret MAC_TO_2 = Secret.ofHex("c0291ff014dccdd03874d9e8e4cdf3e6");
    private static final Secret MAC_TO_1 = Secret.ofHex("96358c90783bbfa3d7b196ceabe0536b");

    private final KeyService service =
            new KeyService(
                    new SadbEngine(
                                    InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)),
                                    new Random(1),
                                    4711)
                            .backend());

    @AfterEach
    void closeService() {
        service.close();
    }

    @Test
    void showsAMonitorWhatLinuxShowed() throws IOException {
        List<String> golden = messages(KernelMessages.resource("monitor.out.txt"));
        List<String> seen = new ArrayList<>();
        try (PfkeyMonitor monitor = PfkeyMonitor.open(channel(), 1)) {
            assertThat(monitor.next()).isNotNull();
            assertThat(monitor.next()).isNotNull();
            try (PfkeyBackend setkey = client(2)) {
                for (SadbOperation operation : tunnel()) {
                    setkey.execute(operation);
                }
            }
            try (PfkeyBackend setkey = client(3)) {
                setkey.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
            }
            try (PfkeyBackend setkey = client(4)) {
                setkey.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
            }
            try (PfkeyBackend setkey = client(5)) {
                setkey.execute(new SadbOperation.FlushPolicies());
            }
            while (seen.size() < golden.size()) {
                ByteBuffer message = monitor.next();
                assertThat(message).isNotNull();
                seen.addAll(messages(PfkeyDump.text(message) + "\n"));
            }
        }
        assertThat(withoutAlgorithms(seen)).isEqualTo(withoutAlgorithms(golden));
    }

    @Test
    void exchangesWithAClientWhatLinuxExchanged() throws IOException {
        StringBuilder seen = new StringBuilder();
        PfkeyTrace trace =
                new PfkeyTrace() {
                    @Override
                    public void sent(ByteBuffer message) {
                        seen.append(PfkeyDump.text(message)).append('\n');
                    }

                    @Override
                    public void received(ByteBuffer message) {
                        sent(message);
                    }
                };
        try (PfkeyBackend setkey = client(2)) {
            setkey.trace(trace);
            setkey.executeAll(
                    transport(), (_, reply) -> assertThat(reply).isEqualTo(new SadbReply.Done()));
            setkey.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
            setkey.execute(new SadbOperation.DumpPolicies());
            setkey.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        }
        assertThat(messages(seen.toString()))
                .isEqualTo(messages(KernelMessages.resource("cli-verbose.out.txt")));
    }

    /// The messages in an output, with what differs from run to run masked.
    private static List<String> messages(String output) {
        List<String> messages = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("sadb_msg\\{ version=2.*?\n\n", Pattern.DOTALL).matcher(output);
        while (matcher.find()) {
            messages.add(
                    matcher.group()
                            .replaceAll("pid=\\d+", "pid=P")
                            .replaceAll("addtime=\\d{10}", "addtime=T")
                            .replaceAll(" id=[0-9a-f]+ priority", " id=I priority"));
        }
        return messages;
    }

    private static List<String> withoutAlgorithms(List<String> messages) {
        return messages.stream().filter(message -> !message.contains("sadb_sup{")).toList();
    }

    /// `setkey -f seed-tunnel-fwd.conf` in its RFC mode.
    private static List<SadbOperation> tunnel() {
        SecurityAssociation to2 =
                sa("192.168.1.100", "192.168.2.100", IpsecProtocol.ESP, 0x201)
                        .mode(SaMode.TUNNEL)
                        .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, KEY_TO_2)
                        .authentication(AuthAlgorithm.HMAC_MD5, MAC_TO_2)
                        .build();
        SecurityAssociation to1 =
                sa("192.168.2.100", "192.168.1.100", IpsecProtocol.ESP, 0x301)
                        .mode(SaMode.TUNNEL)
                        .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, KEY_TO_1)
                        .authentication(AuthAlgorithm.HMAC_MD5, MAC_TO_1)
                        .build();
        Selector out = between("172.16.1.0", 24, "172.16.2.0", 24);
        Policy in =
                Policy.of(
                        out.reversed(),
                        Direction.IN,
                        PolicyAction.IPSEC,
                        rule(IpsecProtocol.ESP, SaMode.TUNNEL, ends(to1)));
        return List.of(
                new SadbOperation.Register(IpsecProtocol.UNSPEC),
                new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                new SadbOperation.FlushPolicies(),
                new SadbOperation.AddSa(to2),
                new SadbOperation.AddSa(to1),
                new SadbOperation.AddPolicy(
                        Policy.of(
                                out,
                                Direction.OUT,
                                PolicyAction.IPSEC,
                                rule(IpsecProtocol.ESP, SaMode.TUNNEL, ends(to2)))),
                new SadbOperation.AddPolicy(in),
                new SadbOperation.AddPolicy(in.withDirection(Direction.FWD)),
                new SadbOperation.AddPolicy(in.withDirection(Direction.FWD)));
    }

    /// `setkey -f seed-transport-100.conf` in its RFC mode.
    private static List<SadbOperation> transport() {
        PolicyRule esp = rule(IpsecProtocol.ESP, SaMode.TRANSPORT, Optional.empty());
        PolicyRule ah = rule(IpsecProtocol.AH, SaMode.TRANSPORT, Optional.empty());
        Selector out = between("192.168.1.100", 32, "192.168.2.100", 32);
        Policy in = Policy.of(out.reversed(), Direction.IN, PolicyAction.IPSEC, esp, ah);
        return List.of(
                new SadbOperation.FlushSas(IpsecProtocol.UNSPEC),
                new SadbOperation.FlushPolicies(),
                new SadbOperation.AddSa(
                        sa("192.168.1.100", "192.168.2.100", IpsecProtocol.AH, 0x200)
                                .authentication(AuthAlgorithm.HMAC_MD5, MAC_TO_2)
                                .build()),
                new SadbOperation.AddSa(
                        sa("192.168.2.100", "192.168.1.100", IpsecProtocol.AH, 0x300)
                                .authentication(AuthAlgorithm.HMAC_MD5, MAC_TO_1)
                                .build()),
                new SadbOperation.AddSa(
                        sa("192.168.1.100", "192.168.2.100", IpsecProtocol.ESP, 0x201)
                                .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, KEY_TO_2)
                                .build()),
                new SadbOperation.AddSa(
                        sa("192.168.2.100", "192.168.1.100", IpsecProtocol.ESP, 0x301)
                                .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, KEY_TO_1)
                                .build()),
                new SadbOperation.AddPolicy(
                        Policy.of(out, Direction.OUT, PolicyAction.IPSEC, esp, ah)),
                new SadbOperation.AddPolicy(in),
                new SadbOperation.AddPolicy(in.withDirection(Direction.FWD)));
    }

    private static SecurityAssociation.Builder sa(
            String source, String destination, IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(address(source)),
                        Endpoint.of(address(destination)),
                        protocol,
                        new Spi(spi))
                .mode(SaMode.ANY)
                .flags(new SaFlags(SaFlags.CYCLIC_SEQUENCE));
    }

    private static Optional<PolicyRule.Endpoints> ends(SecurityAssociation sa) {
        return Optional.of(new PolicyRule.Endpoints(sa.source(), sa.destination()));
    }

    private static PolicyRule rule(
            IpsecProtocol protocol, SaMode mode, Optional<PolicyRule.Endpoints> ends) {
        return new PolicyRule(protocol, mode, PolicyLevel.REQUIRE, 0, ends);
    }

    private static Selector between(String source, int length, String destination, int length2) {
        return Selector.between(
                new Prefix(address(source), length), new Prefix(address(destination), length2));
    }

    private PfkeyBackend client(int processId) throws IOException {
        return PfkeyBackend.open(
                channel(), processId, PfkeyBackend.Peer.SERVICE, Duration.ofSeconds(20));
    }

    private PfkeyChannel channel() {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        return pair.client();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notNumeric) {
            throw new IllegalArgumentException(text, notNumeric);
        }
    }
}
