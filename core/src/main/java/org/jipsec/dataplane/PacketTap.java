package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.wire.Bytes;

/// Sees what becomes of packets, for tracing. Called by the packet's own thread, after the decision
/// and before the packet goes on.
@FunctionalInterface
public interface PacketTap {
    /// @param way OUT from the host to the wire, IN the other way
    /// @param before the packet as it came: inner on the way out, outer on the way in
    /// @param after what it has become; of a packet that was dropped, undefined. To be read before
    ///     this returns
    /// @param verdict what is done, with the policy, the SAs, the reason; likewise
    void passes(Direction way, Bytes before, PacketBuffer after, Verdict verdict);
}
