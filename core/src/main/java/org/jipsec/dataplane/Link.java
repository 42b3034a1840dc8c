package org.jipsec.dataplane;

/// A way on for packets, in one direction: to the wire or to the host.
@FunctionalInterface
public interface Link {
    /// Takes every packet of `batch`. They are copied or gone when this returns: the caller uses
    /// the buffers again.
    void send(PacketBatch batch);
}
