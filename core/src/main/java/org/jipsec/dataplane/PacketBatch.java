package org.jipsec.dataplane;

/// Some packets and what became of each: the unit in which links, [Outbound] and [Inbound] hand
/// packets on. Buffers and verdicts are made once and stay with their slot.
public final class PacketBatch {
    private final PacketBuffer[] packets;
    private final Verdict[] verdicts;
    private final int capacity;
    private int size;

    /// @param slots how many packets at most
    /// @param capacity octets of the largest packet
    public PacketBatch(int slots, int capacity) {
        this.capacity = capacity;
        packets = new PacketBuffer[slots];
        verdicts = new Verdict[slots];
        for (int i = 0; i < slots; i++) {
            packets[i] = PacketBuffer.ofCapacity(capacity);
            verdicts[i] = new Verdict();
        }
    }

    /// In octets, of each slot.
    int capacity() {
        return capacity;
    }

    public int slots() {
        return packets.length;
    }

    /// How many slots are in use, from 0 on.
    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == packets.length;
    }

    public void clear() {
        size = 0;
    }

    /// The next slot, emptied and now in use.
    ///
    /// @throws IllegalStateException when the batch is full
    public PacketBuffer add() {
        if (isFull()) {
            throw new IllegalStateException("batch of " + size + " packets is full");
        }
        PacketBuffer packet = packets[size];
        packet.clear();
        verdicts[size].clear();
        size++;
        return packet;
    }

    public PacketBuffer packet(int slot) {
        return packets[slot];
    }

    public Verdict verdict(int slot) {
        return verdicts[slot];
    }

    /// Puts the packet of another batch's slot, of one capacity with this, into the next slot here,
    /// by exchanging the buffers. What the other slot holds afterwards is undefined.
    ///
    /// @throws IllegalStateException when this batch is full
    void take(PacketBatch other, int slot) {
        PacketBuffer mine = add();
        packets[size - 1] = other.packets[slot];
        other.packets[slot] = mine;
    }
}
