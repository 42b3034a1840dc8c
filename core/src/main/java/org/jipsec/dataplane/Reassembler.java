package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Puts fragments together (RFC 791 3.2, RFC 8200 4.5), within bounds: so many packets at a time,
/// each for so long. Whatever overlaps is given up as a whole (RFC 5722, here for IPv4 too). One
/// thread.
///
/// Where there is no place for a new packet the oldest gives way, not the new one: most fragments
/// follow each other closely, and who wants to fill the places with beginnings of nothing would
/// else need no more than their number in each timeout. A source has only so many places, and those
/// who send in clear never have all, for their sources can be invented.
final class Reassembler {
    static final int MAXIMUM_PACKETS = 64;
    static final int MAXIMUM_IN_CLEAR = 48;

    /// Of one source in clear, or through one SA.
    static final int MAXIMUM_PER_SOURCE = 16;

    static final long TIMEOUT_MILLIS = 30_000;

    /// Of all fragments a packet of 65535 octets can have.
    private static final int BLOCKS = 65536 / 8;

    /// Of headers before the fragmentable part that are kept.
    private static final int MAXIMUM_PREFIX = 1024;

    private final Slot[] slots = new Slot[MAXIMUM_PACKETS];
    private int used;
    private long started;

    /// What is known of one packet.
    private static final class Slot {
        boolean active;
        long startedMillis;
        long ordinal;
        boolean ipv4;
        int id;
        int protocol;
        long sourceHigh;
        long sourceLow;
        long destinationHigh;
        long destinationLow;

        /// What the fragments were protected by: one that came in clear does not complete others
        /// that did not.
        final @Nullable ActiveSa[] steps = new ActiveSa[Verdict.MAXIMUM_STEPS];

        int stepCount;

        final byte[] prefix = new byte[MAXIMUM_PREFIX];
        int prefixLength;
        int field;
        int firstProtocol;

        byte[] payload = new byte[4096];
        final long[] have = new long[BLOCKS / 64];
        int blocks;
        int total;

        /// Which codepoints of ECN were seen, as [Ecn#reassembled] has it.
        int congestion;

        void start(IpHeaders headers, FlowKey flow, Verdict verdict, long nowMillis, long turn) {
            active = true;
            ordinal = turn;
            stepCount = verdict.stepCount();
            for (int i = 0; i < stepCount; i++) {
                steps[i] = verdict.step(i);
            }
            startedMillis = nowMillis;
            ipv4 = headers.ipv4;
            id = headers.fragmentId;
            protocol = headers.ipv4 ? headers.upperProtocol : 0;
            sourceHigh = flow.sourceHigh;
            sourceLow = flow.sourceLow;
            destinationHigh = flow.destinationHigh;
            destinationLow = flow.destinationLow;
            prefixLength = 0;
            Arrays.fill(have, 0);
            blocks = 0;
            total = -1;
            congestion = 0;
        }

        boolean isOf(IpHeaders headers, FlowKey flow, Verdict verdict) {
            if (stepCount != verdict.stepCount()) {
                return false;
            }
            for (int i = 0; i < stepCount; i++) {
                if (steps[i] != verdict.step(i)) {
                    return false;
                }
            }
            return active
                    && id == headers.fragmentId
                    && ipv4 == headers.ipv4
                    && sourceLow == flow.sourceLow
                    && destinationLow == flow.destinationLow
                    && sourceHigh == flow.sourceHigh
                    && destinationHigh == flow.destinationHigh
                    && (!ipv4 || protocol == headers.upperProtocol);
        }

        boolean isInClear() {
            return stepCount == 0;
        }

        /// Whether it came from where this fragment comes from: through the same SA, for what a
        /// header says inside a tunnel is its sender's to choose, or in clear from the same source.
        boolean sharesSource(FlowKey flow, Verdict verdict) {
            int count = verdict.stepCount();
            if (count == 0 || stepCount == 0) {
                return count == stepCount
                        && ipv4 == flow.ipv4
                        && sourceLow == flow.sourceLow
                        && sourceHigh == flow.sourceHigh;
            }
            return steps[stepCount - 1] == verdict.step(count - 1);
        }

        boolean has(int block) {
            return (have[block >>> 6] & 1L << (block & 63)) != 0;
        }

        void take(byte[] from, int at, int offset, int size) {
            if (payload.length < offset + size) {
                int larger = Math.min(payload.length * 2, BLOCKS * 8);
                payload = Arrays.copyOf(payload, Math.max(offset + size, larger));
            }
            System.arraycopy(from, at, payload, offset, size);
            for (int block = offset / 8; block < (offset + size + 7) / 8; block++) {
                have[block >>> 6] |= 1L << (block & 63);
                blocks++;
            }
        }

        boolean isComplete() {
            return total >= 0 && prefixLength > 0 && blocks == (total + 7) / 8;
        }
    }

    /// Takes a fragment. When it was the last that was missing, `packet` becomes the whole and the
    /// verdict is left alone; else the verdict says [Verdict.Kind#ABSORBED] or DROP.
    ///
    /// @param headers of `packet`, which is a fragment
    /// @param flow likewise
    /// @return whether `packet` is whole now
    boolean offer(
            PacketBuffer packet, IpHeaders headers, FlowKey flow, long nowMillis, Verdict verdict) {
        expire(nowMillis, verdict);
        int prefix = headers.ipv4 ? headers.headerLength : headers.fragmentHeader + 8;
        int size = packet.length() - prefix;
        int offset = headers.fragmentOffset;
        if (size <= 0
                || (headers.moreFragments && size % 8 != 0)
                || offset + size > 0xffff - (headers.ipv4 ? headers.headerLength : 0)
                || prefix > MAXIMUM_PREFIX) {
            verdict.drop(DropReason.BAD_FRAGMENT);
            return false;
        }
        Slot slot = slot(headers, flow, verdict, nowMillis);
        DropReason problem = add(slot, packet, headers, prefix, offset, size);
        if (problem != null) {
            verdict.drop(problem);
            return false;
        }
        if (!slot.isComplete()) {
            verdict.absorb();
            return false;
        }
        DropReason unfit = join(slot, packet);
        release(slot);
        if (unfit != null) {
            verdict.drop(unfit);
            return false;
        }
        return true;
    }

    /// Gives up what has waited too long; [#offer] does so by itself.
    void expire(long nowMillis, Verdict verdict) {
        if (used == 0) {
            return;
        }
        for (Slot slot : slots) {
            if (slot != null && slot.active && nowMillis - slot.startedMillis >= TIMEOUT_MILLIS) {
                release(slot);
                verdict.noteLapsed(1);
            }
        }
    }

    private Slot slot(IpHeaders headers, FlowKey flow, Verdict verdict, long nowMillis) {
        for (Slot slot : slots) {
            if (slot != null && slot.isOf(headers, flow, verdict)) {
                return slot;
            }
        }
        Slot slot = place(flow, verdict);
        slot.start(headers, flow, verdict, nowMillis, started++);
        used++;
        return slot;
    }

    /// A free one, after something has been given up for it where need be.
    private Slot place(FlowKey flow, Verdict verdict) {
        int ofSource = 0;
        int inClear = 0;
        Slot oldestOfSource = null;
        Slot oldestInClear = null;
        Slot oldest = null;
        Slot free = null;
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            if (slot == null) {
                if (free == null) {
                    free = new Slot();
                    slots[i] = free;
                }
                break; // they are made in their order
            }
            if (!slot.active) {
                free = slot;
                continue;
            }
            oldest = older(slot, oldest);
            if (slot.isInClear()) {
                inClear++;
                oldestInClear = older(slot, oldestInClear);
            }
            if (slot.sharesSource(flow, verdict)) {
                ofSource++;
                oldestOfSource = older(slot, oldestOfSource);
            }
        }
        Slot givenUp = null;
        if (ofSource >= MAXIMUM_PER_SOURCE) {
            givenUp = oldestOfSource;
        } else if (verdict.stepCount() == 0 && inClear >= MAXIMUM_IN_CLEAR) {
            givenUp = oldestInClear;
        } else if (free != null) {
            return free;
        } else {
            givenUp = oldestInClear != null ? oldestInClear : oldest;
        }
        if (givenUp == null) {
            throw new IllegalStateException("no place is free and none is taken");
        }
        release(givenUp);
        verdict.noteCrowdedOut();
        return givenUp;
    }

    private static Slot older(Slot slot, @Nullable Slot other) {
        return other == null || slot.ordinal < other.ordinal ? slot : other;
    }

    private void release(Slot slot) {
        slot.active = false;
        Arrays.fill(slot.steps, null);
        used--;
    }

    private @Nullable DropReason add(
            Slot slot, PacketBuffer packet, IpHeaders headers, int prefix, int offset, int size) {
        int end = offset + size;
        byte[] octets = packet.array();
        int at = packet.offset() + prefix;
        int present = 0;
        int count = 0;
        for (int block = offset / 8; block < (end + 7) / 8; block++) {
            count++;
            if (slot.has(block)) {
                present++;
            }
        }
        boolean isHeld = present == count && (slot.total < 0 || end <= slot.total);
        if (isHeld && Arrays.equals(octets, at, at + size, slot.payload, offset, end)) {
            return DropReason.FRAGMENT_DUPLICATE;
        }
        boolean last = !headers.moreFragments;
        if (present > 0
                || (slot.total >= 0 && (last || end > slot.total))
                || (last && slot.blocks > 0 && highestBlock(slot) >= (end + 7) / 8)) {
            release(slot);
            return DropReason.FRAGMENT_OVERLAP;
        }
        if (last) {
            slot.total = end;
        }
        if (offset == 0) {
            // what names the fragment header of IPv6 will name what follows it
            int kept = headers.ipv4 ? prefix : headers.fragmentHeader;
            System.arraycopy(octets, packet.offset(), slot.prefix, 0, kept);
            slot.prefixLength = kept;
            slot.field = headers.ipv4 ? 9 : headers.fragmentField;
            slot.firstProtocol =
                    Octets.u8(
                            octets, packet.offset() + (headers.ipv4 ? 9 : headers.fragmentHeader));
        }
        slot.take(octets, at, offset, size);
        slot.congestion |= 1 << congestion(octets, packet.offset(), slot.ipv4);
        return null;
    }

    private static int congestion(byte[] octets, int at, boolean ipv4) {
        return TunnelHeader.trafficClass(octets, at, ipv4) & 3;
    }

    private static int highestBlock(Slot slot) {
        for (int i = slot.have.length - 1; i >= 0; i--) {
            if (slot.have[i] != 0) {
                return i * 64 + 63 - Long.numberOfLeadingZeros(slot.have[i]);
            }
        }
        return -1;
    }

    private static @Nullable DropReason join(Slot slot, PacketBuffer packet) {
        int length = slot.prefixLength + slot.total;
        if (length > packet.capacity() || length > 0xffff) {
            return DropReason.REASSEMBLED_TOO_LARGE;
        }
        int ecn = Ecn.reassembled(congestion(slot.prefix, 0, slot.ipv4), slot.congestion);
        if (ecn == Ecn.DROP) {
            return DropReason.FRAGMENT_ECN;
        }
        packet.load(slot.prefix, 0, slot.prefixLength);
        System.arraycopy(
                slot.payload, 0, packet.array(), packet.offset() + slot.prefixLength, slot.total);
        packet.append(slot.total);
        TunnelHeader.congestion(packet, slot.ipv4, ecn);
        if (slot.ipv4) {
            Octets.put16(packet.array(), packet.offset() + 6, 0);
        }
        IpHeaders.repair(packet, slot.ipv4, slot.field, slot.firstProtocol);
        return null;
    }
}
