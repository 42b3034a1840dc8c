package org.jipsec.ike.settings;

import java.net.InetAddress;
import java.util.List;

/// `listen`: where to wait for peers.
///
/// @param addresses empty: every local address, on port 500, and 4500 where NAT traversal is used
/// @param strict the start fails when one of them cannot be bound
public record Listen(List<Place> addresses, boolean strict) {
    public static final Listen DEFAULTS = new Listen(List.of(), false);

    public Listen {
        addresses = List.copyOf(addresses);
    }

    /// @param udpEncapsulation whether ESP in UDP comes in here too (`isakmp_natt`)
    public record Place(InetAddress address, int port, boolean udpEncapsulation) {}
}
