package org.jipsec.dataplane;

/// How large a packet may be on its way to a destination.
@FunctionalInterface
public interface PathMtu {
    /// What every path of IPv4 carries (RFC 791 3.2).
    int IPV4_MINIMUM = 68;

    /// What every path of IPv6 carries (RFC 8200 5).
    int IPV6_MINIMUM = 1280;

    /// @param outer of which only the destination counts
    /// @return octets of the whole IP packet; at least [#IPV4_MINIMUM] or [#IPV6_MINIMUM]
    int to(FlowKey outer);
}
