package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;

import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;

/// How long it takes to load 100,000 SAs and 100,000 policies, and what sending a packet costs, all
/// told, at 100 and at 100,000 policies: policy, SA, AES-CBC with HMAC-SHA1. Not a test: times
/// depend on the machine; they are CPU time. Run it with
///
/// `java -cp core/target/test-classes:core/target/classes:bcprov.jar
/// org.jipsec.dataplane.DatabaseBenchmark`
final class DatabaseBenchmark {
    private static final InetAddress SOURCE = InetAddress.ofLiteral("192.168.1.100");
    private static final int ROUNDS = 9;
    private static final int PACKETS = 200_000;
    private static final int DESTINATIONS = 64;

    private DatabaseBenchmark() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        for (int i = 0; i < 3; i++) {
            long start = PolicyLookupBenchmark.cpuNanos();
            SadbEngine engine = filled(100_000, 100_000);
            out.printf(
                    "100,000 SAs and 100,000 policies loaded in %.2f s of CPU, %s%n",
                    (PolicyLookupBenchmark.cpuNanos() - start) / 1e9,
                    engine.nextDeadline().isEmpty() ? "none of them mortal" : "some mortal");
        }
        int[] sizes = {100, 100_000};
        SadbEngine[] engines = new SadbEngine[2];
        double[][] times = new double[2][ROUNDS];
        for (int i = 0; i < 2; i++) {
            engines[i] = filled(sizes[i], DESTINATIONS);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < 2; i++) {
                times[i][round] = nanosPerPacket(engines[i], sizes[i]);
            }
        }
        for (int i = 0; i < 2; i++) {
            Arrays.sort(times[i]);
            out.printf(
                    "%,8d policies: %6.0f ns per packet (%.0f to %.0f)%n",
                    sizes[i], times[i][ROUNDS / 2], times[i][0], times[i][ROUNDS - 1]);
        }
        out.printf("100,000 to 100: %.2f times%n", times[1][ROUNDS / 2] / times[0][ROUNDS / 2]);
    }

    /// SAs and policies for the pairs of one host with many others, and the networks of others.
    private static SadbEngine filled(int policies, int sas) {
        SadbEngine engine = new SadbEngine(InstantSource.system(), new Random(1), 1);
        for (int i = 0; i < sas; i++) {
            SecurityAssociation sa = TestSas.esp(SOURCE, address(i), 256 + i).build();
            engine.execute(new SadbOperation.AddSa(sa));
        }
        Random random = new Random(2);
        for (int i = 0; i < policies; i++) {
            Selector selector =
                    i < DESTINATIONS
                            ? Selector.between(Prefix.host(SOURCE), Prefix.host(address(i)))
                            : PolicyLookupBenchmark.selector(random);
            engine.execute(
                    new SadbOperation.AddPolicy(
                            Policy.of(
                                    selector,
                                    Direction.OUT,
                                    PolicyAction.IPSEC,
                                    TestSas.transport(IpsecProtocol.ESP))));
        }
        return engine;
    }

    private static double nanosPerPacket(SadbEngine engine, int seed) {
        PacketBatch batch = new PacketBatch(DESTINATIONS, 2048);
        Bytes[] packets = new Bytes[DESTINATIONS];
        for (int i = 0; i < DESTINATIONS; i++) {
            packets[i] = TestPackets.udp(SOURCE, address(i), 512);
        }
        byte[][] octets = Arrays.stream(packets).map(Bytes::toArray).toArray(byte[][]::new);
        try (Outbound outbound = new Outbound(new TestHost.TestRandom(seed), flow -> 1500)) {
            long start = PolicyLookupBenchmark.cpuNanos();
            for (int sent = 0; sent < PACKETS; sent += DESTINATIONS) {
                batch.clear();
                for (byte[] packet : octets) {
                    batch.add().load(packet, 0, packet.length);
                }
                outbound.process(batch, engine.associations(), engine.policies(), sent);
            }
            if (batch.verdict(DESTINATIONS - 1).kind() != Verdict.Kind.SEND) {
                throw new IllegalStateException("not sent: " + batch.verdict(0).reason());
            }
            return (double) (PolicyLookupBenchmark.cpuNanos() - start) / PACKETS;
        }
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
