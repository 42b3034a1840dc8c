package org.jipsec.dataplane;

import com.sun.management.ThreadMXBean;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/// Packets a second and octets allocated for each, out and in, one thread:
/// `java -cp core/target/classes:core/target/test-classes:...
/// org.jipsec.dataplane.PacketPathBenchmark`
final class PacketPathBenchmark {
    private static final int PAYLOAD = 1400;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PacketBuffer packet = PacketBuffer.ofCapacity(2048);
    private final Verdict verdict = new Verdict();
    private final OneSa sender;
    private final OneSa receiver;
    private final Outbound outbound;
    private final Inbound inbound;
    private final byte[] clear;
    private final byte[] wire = new byte[2048];
    private int wireLength;

    PacketPathBenchmark(SecurityAssociation association) {
        sender = new OneSa(association);
        receiver = new OneSa(association);
        outbound = new Outbound(new TestHost.TestRandom(1), outer -> 1500);
        inbound = new Inbound(flow -> true, port -> false);
        Bytes udp = TestPackets.udp(TestPackets.A4, TestPackets.B4, PAYLOAD - 28);
        clear = udp.toArray();
    }

    /// SAD and SPD of one entry each, so that what is measured is the path.
    private static final class OneSa implements SaLookup, PolicyLookup {
        private final ActiveSa sa;
        private final PolicyEntry out;
        private final PolicyEntry in;

        OneSa(SecurityAssociation association) {
            sa = new ActiveSa(association);
            var rule =
                    TestSas.tunnel(
                            association.protocol(),
                            association.source().address(),
                            association.destination().address());
            out = entry(Direction.OUT, rule);
            in = entry(Direction.IN, rule);
        }

        private static PolicyEntry entry(Direction direction, org.jipsec.sadb.PolicyRule rule) {
            return new PolicyEntry(
                    TestSas.policy(direction, TestPackets.A4, TestPackets.B4, rule), 0);
        }

        @Override
        public ActiveSa inbound(int ipProtocol, int spi, FlowKey outer) {
            return sa;
        }

        @Override
        public ActiveSa outbound(org.jipsec.sadb.PolicyRule rule, FlowKey flow) {
            return sa;
        }

        @Override
        public PolicyEntry find(Direction direction, FlowKey flow) {
            return direction == Direction.OUT ? out : in;
        }
    }

    static SecurityAssociation gcm() {
        return TestSas.sa(IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4, 0x201)
                .encryption(EncryptionAlgorithm.AES_GCM_16, TestSas.key(20))
                .replayWindow(0) // one packet is received again and again
                .mode(SaMode.TUNNEL)
                .build();
    }

    static SecurityAssociation cbc() {
        return TestSas.sa(IpsecProtocol.ESP, TestPackets.GATE_A4, TestPackets.GATE_B4, 0x201)
                .encryption(EncryptionAlgorithm.AES_CBC, TestSas.key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, TestSas.key(20))
                .replayWindow(0) // one packet is received again and again
                .mode(SaMode.TUNNEL)
                .build();
    }

    static SecurityAssociation ah() {
        return TestSas.ah(TestPackets.GATE_A4, TestPackets.GATE_B4, 0x200)
                .replayWindow(0) // one packet is received again and again
                .mode(SaMode.TUNNEL)
                .build();
    }

    private void send() {
        packet.load(clear, 0, clear.length);
        outbound.process(packet, sender, sender, TestHost.NOW, verdict);
        if (verdict.kind() != Verdict.Kind.SEND) {
            throw new IllegalStateException(String.valueOf(verdict.reason()));
        }
    }

    private void receive() {
        packet.load(wire, 0, wireLength);
        inbound.process(packet, receiver, receiver, TestHost.NOW, verdict);
        if (verdict.kind() != Verdict.Kind.DELIVER) {
            throw new IllegalStateException(String.valueOf(verdict.reason()));
        }
    }

    /// Of the thread's own time, so that a busy machine counts less; for one packet.
    record Result(double outNanos, double inNanos, double outOctets, double inOctets) {}

    /// Sends `packets`, then receives the last of them as often.
    Result run(int packets) {
        double[] out = measure(packets, this::send);
        wireLength = packet.length();
        System.arraycopy(packet.array(), packet.offset(), wire, 0, wireLength);
        double[] in = measure(packets, this::receive);
        return new Result(out[0], in[0], out[1], in[1]);
    }

    private static double[] measure(int packets, Runnable one) {
        long octets = THREADS.getCurrentThreadAllocatedBytes();
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < packets; i++) {
            one.run();
        }
        return new double[] {
            (double) (THREADS.getCurrentThreadCpuTime() - start) / packets,
            (double) (THREADS.getCurrentThreadAllocatedBytes() - octets) / packets
        };
    }

    public static void main(String... arguments) {
        int packets = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 300_000;
        for (SecurityAssociation association : new SecurityAssociation[] {gcm(), cbc(), ah()}) {
            PacketPathBenchmark benchmark = new PacketPathBenchmark(association);
            benchmark.run(packets / 3);
            Result result = benchmark.run(packets);
            System.out.printf(
                    Locale.ROOT,
                    "%-11s %-12s %d octets, tunnel: out %,9.0f packets/s %4.0f octets allocated"
                            + " each; in %,9.0f packets/s %4.0f%n",
                    association.encryption().word(),
                    association.authentication().word(),
                    PAYLOAD,
                    1e9 / result.outNanos(),
                    result.outOctets(),
                    1e9 / result.inNanos(),
                    result.inOctets());
        }
    }
}
