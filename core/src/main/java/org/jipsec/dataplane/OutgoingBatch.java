package org.jipsec.dataplane;

/// Collects packets for a [Link]. One thread.
final class OutgoingBatch {
    private final PacketBatch batch;
    private final Link link;

    OutgoingBatch(int slots, int capacity, Link link) {
        this.batch = new PacketBatch(slots, capacity);
        this.link = link;
    }

    /// Takes over the packet of another batch's slot, of the same capacity; what stands there
    /// afterwards is undefined.
    void take(PacketBatch other, int slot) {
        makeRoom();
        batch.take(other, slot);
    }

    void copy(PacketBuffer packet) {
        makeRoom();
        batch.add().load(packet);
    }

    void flush() {
        if (batch.size() > 0) {
            link.send(batch);
            batch.clear();
        }
    }

    private void makeRoom() {
        if (batch.isFull()) {
            flush();
        }
    }
}
