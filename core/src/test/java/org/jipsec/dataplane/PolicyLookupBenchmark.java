package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/// What a look into the SPD costs at 100 and at 100,000 policies. Not a test: times depend on the
/// machine. Run it with
///
/// `java -cp core/target/test-classes:core/target/classes
/// org.jipsec.dataplane.PolicyLookupBenchmark`
final class PolicyLookupBenchmark {
    private static final int FLOWS = 4096;
    private static final int ROUNDS = 11;
    private static final int LOOKUPS = 2_000_000;

    private PolicyLookupBenchmark() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        Set<Integer> sizes = new java.util.TreeSet<>(Set.of(100, 10_000, 100_000));
        PolicyDatabase[] databases = new PolicyDatabase[3];
        FlowKey[][] flows = new FlowKey[3][];
        int at = 0;
        for (int size : sizes) {
            databases[at] = new PolicyDatabase();
            flows[at] = fill(databases[at], size, new Random(4711));
            at++;
        }
        double[][] times = new double[3][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < 3; i++) {
                times[i][round] = nanosPerLookup(databases[i], flows[i]);
            }
        }
        double[] medians = new double[3];
        at = 0;
        for (int size : sizes) {
            Arrays.sort(times[at]);
            medians[at] = times[at][ROUNDS / 2];
            out.printf(
                    "%,8d policies, %2d shapes: %6.1f ns per lookup (%.1f to %.1f)%n",
                    size,
                    databases[at].shapes(Direction.OUT, true),
                    medians[at],
                    times[at][0],
                    times[at][ROUNDS - 1]);
            at++;
        }
        out.printf("100,000 to 100: %.2f times%n", medians[2] / medians[0]);
    }

    private static double nanosPerLookup(PolicyDatabase database, FlowKey[] flows) {
        long found = 0;
        long start = cpuNanos();
        for (int i = 0; i < LOOKUPS; i++) {
            PolicyEntry entry = database.find(Direction.OUT, flows[i % FLOWS]);
            found += entry == null ? 0 : 1;
        }
        long nanos = cpuNanos() - start;
        if (found > LOOKUPS) {
            throw new IllegalStateException("more hits than lookups");
        }
        return (double) nanos / LOOKUPS;
    }

    /// Policies as a site has them: mostly pairs of hosts and of networks, some for one service,
    /// one for the rest; and flows of which nine in ten are for one of them.
    private static FlowKey[] fill(PolicyDatabase database, int size, Random random) {
        Selector[] selectors = new Selector[size];
        Set<Selector> seen = new HashSet<>();
        for (int i = 0; i < size - 1; i++) {
            Selector selector;
            do {
                selector = selector(random);
            } while (!seen.add(selector));
            selectors[i] = selector;
        }
        selectors[size - 1] = Selector.between(prefix(0, 0), prefix(0, 0));
        for (Selector selector : selectors) {
            database.add(Policy.of(selector, Direction.OUT, PolicyAction.NONE), 0);
        }
        FlowKey[] flows = new FlowKey[FLOWS];
        for (int i = 0; i < FLOWS; i++) {
            Selector selector = i % 10 == 0 ? selector(random) : selectors[random.nextInt(size)];
            flows[i] = flow(selector, random);
        }
        return flows;
    }

    static Selector selector(Random random) {
        int[][] lengths = {
            {32, 32}, {32, 32}, {24, 24}, {24, 24}, {32, 24}, {24, 32}, {16, 16}, {32, 0}, {24, 16}
        };
        int[] pair = lengths[random.nextInt(lengths.length)];
        int service = random.nextInt(10);
        int protocol = service < 6 ? Selector.ANY_PROTOCOL : service == 9 ? 17 : 6;
        return new Selector(
                prefix(random.nextInt(), pair[0]),
                service == 8 ? 1 + random.nextInt(1024) : 0,
                prefix(random.nextInt(), pair[1]),
                service == 7 || service == 9 ? 1 + random.nextInt(1024) : 0,
                protocol);
    }

    private static FlowKey flow(Selector selector, Random random) {
        FlowKey flow = new FlowKey();
        flow.ipv4 = true;
        flow.sourceLow = inside(selector.source(), random);
        flow.destinationLow = inside(selector.destination(), random);
        flow.protocol = selector.protocol() == Selector.ANY_PROTOCOL ? 6 : selector.protocol();
        flow.portsKnown = true;
        flow.sourcePort =
                selector.sourcePort() == 0 ? random.nextInt(65536) : selector.sourcePort();
        flow.destinationPort =
                selector.destinationPort() == 0
                        ? random.nextInt(65536)
                        : selector.destinationPort();
        return flow;
    }

    private static long inside(Prefix prefix, Random random) {
        long mask = AddressBits.maskLow(true, prefix.length());
        return (AddressBits.low(prefix.address()) & mask)
                | (random.nextInt() & 0xffff_ffffL & ~mask);
    }

    private static Prefix prefix(int address, int length) {
        byte[] octets = {
            (byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address
        };
        try {
            return new Prefix(InetAddress.getByAddress(octets), length);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Of this thread: neighbours on the machine do not count.
    static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
