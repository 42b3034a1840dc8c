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
    private static final int IKE = 500;
    private static final int IKE_BEHIND_NAT = 4500;
    private static final int MAXIMUM_LENGTH = 0xffff;

    private final PathMtu pathMtu;
    private final IpHeaders headers = new IpHeaders();
    private final FlowKey flow = new FlowKey();
    private final FlowKey back = new FlowKey();
    private final @Nullable Locality ikeSources;
    private final Reassembler reassembler = new Reassembler();
    private final Fragmenter fragmenter;
    private final OutboundBundle bundle;
    private final boolean isOneOfMany;

    /// @param random for IVs, their keys, and the numbers of fragments: a `SecureRandom`, but in
    /// tests
    public Outbound(RandomGenerator random, PathMtu pathMtu) {
        this(new IvSource(random), pathMtu, null, null);
    }

    /// @param ikeSources whose IKE passes whatever the policies say: without it there would be no
    ///     SAs for them (RFC 4301 4.4.1)
    /// @param turns of the thread, when it is not the only one that sends; else null
    Outbound(
            RandomGenerator random,
            PathMtu pathMtu,
            @Nullable Locality ikeSources,
            @Nullable HeldTurns turns) {
        this(new IvSource(random), pathMtu, ikeSources, turns);
    }

    Outbound(IvSource ivs, PathMtu pathMtu) {
        this(ivs, pathMtu, null, null);
    }

    private Outbound(
            IvSource ivs,
            PathMtu pathMtu,
            @Nullable Locality ikeSources,
            @Nullable HeldTurns turns) {
        this.isOneOfMany = turns != null;
        this.ikeSources = ikeSources;
        this.pathMtu = pathMtu;
        this.fragmenter = new Fragmenter(ivs);
        this.bundle = new OutboundBundle(ivs, turns);
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
        process(packet, false, sas, policies, nowMillis, verdict);
    }

    /// One packet, perhaps one that had to wait.
    ///
    /// @param reassembled [Verdict#reassembled] of when it was first offered
    void process(
            PacketBuffer packet,
            boolean reassembled,
            SaLookup sas,
            PolicyLookup policies,
            long nowMillis,
            Verdict verdict) {
        verdict.clear();
        if (reassembled) {
            verdict.noteReassembled();
        }
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            verdict.drop(malformed);
            return;
        }
        headers.flow(packet, flow);
        // an IPv6 fragment names a protocol of its own, as it likes (RFC 8200 4.5)
        boolean wantsWhole =
                policies.selectsByPort(Direction.OUT)
                        || headers.upperInFirstFragment
                        || isUdpOfIkeSource()
                        || (!headers.ipv4 && policies.selectsByProtocol(Direction.OUT));
        if (headers.fragment && wantsWhole && !becomesWhole(packet, nowMillis, verdict)) {
            return;
        }
        if (isIke()) {
            sendClear(packet, verdict);
            return;
        }
        PolicyEntry policy = policies.find(Direction.OUT, flow);
        if (isDiscarded(policy, packet, nowMillis, verdict)) {
            return;
        }
        if (policy == null || policy.policy().action() != PolicyAction.IPSEC) {
            sendClear(packet, verdict);
            return;
        }
        if (!bundle.choose(policy.policy().rules(), flow, sas, verdict)) {
            return;
        }
        if (headers.fragment
                && bundle.startsInTransport()
                && !becomesWhole(packet, nowMillis, verdict)) {
            return;
        }
        if (bundle.size() == 0) {
            sendClear(packet, verdict);
            return;
        }
        protect(packet, nowMillis, verdict);
    }

    private boolean isIke() {
        return flow.portsKnown
                && (flow.sourcePort == IKE || flow.sourcePort == IKE_BEHIND_NAT)
                && isUdpOfIkeSource();
    }

    private boolean isUdpOfIkeSource() {
        if (ikeSources == null || flow.protocol != IpHeaders.UDP) {
            return false;
        }
        back.ipv4 = flow.ipv4;
        back.destinationHigh = flow.sourceHigh;
        back.destinationLow = flow.sourceLow;
        return ikeSources.isLocal(back);
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
        verdict.noteReassembled();
        return true;
    }

    private boolean isDiscarded(
            @Nullable PolicyEntry policy, PacketBuffer packet, long nowMillis, Verdict verdict) {
        verdict.policy(policy);
        if (policy == null) {
            return false;
        }
        if (isOneOfMany) {
            policy.usedByMany(packet.length(), nowMillis);
        } else {
            policy.used(packet.length(), nowMillis);
        }
        if (policy.policy().action() != PolicyAction.DISCARD) {
            return false;
        }
        verdict.drop(DropReason.POLICY_DISCARD);
        return true;
    }

    /// As it came; what came in fragments leaves in fragments.
    private void sendClear(PacketBuffer packet, Verdict verdict) {
        DropReason unfit =
                verdict.reassembled()
                        ? fragmenter.cut(packet, headers, pathMtu.to(flow), verdict)
                        : null;
        if (unfit != null) {
            verdict.drop(unfit);
        } else {
            verdict.send();
        }
    }

    private void protect(PacketBuffer packet, long nowMillis, Verdict verdict) {
        int mtu = pathMtu.to(bundle.outer());
        int limit = bundle.fragmentSize(headers.ipv4);
        boolean mayFragment = verdict.reassembled() || mayFragment(packet);
        if (!mayFragment && bundle.grown(headers, packet.length()) > mtu) {
            limit = Math.min(limit, bundle.fitting(headers, mtu));
        }
        if (!mayFragment && packet.length() > limit) {
            verdict.drop(DropReason.PACKET_TOO_BIG);
            int told = headers.ipv4 ? limit : Math.max(limit, PathMtu.IPV6_MINIMUM);
            IcmpError.tooBig(packet, headers, told, verdict);
            return;
        }
        DropReason unfit = fragmenter.cut(packet, headers, limit, verdict);
        if (unfit != null) {
            verdict.drop(unfit);
            return;
        }
        int pieces = verdict.extraCount();
        boolean sound = encapsulate(packet, mtu, nowMillis, verdict);
        for (int i = 0; sound && i < pieces; i++) {
            PacketBuffer piece = verdict.extra(i);
            headers.read(piece);
            sound = encapsulate(piece, mtu, nowMillis, verdict);
        }
        if (sound) {
            verdict.send();
        }
    }

    /// @param packet that [#headers] are of
    /// @return false when it is dropped
    private boolean encapsulate(PacketBuffer packet, int mtu, long nowMillis, Verdict verdict) {
        int grown = bundle.grown(headers, packet.length());
        if (grown > MAXIMUM_LENGTH) {
            verdict.drop(DropReason.OVERSIZED);
            return false;
        }
        // a packet of IPv6 that is too large here is of the minimal size already
        boolean outerMayFragment = !headers.ipv4 && grown > mtu;
        if (!bundle.apply(packet, headers, outerMayFragment, nowMillis, verdict)) {
            return false;
        }
        DropReason unfit = fragmenter.cut(packet, headers, mtu, verdict);
        if (unfit != null) {
            verdict.drop(unfit);
        }
        return unfit == null;
    }

    private boolean mayFragment(PacketBuffer packet) {
        return headers.ipv4
                ? (Octets.u8(packet.array(), packet.offset() + 6) & 0x40) == 0
                : packet.length() <= PathMtu.IPV6_MINIMUM;
    }

    /// Frees what the compressor holds outside the heap.
    @Override
    public void close() {
        bundle.close();
    }
}
