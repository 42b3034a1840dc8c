package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.FlowKey;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What nftables makes of a plan, packet by packet: each carries, as its DSCP, what is to become of
/// it, and a table behind jipsec's counts what arrives there.
@RequiresWire
class FilterOnTheWireTests {
    private static final int PASSES = 1;
    private static final int IS_DROPPED = 2;

    private static final String PREPARATION =
            """
            for i in 0 1 2 3; do
                ip address add 10.0.0.$i/32 dev lo
                ip address add 2000::$i/128 dev lo nodad
            done
            ip route add 10.0.1.0/24 via 10.1.0.2
            ip route add 2000::100/120 via 2001:db8:1::2
            echo 1 > /proc/sys/net/ipv4/ip_forward
            echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
            echo 1 > /proc/sys/net/ipv4/conf/veth0/accept_local
            nft -f - << END
            table inet witness {
                counter passes { }
                counter drops { }
                chain input { type filter hook input priority 10; goto count; }
                chain forward { type filter hook forward priority 10; goto count; }
                chain count {
                    iifname != "veth0" accept
                    ip dscp 1 counter name passes
                    ip6 dscp 1 counter name passes
                    ip dscp 2 counter name drops
                    ip6 dscp 2 counter name drops
                }
            }
            END
            """;

    private static final String SENDER =
            """
            import socket, sys
            four = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            six = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
            for line in sys.stdin:
                packet = bytes.fromhex(line)
                if packet[0] >> 4 == 4:
                    four.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
                else:
                    six.sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))
            """;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3})
    void judgesAsPlanned(int seed) throws Exception {
        Random random = new Random(seed);
        PolicyFollower follower = new PolicyFollower();
        FilterModel model = new FilterModel();
        try (DivertedHost host = new DivertedHost(false, PREPARATION)) {
            host.hosts.ip("b", "route", "add", "10.0.0.0/16", "via", "10.1.0.1");
            host.hosts.ip("b", "route", "add", "2000::/64", "via", "2001:db8:1::1");
            host.engine.listen(follower::heed);
            for (int i = 0; i < 40; i++) {
                Direction direction = random.nextBoolean() ? Direction.IN : Direction.FWD;
                Policy policy =
                        RandomPolicies.policy(random, RandomPolicies.selector(random), direction);
                SadbReply reply =
                        host.engine.execute(
                                new SadbOperation.AddPolicy(
                                        policy.withPriority(RandomPolicies.priority(random))));
                assertThat(reply).isNotNull(); // there may be one of the same selector
            }
            host.diversion().awaitApplied();
            model.apply(follower.filter(), follower.filter().takeChanges());
            assertThat(host.messages).isEmpty();

            int passing = 0;
            int dropped = 0;
            StringBuilder packets = new StringBuilder();
            for (int i = 0; i < 1500; i++) {
                FlowKey flow = RandomPolicies.flow(random, random.nextBoolean());
                boolean forwarded = (flow.destinationLow & 0x100) != 0;
                // the kernel puts those together before the filter sees them
                boolean fragment = (forwarded || !flow.ipv4) && random.nextInt(4) == 0;
                if (flow.protocol == 50 || (fragment && !forwarded && flow.protocol == 17)) {
                    continue; // passes always
                }
                Direction direction = forwarded ? Direction.FWD : Direction.IN;
                flow.portsKnown &= !fragment;
                FilterVerdict verdict =
                        model.judge(new PolicyTurns.Side(direction, flow.ipv4), flow, fragment);
                boolean passes = verdict == FilterVerdict.ACCEPT;
                passing += passes ? 1 : 0;
                dropped += passes ? 0 : 1;
                packets.append(packet(flow, fragment, passes ? PASSES : IS_DROPPED)).append('\n');
            }
            send(host, packets.toString());

            int expected = passing;
            host.eventually(() -> count(host, "passes") == expected);
            assertThat(count(host, "drops")).isZero();
            assertThat(host.forbidden()).isEqualTo(dropped);
            assertThat(dropped).isGreaterThan(100);
            assertThat(passing).isGreaterThan(100);
        }
    }

    private static void send(DivertedHost host, String packets) throws Exception {
        Process sender = host.hosts.start("b", "python3", "-c", SENDER);
        try (OutputStream out = sender.getOutputStream()) {
            out.write(packets.getBytes(StandardCharsets.US_ASCII));
        }
        String said = new String(sender.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(sender.waitFor()).as(said).isZero();
    }

    private static int count(DivertedHost host, String counter) {
        String listing = host.hosts.run("a", "nft", "list", "counter", "inet", "witness", counter);
        Matcher packets = Pattern.compile("packets (\\d+)").matcher(listing);
        assertThat(packets.find()).isTrue();
        return Integer.parseInt(packets.group(1));
    }

    private static String packet(FlowKey flow, boolean fragment, int dscp) {
        byte[] upper = upper(flow);
        ByteBuffer out = ByteBuffer.allocate(100);
        if (flow.ipv4) {
            out.put((byte) 0x45).put((byte) (dscp << 2)).putShort((short) (20 + upper.length));
            out.putShort((short) 7).putShort((short) (fragment ? 3 : 0));
            out.put((byte) 64).put((byte) flow.protocol).putShort((short) 0);
            out.putInt((int) flow.sourceLow).putInt((int) flow.destinationLow);
        } else {
            int header = fragment ? 8 : 0;
            out.putInt(0x6000_0000 | dscp << 22).putShort((short) (header + upper.length));
            out.put((byte) (fragment ? 44 : flow.protocol)).put((byte) 64);
            out.putLong(flow.sourceHigh).putLong(flow.sourceLow);
            out.putLong(flow.destinationHigh).putLong(flow.destinationLow);
            if (fragment) {
                out.put((byte) flow.protocol).put((byte) 0).putShort((short) (3 << 3)).putInt(7);
            }
        }
        out.put(upper).flip();
        byte[] octets = new byte[out.remaining()];
        out.get(octets);
        return HexFormat.of().formatHex(Bytes.of(octets).toArray());
    }

    /// The first octets of the upper layer; too few for ports where the flow knows none.
    private static byte[] upper(FlowKey flow) {
        if (!flow.portsKnown && flow.protocol != 47) {
            return new byte[flow.protocol == 1 || flow.protocol == 58 ? 1 : 2];
        }
        ByteBuffer upper = ByteBuffer.allocate(24);
        switch (flow.protocol) {
            case 1, 58 -> upper.put((byte) flow.sourcePort).put((byte) flow.destinationPort);
            case 135 -> upper.putShort((short) 0).put((byte) flow.sourcePort);
            case 47 -> {
                boolean checksum = flow.sourcePort == 1;
                upper.putShort((short) ((flow.portsKnown ? 0x2000 : 0) | (checksum ? 0x8000 : 0)));
                upper.putShort((short) 0x800);
                upper.putInt(checksum ? 0x1234_0000 : flow.sourcePort << 16 | flow.destinationPort);
                upper.putInt(checksum ? flow.sourcePort << 16 | flow.destinationPort : 0);
            }
            default ->
                    upper.putShort((short) flow.sourcePort).putShort((short) flow.destinationPort);
        }
        return upper.array();
    }
}
