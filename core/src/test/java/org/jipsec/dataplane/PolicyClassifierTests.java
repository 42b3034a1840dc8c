package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class PolicyClassifierTests {
    private PolicyClassifier classifier = new PolicyClassifier(true);
    private long ordinal;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void findsWhatAWalkOverAllPoliciesFinds(long seed) {
        Random random = new Random(seed);
        boolean ipv4 = seed % 2 == 0;
        classifier = new PolicyClassifier(ipv4);
        List<PolicyEntry> policies = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 25; i++) {
                PolicyEntry entry = entry(randomSelector(random, ipv4), random.nextInt(4));
                policies.add(entry);
                classifier.add(entry);
            }
            for (int i = 0; i < 10; i++) {
                classifier.remove(policies.remove(random.nextInt(policies.size())));
            }
            for (int i = 0; i < 200; i++) {
                FlowKey flow = randomFlow(random, ipv4);
                assertThat(classifier.find(flow)).isSameAs(walk(policies, flow));
            }
        }
        policies.forEach(classifier::remove);
        assertThat(classifier.shapes()).isZero();
        assertThat(classifier.find(randomFlow(random, ipv4))).isNull();
    }

    @Test
    void asksTheSmallerPriorityFirstAndOfEqualOnesTheOlder() {
        Selector wide = selector("10.0.0.0/8", 0, "0.0.0.0/0", 0, Selector.ANY_PROTOCOL);
        Selector narrow = selector("10.1.0.0/16", 0, "0.0.0.0/0", 0, Selector.ANY_PROTOCOL);
        PolicyEntry older = add(entry(wide, PolicyPriority.DEFAULT));
        add(entry(narrow, PolicyPriority.DEFAULT));
        FlowKey flow = flow("10.1.2.3", "10.2.0.1", 6, 1000, 80);
        assertThat(classifier.find(flow)).isSameAs(older);
        PolicyEntry high = add(entry(narrow, PolicyPriority.HIGH));
        assertThat(classifier.find(flow)).isSameAs(high);
        classifier.remove(high);
        assertThat(classifier.find(flow)).isSameAs(older);
    }

    @Test
    void readsPrioritiesAsUnsigned() {
        Selector selector = selector("10.0.0.0/8", 0, "0.0.0.0/0", 0, Selector.ANY_PROTOCOL);
        add(entry(selector, PolicyPriority.LOW));
        PolicyEntry high = add(entry(selector, 0x7fff_ffff));
        assertThat(classifier.find(flow("10.1.2.3", "10.2.0.1", 6, 1, 2))).isSameAs(high);
    }

    @Test
    void matchesAnUnknownPortOnlyWithAnyPort() {
        PolicyEntry web = add(entry(selector("10.0.0.1/32", 0, "10.0.0.2/32", 80, 6), 1));
        PolicyEntry any = add(entry(selector("10.0.0.1/32", 0, "10.0.0.2/32", 0, 6), 2));
        FlowKey first = flow("10.0.0.1", "10.0.0.2", 6, 1000, 80);
        assertThat(classifier.find(first)).isSameAs(web);
        first.portsKnown = false;
        assertThat(classifier.find(first)).isSameAs(any);
    }

    @Test
    void findsIcmpByTypeAndCode() {
        PolicyEntry echo = add(entry(selector("10.0.0.1/32", 8, "10.0.0.2/32", 0, 1), 1));
        assertThat(classifier.find(flow("10.0.0.1", "10.0.0.2", 1, 8, 0))).isSameAs(echo);
        assertThat(classifier.find(flow("10.0.0.1", "10.0.0.2", 1, 0, 0))).isNull();
        assertThat(classifier.find(flow("10.0.0.1", "10.0.0.2", 17, 8, 0))).isNull();
    }

    @Test
    void looksOnlyAtTheBitsOfThePrefix() {
        PolicyEntry policy = add(entry(selector("10.1.2.3/16", 0, "10.2.0.0/15", 0, 255), 1));
        assertThat(classifier.find(flow("10.1.255.1", "10.3.0.1", 6, 0, 0))).isSameAs(policy);
        assertThat(classifier.find(flow("10.2.2.3", "10.3.0.1", 6, 0, 0))).isNull();
        assertThat(classifier.find(flow("10.1.2.3", "10.4.0.1", 6, 0, 0))).isNull();
    }

    private PolicyEntry add(PolicyEntry entry) {
        classifier.add(entry);
        return entry;
    }

    private PolicyEntry entry(Selector selector, int priority) {
        Policy policy =
                Policy.of(selector, Direction.OUT, PolicyAction.DISCARD).withPriority(priority);
        return new PolicyEntry(policy, 0, ordinal++);
    }

    private static @Nullable PolicyEntry walk(List<PolicyEntry> policies, FlowKey flow) {
        PolicyEntry best = null;
        for (PolicyEntry entry : policies) {
            if (matches(entry.policy().selector(), flow)
                    && (best == null || entry.precedes(best))) {
                best = entry;
            }
        }
        return best;
    }

    /// The definition, in slow words.
    private static boolean matches(Selector selector, FlowKey flow) {
        return selector.isIpv4() == flow.ipv4
                && selector.source().contains(address(flow.ipv4, flow.sourceHigh, flow.sourceLow))
                && selector.destination()
                        .contains(address(flow.ipv4, flow.destinationHigh, flow.destinationLow))
                && (selector.protocol() == Selector.ANY_PROTOCOL
                        || selector.protocol() == flow.protocol)
                && (selector.sourcePort() == 0
                        || (flow.portsKnown && selector.sourcePort() == flow.sourcePort))
                && (selector.destinationPort() == 0
                        || (flow.portsKnown && selector.destinationPort() == flow.destinationPort));
    }

    private static Selector randomSelector(Random random, boolean ipv4) {
        return new Selector(
                randomPrefix(random, ipv4),
                random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0,
                randomPrefix(random, ipv4),
                random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0,
                random.nextBoolean() ? Selector.ANY_PROTOCOL : 1 + random.nextInt(3));
    }

    /// Few bits are random, so that prefixes nest and coincide.
    private static Prefix randomPrefix(Random random, boolean ipv4) {
        int[] lengths =
                ipv4 ? new int[] {0, 1, 8, 16, 24, 31, 32} : new int[] {0, 3, 48, 64, 65, 127, 128};
        return new Prefix(randomAddress(random, ipv4), lengths[random.nextInt(lengths.length)]);
    }

    private static InetAddress randomAddress(Random random, boolean ipv4) {
        return address(
                ipv4,
                ipv4 ? 0 : randomBits(random),
                ipv4 ? randomBits(random) >>> 32 : randomBits(random));
    }

    private static long randomBits(Random random) {
        long few = 0x8100_8101_0001_0003L;
        return random.nextLong() & few;
    }

    private static FlowKey randomFlow(Random random, boolean ipv4) {
        InetAddress source = randomAddress(random, ipv4);
        InetAddress destination = randomAddress(random, ipv4);
        FlowKey flow =
                flow(
                        source,
                        destination,
                        1 + random.nextInt(4),
                        random.nextInt(4),
                        random.nextInt(4));
        flow.portsKnown = random.nextInt(4) != 0;
        return flow;
    }

    static FlowKey flow(String source, String destination, int protocol, int from, int to) {
        return flow(
                InetAddress.ofLiteral(source),
                InetAddress.ofLiteral(destination),
                protocol,
                from,
                to);
    }

    static FlowKey flow(
            InetAddress source, InetAddress destination, int protocol, int from, int to) {
        FlowKey flow = new FlowKey();
        flow.ipv4 = source instanceof Inet4Address;
        flow.sourceHigh = AddressBits.high(source);
        flow.sourceLow = AddressBits.low(source);
        flow.destinationHigh = AddressBits.high(destination);
        flow.destinationLow = AddressBits.low(destination);
        flow.protocol = protocol;
        flow.portsKnown = true;
        flow.sourcePort = from;
        flow.destinationPort = to;
        return flow;
    }

    static Selector selector(String source, int from, String destination, int to, int protocol) {
        return new Selector(prefix(source), from, prefix(destination), to, protocol);
    }

    static Prefix prefix(String text) {
        int slash = text.indexOf('/');
        return new Prefix(
                InetAddress.ofLiteral(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    private static InetAddress address(boolean ipv4, long high, long low) {
        ByteBuffer octets = ByteBuffer.allocate(ipv4 ? 4 : 16);
        if (ipv4) {
            octets.putInt((int) low);
        } else {
            octets.putLong(high).putLong(low);
        }
        try {
            return InetAddress.getByAddress(octets.array());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
