package org.jipsec.dataplane;

/// How large a packet may be on its way to a destination.
@FunctionalInterface
public interface PathMtu {
    /// @param outer of which only the destination counts
    /// @return octets of the whole IP packet; at least 68 for IPv4, 1280 for IPv6
    int to(FlowKey outer);
}
