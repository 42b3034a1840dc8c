package org.jipsec.daemon;

import java.net.InetAddress;

/// What was learnt from the ways beyond this host: how large a packet may be on its way.
@FunctionalInterface
public interface LearntMtu {
    /// From any thread.
    ///
    /// @param destination of the packet as it is on the wire
    /// @return octets; [Integer#MAX_VALUE] when nothing was learnt
    int to(InetAddress destination);
}
