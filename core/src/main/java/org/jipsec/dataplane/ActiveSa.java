package org.jipsec.dataplane;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// An SA at work: its sequence numbers, replay window and counters, and its keys, made ready when
/// the first packet needs them, so that a hundred thousand idle SAs cost little.
///
/// The packet thread of its direction owns everything but [#state(SaState)], where there are
/// several the one whose [#turn] it is; all getters may be called from any thread and see a value
/// of not long ago.
public final class ActiveSa {
    private static final VarHandle PACKETS;
    private static final VarHandle BYTES;
    private static final VarHandle SENT;
    private static final VarHandle ACCEPTED;
    private static final VarHandle SOFT_REACHED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PACKETS = lookup.findVarHandle(ActiveSa.class, "packets", long.class);
            BYTES = lookup.findVarHandle(ActiveSa.class, "bytes", long.class);
            SENT = lookup.findVarHandle(ActiveSa.class, "sent", long.class);
            ACCEPTED = lookup.findVarHandle(ActiveSa.class, "accepted", long.class);
            SOFT_REACHED = lookup.findVarHandle(ActiveSa.class, "softReached", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final long LAST_SHORT_SEQUENCE = 0xffff_ffffL;

    private volatile SecurityAssociation association;
    private final ReplayWindow window;
    final FlowKey ends = new FlowKey();
    private final boolean tunnel;

    private volatile SaState state = SaState.MATURE;
    private volatile long firstUsedMillis;
    private volatile long lastUsedMillis;
    private volatile boolean softReached;
    private volatile @Nullable InetAddress mappedAddress;
    private volatile int mappedPort;
    private final AtomicBoolean mappingWaits = new AtomicBoolean();

    @SuppressWarnings("unused") // by PACKETS
    private long packets;

    @SuppressWarnings("unused") // by BYTES
    private long bytes;

    /// The number of the last packet sent. Apart from [#accepted], for of an SA from this host to
    /// itself both directions take part: what arrives must never set back what is counted up, or
    /// an IV would come twice.
    @SuppressWarnings("unused") // by SENT
    private long sent;

    @SuppressWarnings("unused") // by ACCEPTED
    private long accepted;

    private boolean softSignalled;
    private volatile @Nullable SaTurn turn;

    @Nullable EspSender espSender;
    @Nullable EspReceiver espReceiver;
    @Nullable AhSender ahSender;
    @Nullable AhReceiver ahReceiver;

    public ActiveSa(SecurityAssociation association) {
        this.association = association;
        this.window = new ReplayWindow(association.replayWindow(), association.extendedSequence());
        this.tunnel = association.mode() == SaMode.TUNNEL;
        Addresses.put(association.source().address(), association.destination().address(), ends);
    }

    public SecurityAssociation association() {
        return association;
    }

    /// By the owner of the SAD: other lifetimes or ports. Keys, window and counters stay.
    void renew(SecurityAssociation changed) {
        softSignalled = false;
        association = changed;
    }

    public SaState state() {
        return state;
    }

    /// By the owner of the SAD: [SaState#DYING] goes on working, [SaState#DEAD] drops.
    public void state(SaState now) {
        state = now;
    }

    public long packets() {
        return (long) PACKETS.getOpaque(this);
    }

    /// Of payload: of what was protected, before it was.
    public long bytes() {
        return (long) BYTES.getOpaque(this);
    }

    /// Outbound the number of the last packet sent, inbound the highest accepted; 0 before.
    public long sequence() {
        long last = lastSent();
        long highest = (long) ACCEPTED.getOpaque(this);
        return Long.compareUnsigned(last, highest) > 0 ? last : highest;
    }

    private long lastSent() {
        return (long) SENT.getOpaque(this);
    }

    /// Since the epoch; 0 before the first packet.
    public long firstUsedMillis() {
        return firstUsedMillis;
    }

    /// Since the epoch; 0 before the first packet. To about a second.
    public long lastUsedMillis() {
        return lastUsedMillis;
    }

    /// Whether a soft lifetime in packets or bytes has been reached since this was last asked: true
    /// once in the SA's life, and once after each renewal. The owner then tells the key managers
    /// and makes the SA dying.
    public boolean takeSoftCrossing() {
        return softReached && SOFT_REACHED.compareAndSet(this, true, false);
    }

    /// From where the peer of an encapsulated SA came last, when that is not where the SA says;
    /// else null.
    public @Nullable InetAddress mappedAddress() {
        return mappedAddress;
    }

    /// Whether it falls to whoever asks to have a new [#mappedAddress] told: false while that waits
    /// to be told already.
    boolean willTellMapping() {
        return !mappingWaits.getAndSet(true);
    }

    /// From here on, before [#mappedAddress] is read to be told, another one is news.
    void tellsMapping() {
        mappingWaits.set(false);
    }

    /// The UDP port belonging to [#mappedAddress].
    public int mappedPort() {
        return mappedPort;
    }

    /// Lets the next packet sent have the number after `last`, and the window have seen everything
    /// up to it: for an SA that goes on where another has stopped, and for tests.
    public void continueFrom(long last) {
        SENT.setOpaque(this, last);
        ACCEPTED.setOpaque(this, last);
        window.startAt(last);
    }

    /// Before its first packet: goes on where the SA of the snapshot has stopped.
    void resume(SaSnapshot snapshot) {
        CurrentLifetime current = snapshot.current();
        PACKETS.setOpaque(this, current.packets());
        BYTES.setOpaque(this, current.bytes());
        firstUsedMillis = current.firstUsed().map(Instant::toEpochMilli).orElse(0L);
        lastUsedMillis = firstUsedMillis;
        softSignalled = snapshot.state() == SaState.DYING;
        if (snapshot.sequence().isPresent()) {
            SequenceState numbers = snapshot.sequence().get();
            SENT.setOpaque(this, numbers.sent());
            ACCEPTED.setOpaque(this, numbers.received());
            window.resume(numbers.received(), numbers.window());
        }
    }

    /// Where its numbers stand.
    SequenceState sequenceState() {
        long highest = (long) ACCEPTED.getOpaque(this);
        List<Integer> seen = highest == 0 ? List.of() : window.bitmap(highest);
        return new SequenceState(lastSent(), highest, seen);
    }

    boolean isTunnel() {
        return tunnel;
    }

    boolean isOld() {
        return association.flags().has(SaFlags.OLD);
    }

    /// Whether a packet of this flow has the SA's source; an unspecified one stands for any.
    boolean isFrom(FlowKey outer) {
        return (ends.sourceHigh == outer.sourceHigh && ends.sourceLow == outer.sourceLow)
                || isFromAnyone();
    }

    /// Whether the SA's source is unspecified.
    boolean isFromAnyone() {
        return ends.sourceHigh == 0 && ends.sourceLow == 0;
    }

    boolean is(IpsecProtocol protocol) {
        return association.protocol() == protocol;
    }

    ReplayWindow window() {
        return window;
    }

    /// For who is not the only thread of his direction; made for the first. Any thread.
    SaTurn turn() {
        SaTurn own = turn;
        return own != null ? own : makeTurn();
    }

    private synchronized SaTurn makeTurn() {
        SaTurn own = turn;
        if (own == null) {
            own = new SaTurn();
            turn = own;
        }
        return own;
    }

    /// Whether the SA may be used for one more packet.
    ///
    /// @return null, or why not
    @Nullable DropReason admit() {
        SaState now = state;
        if (now == SaState.LARVAL) {
            return DropReason.SA_NOT_MATURE;
        }
        Lifetime hard = association.hard();
        if (now == SaState.DEAD
                || (hard.packets() != 0 && Long.compareUnsigned(packets(), hard.packets()) >= 0)
                || (hard.bytes() != 0 && Long.compareUnsigned(bytes(), hard.bytes()) >= 0)) {
            return DropReason.SA_EXPIRED;
        }
        return null;
    }

    /// Whether [#takeSequence] has a number left.
    boolean hasSequence() {
        return association.extendedSequence()
                ? lastSent() != -1L
                : lastSent() < LAST_SHORT_SEQUENCE
                        || association.flags().has(SaFlags.CYCLIC_SEQUENCE)
                        || isOld();
    }

    /// The number of the next packet, 64 bits also where the wire carries 32: what is derived from
    /// it does not repeat when those do.
    long takeSequence() {
        long next = lastSent() + 1;
        if (!association.extendedSequence() && (next & LAST_SHORT_SEQUENCE) == 0) {
            next++; // after wrapping round: no receiver takes 0
        }
        SENT.setOpaque(this, next);
        return next;
    }

    void accepted(long number) {
        window.accept(number);
        ACCEPTED.setOpaque(this, window.highest());
    }

    /// Counts one packet.
    void used(int octets, long nowMillis) {
        long allPackets = packets() + 1;
        long allBytes = bytes() + octets;
        PACKETS.setOpaque(this, allPackets);
        BYTES.setOpaque(this, allBytes);
        if (nowMillis - lastUsedMillis >= 1000 || lastUsedMillis == 0) {
            if (firstUsedMillis == 0) {
                firstUsedMillis = nowMillis;
            }
            lastUsedMillis = nowMillis;
        }
        Lifetime soft = association.soft();
        if (!softSignalled
                && ((soft.packets() != 0 && Long.compareUnsigned(allPackets, soft.packets()) >= 0)
                        || (soft.bytes() != 0
                                && Long.compareUnsigned(allBytes, soft.bytes()) >= 0))) {
            softSignalled = true;
            softReached = true;
        }
    }

    /// Notes where an encapsulated packet that proved genuine came from.
    ///
    /// @return whether that is news
    boolean cameFrom(FlowKey outer) {
        int port = outer.sourcePort;
        boolean expected =
                association.encapsulation().isPresent()
                        && port == association.encapsulation().get().sourcePort()
                        && outer.sourceHigh == ends.sourceHigh
                        && outer.sourceLow == ends.sourceLow;
        InetAddress before = mappedAddress;
        if (expected) {
            if (before == null) {
                return false;
            }
        } else if (before != null && mappedPort == port && Addresses.isSource(before, outer)) {
            return false;
        }
        mappedPort = port;
        mappedAddress = Addresses.source(outer);
        return true;
    }
}
