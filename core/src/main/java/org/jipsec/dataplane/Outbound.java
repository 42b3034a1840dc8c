package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.PolicyAction;
import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/// The way out (RFC 4301 5.1): a packet's flow, its policy, the SAs of the policy's rules from the
/// innermost on, their headers, and what the path's MTU makes necessary.
///
/// What goes in: a packet and views of SAD and SPD. What comes out: the packet, changed in place,
/// and a [Verdict]. Only the counters of SAs and policies change besides, and fragments wait here
/// for their rest. Nothing is allocated for a packet. For one thread.
public final class Outbound implements AutoCloseable {
    private static final int MAXIMUM_LENGTH = 0xffff;
    private static final int IPV6_MINIMUM_MTU = 1280;

    private final PathMtu pathMtu;
    private final IpHeaders headers = new IpHeaders();
    private final FlowKey flow = new FlowKey();
    private final Reassembler reassembler = new Reassembler();
    private final Fragmenter fragmenter;
    private final OutboundBundle bundle;

    /// @param random for IVs and their keys: a `SecureRandom`, but in tests
    public Outbound(RandomGenerator random, PathMtu pathMtu) {
        this.pathMtu = pathMtu;
        this.fragmenter = new Fragmenter(random.nextInt());
        this.bundle = new OutboundBundle(new IvSource(random));
    }

    /// Every packet of a batch; the verdicts stand beside them.
    public void process(PacketBatch batch, SaLookup sas, PolicyLookup policies, long nowMillis) {
        for (int i = 0; i < batch.size(); i++) {
            process(batch.packet(i), sas, policies, nowMillis, batch.verdict(i));
        }
    }

    /// One packet, as the host wants to send it.
    ///
    /// @param nowMillis since the epoch
    /// @param verdict SEND, DROP, ACQUIRE or ABSORBED
    public void process(
            PacketBuffer packet,
            SaLookup sas,
            PolicyLookup policies,
            long nowMillis,
            Verdict verdict) {
        verdict.clear();
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            verdict.drop(malformed);
            return;
        }
        headers.flow(packet, flow);
        boolean reassembled = false;
        boolean wantsWhole = policies.selectsByPort(Direction.OUT) || headers.upperInFirstFragment;
        if (headers.fragment && wantsWhole) {
            if (!becomesWhole(packet, nowMillis, verdict)) {
                return;
            }
            reassembled = true;
        }
        PolicyEntry policy = policies.find(Direction.OUT, flow);
        if (isDiscarded(policy, packet, nowMillis, verdict)) {
            return;
        }
        if (policy == null || policy.policy().action() != PolicyAction.IPSEC) {
            sendClear(packet, reassembled, verdict);
            return;
        }
        if (!bundle.choose(policy.policy().rules(), flow, sas, verdict)) {
            return;
        }
        if (headers.fragment && bundle.startsInTransport()) {
            if (!becomesWhole(packet, nowMillis, verdict)) {
                return;
            }
            reassembled = true;
        }
        if (bundle.size() == 0) {
            sendClear(packet, reassembled, verdict);
            return;
        }
        protect(packet, reassembled, nowMillis, verdict);
    }

    private boolean becomesWhole(PacketBuffer packet, long nowMillis, Verdict verdict) {
        if (!reassembler.offer(packet, headers, flow, nowMillis, verdict)) {
            return false;
        }
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            verdict.drop(malformed);
            return false;
        }
        headers.flow(packet, flow);
        return true;
    }

    private static boolean isDiscarded(
            @Nullable PolicyEntry policy, PacketBuffer packet, long nowMillis, Verdict verdict) {
        verdict.policy(policy);
        if (policy == null) {
            return false;
        }
        policy.used(packet.length(), nowMillis);
        if (policy.policy().action() != PolicyAction.DISCARD) {
            return false;
        }
        verdict.drop(DropReason.POLICY_DISCARD);
        return true;
    }

    /// As it came; what came in fragments leaves in fragments.
    private void sendClear(PacketBuffer packet, boolean reassembled, Verdict verdict) {
        DropReason unfit =
                reassembled ? fragmenter.cut(packet, headers, pathMtu.to(flow), verdict) : null;
        if (unfit != null) {
            verdict.drop(unfit);
        } else {
            verdict.send();
        }
    }

    private void protect(
            PacketBuffer packet, boolean reassembled, long nowMillis, Verdict verdict) {
        int mtu = pathMtu.to(bundle.outer());
        int grown = bundle.grown(headers, packet.length());
        if (grown > MAXIMUM_LENGTH) {
            verdict.drop(DropReason.OVERSIZED);
            return;
        }
        boolean mayFragment = reassembled || mayFragment(packet);
        if (grown > mtu && !mayFragment) {
            int fitting = bundle.fitting(headers, mtu);
            verdict.drop(DropReason.PACKET_TOO_BIG);
            IcmpTooBig.reply(
                    packet,
                    headers,
                    headers.ipv4 ? fitting : Math.max(fitting, IPV6_MINIMUM_MTU),
                    verdict);
            return;
        }
        // a packet of IPv6 that is too large here is of the minimal size already
        boolean outerMayFragment = !headers.ipv4 && grown > mtu;
        if (!bundle.apply(packet, headers, outerMayFragment, nowMillis, verdict)) {
            return;
        }
        DropReason unfit = fragmenter.cut(packet, headers, mtu, verdict);
        if (unfit != null) {
            verdict.drop(unfit);
        } else {
            verdict.send();
        }
    }

    private boolean mayFragment(PacketBuffer packet) {
        return headers.ipv4
                ? (Octets.u8(packet.array(), packet.offset() + 6) & 0x40) == 0
                : packet.length() <= IPV6_MINIMUM_MTU;
    }

    /// Frees what the compressor holds outside the heap.
    @Override
    public void close() {
        bundle.close();
    }
}
