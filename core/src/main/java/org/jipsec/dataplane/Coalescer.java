package org.jipsec.dataplane;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Joins packets for the host to super-packets, which pass its network layers as one: TCP segments
/// that follow one another, UDP datagrams of equal size. What [Segmenter] makes of such a frame are
/// the packets that were put in, octet for octet, but for the identification of IPv4 packets that
/// may not be fragmented anyway (RFC 6864 4.1).
///
/// The packets of a flow keep their order; those of different flows may pass each other until
/// [#flush]. A packet is only joined when its checksum is right: a super-packet gets a new one, and
/// damage must not be healed by it. Nothing is allocated for a packet. For one thread.
public final class Coalescer {
    /// Takes frames, each a virtio header and a packet.
    @FunctionalInterface
    public interface Sink {
        /// @param frame of which the first `length` octets are meant, until this returns
        void write(MemorySegment frame, int length);
    }

    /// How many flows grow at the same time.
    static final int LANES = 16;

    private final Sink sink;
    private final boolean tcp;
    private final boolean udp;
    private final MemorySegment single;

    /// The first [#growing] are in use, in the order in which they began.
    private final SuperPacket[] lanes = new SuperPacket[LANES];

    private int growing;
    private final CoalescerView view = new CoalescerView();

    /// @param arena for the frames; it lives as long as this is used
    /// @param tcp whether TCP is joined
    /// @param udp whether UDP is joined: since Linux 6.2
    public Coalescer(Arena arena, boolean tcp, boolean udp, Sink sink) {
        this.sink = sink;
        this.tcp = tcp;
        this.udp = udp;
        this.single = arena.allocate(Segmenter.MAXIMUM_FRAME, 8);
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new SuperPacket(arena);
        }
    }

    /// Takes one packet, well-formed and trimmed to its length; it is copied.
    public void add(PacketBuffer packet) {
        view.read(packet);
        switch (view.kind) {
            case OTHER -> write(packet);
            case PART -> {
                flush(); // it may belong to any of the flows
                write(packet);
            }
            case TCP, UDP -> addToFlow(packet);
        }
    }

    private void addToFlow(PacketBuffer packet) {
        int lane = laneOf(packet);
        boolean wanted = view.kind == CoalescerView.Kind.TCP ? tcp : udp;
        boolean joinable = wanted && view.isJoinable(packet);
        if (lane >= 0) {
            SuperPacket grown = lanes[lane];
            if (joinable && grown.join(packet, view)) {
                if (grown.isComplete()) {
                    emit(lane);
                }
                return;
            }
            emit(lane);
        }
        if (!joinable || view.endsRun) {
            write(packet);
            return;
        }
        if (growing == LANES) {
            emit(0);
        }
        lanes[growing++].begin(packet, view);
    }

    private int laneOf(PacketBuffer packet) {
        for (int i = 0; i < growing; i++) {
            if (lanes[i].isOf(packet, view)) {
                return i;
            }
        }
        return -1;
    }

    /// Hands on whatever still waits for more.
    public void flush() {
        for (int i = 0; i < growing; i++) {
            sink.write(lanes[i].frame(), lanes[i].finish());
        }
        growing = 0;
    }

    private void emit(int lane) {
        SuperPacket done = lanes[lane];
        sink.write(done.frame(), done.finish());
        growing--;
        System.arraycopy(lanes, lane + 1, lanes, lane, growing - lane);
        lanes[growing] = done;
    }

    private void write(PacketBuffer packet) {
        VirtioHeader.writeNothingToDo(single);
        MemorySegment.copy(
                packet.array(),
                packet.offset(),
                single,
                ValueLayout.JAVA_BYTE,
                VirtioHeader.LENGTH,
                packet.length());
        sink.write(single, VirtioHeader.LENGTH + packet.length());
    }
}
