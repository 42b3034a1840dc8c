package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.PolicyRule;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What is to be done with one packet, and what else the owner of the databases ought to know of
/// it. Made once for a slot of a [PacketBatch] and filled anew for each packet.
public final class Verdict {
    /// Transformations of one packet, at most: a longer bundle is dropped.
    public static final int MAXIMUM_STEPS = 6;

    /// What is to be done.
    public enum Kind {
        /// Outbound: to the wire. [#extras] hold its further fragments.
        SEND,
        /// Inbound: to the host ([#direction] IN) or on to another one (FWD).
        DELIVER,
        /// Not let through, for [#reason]. An ICMP message to its sender may stand in [#extras].
        DROP,
        /// Outbound: the policy asks for an SA that is not there ([#wanted]). The packet is as it
        /// came and may be offered again.
        ACQUIRE,
        /// Inbound: a datagram for the IKE daemon, that came through the port of encapsulated ESP.
        /// The packet is as it came; the message is its octets [#payloadOffset] to the end.
        IKE,
        /// Nothing to do and nothing wrong: a fragment that waits for the others, a keepalive.
        ABSORBED
    }

    private Kind kind = Kind.ABSORBED;
    private @Nullable DropReason reason;
    private @Nullable PolicyEntry policy;
    private @Nullable PolicyRule wanted;
    private final FlowKey wantedFlow = new FlowKey();
    private Direction direction = Direction.ANY;
    private int payloadOffset;
    private final @Nullable ActiveSa[] steps = new ActiveSa[MAXIMUM_STEPS];
    private int stepCount;
    private @Nullable ActiveSa failed;
    private boolean remapped;
    private int lapsed;
    private boolean reassembled;
    private int crowdedOut;
    private final List<PacketBuffer> extras = new ArrayList<>();
    private int extraCount;

    void clear() {
        kind = Kind.ABSORBED;
        reason = null;
        policy = null;
        wanted = null;
        direction = Direction.ANY;
        payloadOffset = 0;
        for (int i = 0; i < stepCount; i++) {
            steps[i] = null;
        }
        stepCount = 0;
        failed = null;
        remapped = false;
        lapsed = 0;
        reassembled = false;
        crowdedOut = 0;
        extraCount = 0;
    }

    public Kind kind() {
        return kind;
    }

    /// Why, for [Kind#DROP]; null for the other kinds.
    public @Nullable DropReason reason() {
        return reason;
    }

    /// [#reason] of what is dropped.
    DropReason dropReason() {
        DropReason why = reason;
        if (why == null) {
            throw new IllegalStateException(kind + " is no drop");
        }
        return why;
    }

    /// The policy that was asked; null where none is for the packet or none was asked yet.
    public @Nullable PolicyEntry policy() {
        return policy;
    }

    /// The rule whose SA is missing: always for [Kind#ACQUIRE]; for [Kind#SEND] when a rule of
    /// level use went without.
    public @Nullable PolicyRule wanted() {
        return wanted;
    }

    /// Between which addresses the SA for [#wanted] is missing; meaningful only with it.
    public FlowKey wantedFlow() {
        return wantedFlow;
    }

    /// For [Kind#DELIVER]: IN or FWD.
    public Direction direction() {
        return direction;
    }

    /// For [Kind#IKE].
    public int payloadOffset() {
        return payloadOffset;
    }

    /// How many SAs were applied.
    public int stepCount() {
        return stepCount;
    }

    /// In the order they were applied: outbound the innermost first, inbound the outermost.
    public ActiveSa step(int index) {
        ActiveSa step = index < stepCount ? steps[index] : null;
        if (step == null) {
            throw new IllegalArgumentException("step " + index + " of " + stepCount);
        }
        return step;
    }

    /// The SA at which the packet was dropped, where there is one. With [DropReason#SA_EXPIRED] or
    /// [DropReason#SEQUENCE_OVERFLOW] it has no more use.
    public @Nullable ActiveSa failed() {
        return failed;
    }

    /// Whether the peer of an encapsulated SA among the steps now comes from another address or
    /// port: its [ActiveSa#mappedPort], [ActiveSa#mappedAddress] say from which. True once for each
    /// change.
    public boolean remapped() {
        return remapped;
    }

    /// Fragmented packets of which the rest never came, found out on this occasion; each counts as
    /// one [DropReason#REASSEMBLY_TIMEOUT].
    public int lapsed() {
        return lapsed;
    }

    /// Whether the packet was put together here from the fragments that its sender had made: then
    /// it may be cut again, whatever its header says.
    public boolean reassembled() {
        return reassembled;
    }

    /// How many packets of which fragments waited were given up to make room for this one's.
    public int crowdedOut() {
        return crowdedOut;
    }

    /// Further packets to send: fragments of this one ([Kind#SEND]), or an ICMP message to its
    /// sender ([Kind#DROP]).
    public int extraCount() {
        return extraCount;
    }

    public PacketBuffer extra(int index) {
        if (index >= extraCount) {
            throw new IllegalArgumentException("extra " + index + " of " + extraCount);
        }
        return extras.get(index);
    }

    PacketBuffer addExtra(int capacity) {
        if (extraCount == extras.size()) {
            extras.add(PacketBuffer.ofCapacity(capacity));
        } else if (extras.get(extraCount).capacity() < capacity) {
            extras.set(extraCount, PacketBuffer.ofCapacity(capacity));
        }
        PacketBuffer extra = extras.get(extraCount++);
        extra.clear();
        return extra;
    }

    void send() {
        kind = Kind.SEND;
    }

    void deliver(Direction to) {
        kind = Kind.DELIVER;
        direction = to;
    }

    /// Of a packet that is not let through, nothing of what was cut from it is sent either.
    void drop(DropReason why) {
        kind = Kind.DROP;
        reason = why;
        extraCount = 0;
    }

    void drop(DropReason why, ActiveSa at) {
        drop(why);
        failed = at;
    }

    void absorb() {
        kind = Kind.ABSORBED;
    }

    void ike(int offset) {
        kind = Kind.IKE;
        payloadOffset = offset;
    }

    void acquire() {
        kind = Kind.ACQUIRE;
    }

    void want(PolicyRule rule, FlowKey between) {
        wanted = rule;
        wantedFlow.set(between);
    }

    void policy(@Nullable PolicyEntry entry) {
        policy = entry;
    }

    void step(ActiveSa sa) {
        steps[stepCount++] = sa;
    }

    boolean hasRoomForStep() {
        return stepCount < MAXIMUM_STEPS;
    }

    void noteRemapping() {
        remapped = true;
    }

    void noteReassembled() {
        reassembled = true;
    }

    void noteCrowdedOut() {
        crowdedOut++;
    }

    void noteLapsed(int datagrams) {
        lapsed += datagrams;
    }
}
