package org.jipsec.sadb;

import org.jipsec.wire.Prefix;

/// Which packets a policy is for (RFC 4301 4.4.1.1). Source and destination are those of the
/// packet, whatever the direction.
///
/// @param protocol of the upper layer, 0..254, or [#ANY_PROTOCOL]
/// @param sourcePort 0 for any; for ICMP, ICMPv6 and the mobility header the type; for GRE the
/// key's high half
/// @param destinationPort 0 for any; for ICMP, ICMPv6 the code; for GRE the key's low half
public record Selector(
        Prefix source, int sourcePort, Prefix destination, int destinationPort, int protocol) {
    /// `IPSEC_ULPROTO_ANY`.
    public static final int ANY_PROTOCOL = 255;

    public Selector {
        if (source.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException("families of " + source + " and " + destination);
        }
    }

    /// Every packet between two prefixes.
    public static Selector between(Prefix source, Prefix destination) {
        return new Selector(source, 0, destination, 0, ANY_PROTOCOL);
    }

    public boolean isIpv4() {
        return source.isIpv4();
    }

    /// The same packets on their way back.
    public Selector reversed() {
        return new Selector(destination, destinationPort, source, sourcePort, protocol);
    }
}
