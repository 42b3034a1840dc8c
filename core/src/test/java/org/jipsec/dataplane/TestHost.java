package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// A host with the simplest SAD and SPD there can be, lists, and both packet paths.
final class TestHost implements SaLookup, PolicyLookup {
    static final long NOW = 1_000_000_000_000L;

    final List<ActiveSa> sas = new ArrayList<>();
    final List<PolicyEntry> policies = new ArrayList<>();
    final Set<InetAddress> own;
    final Outbound outbound;
    final Inbound inbound;
    final Verdict verdict = new Verdict();
    int mtu = 1500;
    boolean byPort;
    long now = NOW;

    TestHost(InetAddress... own) {
        this.own = Set.of(own);
        outbound = new Outbound(new TestRandom(1), outer -> mtu);
        inbound =
                new Inbound(
                        flow -> this.own.stream().anyMatch(a -> isDestination(a, flow)),
                        port -> port == 4500);
    }

    /// Seeded, for reproducible IVs.
    static final class TestRandom implements java.util.random.RandomGenerator {
        private final SplittableRandom random;

        TestRandom(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        public long nextLong() {
            return random.nextLong();
        }
    }

    ActiveSa add(org.jipsec.sadb.SecurityAssociation association) {
        ActiveSa sa = new ActiveSa(association);
        sas.add(sa);
        return sa;
    }

    void add(Policy policy) {
        policies.add(new PolicyEntry(policy, NOW));
    }

    /// @return the packet afterwards; [#verdict] says what became of it
    Bytes send(Bytes packet) {
        PacketBuffer buffer = PacketBuffer.of(packet);
        outbound.process(buffer, this, this, now, verdict);
        return buffer.toBytes();
    }

    Bytes receive(Bytes packet) {
        PacketBuffer buffer = PacketBuffer.of(packet);
        inbound.process(buffer, this, this, now, verdict);
        return buffer.toBytes();
    }

    @Override
    public @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer) {
        for (ActiveSa sa : sas) {
            IpsecProtocol protocol = sa.association().protocol();
            boolean same =
                    protocol == IpsecProtocol.IPCOMP && ipProtocol == 108 && spi < 256
                            ? isSource(sa.association().source().address(), outer)
                            : sa.association().spi().value() == spi;
            if (protocol.ipNumber() == ipProtocol
                    && same
                    && isDestination(sa.association().destination().address(), outer)) {
                return sa;
            }
        }
        return null;
    }

    @Override
    public @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet) {
        for (ActiveSa sa : sas) {
            var association = sa.association();
            if (association.protocol() != rule.protocol()
                    || (association.mode() == SaMode.TUNNEL) != (rule.mode() == SaMode.TUNNEL)
                    || (rule.reqid() != 0 && rule.reqid() != association.reqid())) {
                continue;
            }
            InetAddress source = association.source().address();
            InetAddress destination = association.destination().address();
            boolean fits =
                    rule.endpoints().isPresent()
                            ? rule.endpoints().get().source().address().equals(source)
                                    && rule.endpoints()
                                            .get()
                                            .destination()
                                            .address()
                                            .equals(destination)
                            : isSource(source, packet) && isDestination(destination, packet);
            if (fits) {
                return sa;
            }
        }
        return null;
    }

    @Override
    public @Nullable PolicyEntry find(Direction direction, FlowKey flow) {
        for (PolicyEntry entry : policies) {
            var selector = entry.policy().selector();
            if (entry.policy().direction() == direction
                    && selector.isIpv4() == flow.ipv4
                    && selector.source().contains(Addresses.source(flow))
                    && selector.destination().contains(destination(flow))
                    && (selector.protocol() == 255 || selector.protocol() == flow.protocol)
                    && portFits(selector.sourcePort(), flow.sourcePort, flow)
                    && portFits(selector.destinationPort(), flow.destinationPort, flow)) {
                return entry;
            }
        }
        return null;
    }

    private static boolean portFits(int wanted, int found, FlowKey flow) {
        return wanted == 0 || (flow.portsKnown && wanted == found);
    }

    @Override
    public boolean selectsByPort(Direction direction) {
        return byPort;
    }

    static InetAddress destination(FlowKey flow) {
        FlowKey turned = new FlowKey();
        turned.ipv4 = flow.ipv4;
        turned.sourceHigh = flow.destinationHigh;
        turned.sourceLow = flow.destinationLow;
        return Addresses.source(turned);
    }

    private static boolean isSource(InetAddress address, FlowKey flow) {
        return Addresses.isSource(address, flow);
    }

    private static boolean isDestination(InetAddress address, FlowKey flow) {
        return destination(flow).equals(address);
    }
}
